/** Queues and streams: listed, declared, deleted, purged (RabbitMQ: HTTP API, `/api/queues`). */
import { toFieldTable } from '../../codec/field-table.ts';
import { declareQueue, deleteQueue, purgeQueue } from '../../broker/operations/queues.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { booleanIn, objectIn } from '../http/body.ts';
import { noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { list } from '../lists/list.ts';
import { show } from '../lists/fields.ts';
import { inVhosts, visibleVhosts } from './visible.ts';
import { QUEUE_FIELDS, type ShownQueue } from '../present/queue.ts';

export const queues: readonly Resource[] = [
  {
    path: '/queues',
    GET: { role: 'management', handle: (call) => listQueues(call, visibleVhosts(call)) },
  },
  {
    path: '/queues/:vhost',
    GET: { role: 'management', handle: (call) => listQueues(call, [call.vhost]) },
  },
  {
    path: '/queues/:vhost/:queue',
    GET: {
      role: 'management',
      handle: (call) => show(QUEUE_FIELDS, { vhost: call.vhost, queue: existing(call) }, call.context),
    },
    PUT: { role: 'management', handle: declare },
    DELETE: {
      role: 'management',
      handle: async (call) => {
        const { name } = existing(call);
        const { query } = call;
        await deleteQueue(call.actor, name, query.isTrue('if-unused'), query.isTrue('if-empty')).stored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/queues/:vhost/:queue/contents',
    DELETE: {
      role: 'management',
      handle: async (call) => {
        await purgeQueue(call.actor, existing(call).name).stored();
        return NO_CONTENT;
      },
    },
  },
];

function listQueues({ query, context }: Call, vhosts: readonly Vhost[]): unknown {
  const subjects = inVhosts(
    vhosts,
    ({ queues }) => queues,
    (vhost, queue): ShownQueue => ({ vhost, queue }),
  );
  const nameOf = ({ queue }: ShownQueue): string => queue.name;
  return list(query, { fields: QUEUE_FIELDS, view: context, subjects, nameOf, paged: true });
}

function existing({ vhost, params }: Call): DeclaredQueue {
  const queue = vhost.queue(params.queue);
  if (queue === undefined) throw noObject();
  return queue;
}

async function declare({ actor, vhost, params, body }: Call): Promise<unknown> {
  const isNew = vhost.queue(params.queue) === undefined;
  await declareQueue(actor, {
    name: params.queue,
    durable: booleanIn(body, 'durable', false),
    exclusive: false,
    autoDelete: booleanIn(body, 'auto_delete', false),
    arguments: toFieldTable(objectIn(body, 'arguments')),
  }).stored();
  return put(isNew);
}
