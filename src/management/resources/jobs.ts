/** Moving messages as a job, and the jobs that there are. RabbitMQ has nothing like it. */
import { type RedriveRequest, startRedrive } from '../../broker/operations/redriving.ts';
import type { Job } from '../../broker/scheduling/jobs.ts';
import { integerIn, type JsonObject, objectIn, textIn } from '../http/body.ts';
import { sees } from '../http/principal.ts';
import { badRequest, noObject, notAuthorised } from '../http/problem.ts';
import { type Call, NO_CONTENT, Reply, type Resource } from '../http/resource.ts';
import { existingQueue } from './queues.ts';

export const jobs: readonly Resource[] = [
  {
    path: '/queues/:vhost/:queue/redrive',
    POST: {
      role: 'management',
      handle: (call) => {
        const { context, actor, body } = call;
        const id = startRedrive(context.node, actor, existingQueue(call).name, readRequest(body));
        const content = Buffer.from(JSON.stringify(showJob(id, context.node.jobs.get(id)!)));
        return new Reply(202, { 'content-type': 'application/json', location: `/api/jobs/${id}` }, content);
      },
    },
  },
  { path: '/jobs', GET: { role: 'management', handle: (call) => visible(call).map(([id, job]) => showJob(id, job)) } },
  {
    path: '/jobs/:id',
    GET: { role: 'management', handle: (call) => showJob(...existing(call)) },
    DELETE: {
      role: 'management',
      handle: (call) => {
        const [, job] = existing(call);
        const { principal } = call;
        if (job.user !== principal.name && !principal.has('administrator')) {
          throw notAuthorised('User not authorised to access object');
        }
        job.cancel();
        return NO_CONTENT;
      },
    },
  },
];

/** Throws HttpProblem 400. */
function readRequest(body: JsonObject): RedriveRequest {
  const filter = objectIn(body, 'filter');
  const header = optionalText(filter, 'header');
  return {
    destination: body.destination === undefined ? undefined : readDestination(objectIn(body, 'destination')),
    count: positiveIn(body, 'count'),
    rate: positiveIn(body, 'rate'),
    routingKey: optionalText(filter, 'routing_key'),
    header: header === undefined ? undefined : { name: header, value: optionalText(filter, 'header_value') },
    text: optionalText(filter, 'text'),
  };
}

function readDestination(destination: JsonObject): RedriveRequest['destination'] {
  return { exchange: textIn(destination, 'exchange', ''), routingKey: optionalText(destination, 'routing_key') };
}

function optionalText(body: JsonObject, key: string): string | undefined {
  return body[key] === undefined ? undefined : textIn(body, key, '');
}

/** Infinity if it is not there. */
function positiveIn(body: JsonObject, key: string): number {
  const value = integerIn(body, key, Infinity);
  if (value < 1) throw badRequest(`${key} has to be at least 1`);
  return value;
}

/** Those of vhosts that the principal is shown. */
function visible({ context, principal }: Call): [number, Job][] {
  return [...context.node.jobs].filter(([, { vhost }]) => sees(principal, vhost));
}

/** Throws HttpProblem 404. */
function existing(call: Call): [number, Job] {
  const found = visible(call).find(([id]) => String(id) === call.params.id);
  if (found === undefined) throw noObject();
  return found;
}

function showJob(id: number, { description, state, vhost, user, error, progress }: Job): object {
  return { id, description, state, vhost, user, ...progress, ...(error !== undefined && { error }) };
}
