/** Queues and streams: listed, declared, deleted, purged (RabbitMQ: HTTP API, `/api/queues`). */
import { toFieldTable } from '../../codec/field-table.ts';
import { declareQueue, deleteQueue, purgeQueue } from '../../broker/operations/queues.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { booleanIn, objectIn, textIn } from '../http/body.ts';
import { badRequest, noObject } from '../http/problem.ts';
import type { Query } from '../http/query.ts';
import { eachInSlices } from '../http/slices.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import type { Ordered } from '../lists/order.ts';
import { deliveriesFrom, incomingOf } from '../present/breakdown.ts';
import { CONSUMER_FIELDS } from '../present/client.ts';
import { fieldsWithout, QUEUE_FIELDS, type ShownQueue } from '../present/queue.ts';
import { showTable } from '../present/table.ts';
import type { View } from '../view.ts';
import { channelsIn, consumersOf } from './clients.ts';
import { queuesOf, visibleVhosts } from './visible.ts';

export const queues: readonly Resource[] = [
  // RabbitMQ 3.13 leaves some figures out of the first.
  ...['/queues', '/queues/detailed'].map((path): Resource => ({
    path,
    GET: { role: 'management', handle: (call) => listQueues(call, visibleVhosts(call)) },
  })),
  { path: '/queues/:vhost', GET: { role: 'management', handle: (call) => listQueues(call, [call.vhost]) } },
  {
    path: '/queues/:vhost/:queue',
    GET: { role: 'management', handle: showQueue },
    PUT: { role: 'management', handle: declare },
    DELETE: {
      role: 'management',
      handle: async (call) => {
        const { name } = existingQueue(call);
        const { query } = call;
        await deleteQueue(call.actor, name, query.isTrue('if-unused'), query.isTrue('if-empty')).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/queues/:vhost/:queue/contents',
    DELETE: {
      role: 'management',
      handle: async (call) => {
        await purgeQueue(call.actor, existingQueue(call).name).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/queues/:vhost/:queue/actions',
    POST: {
      role: 'administrator',
      handle: (call) => {
        existingQueue(call);
        const action = textIn(call.body, 'action', '');
        // There are no mirrors to be synchronised.
        if (action === 'sync' || action === 'cancel_sync') return NO_CONTENT;
        throw badRequest(['unknown', action]);
      },
    },
  },
];

/** Throws HttpProblem 404. */
export function existingQueue({ vhost, params }: Call): DeclaredQueue {
  const queue = vhost.queue(params.queue);
  if (queue === undefined) throw noObject();
  return queue;
}

async function listQueues({ query, view }: Call, vhosts: readonly Vhost[]): Promise<unknown> {
  for (const vhost of vhosts) vhost.settleCounts();
  const fields = fieldsWithout(query.isTrue('disable_stats'), query.isTrue('enable_queue_totals'));
  const subjects = await wantedOf(queuesOf(vhosts), query, view);
  return list(query, { fields, view, subjects, nameOf: ({ queue }) => queue.name, paged: true });
}

const STATES = ['running', 'idle', 'stopped'] as const;

/** `type` and `state`, which RabbitMQ does not know, leave those of which they are true. `idle`: it runs, and nothing has happened lately. */
async function wantedOf(all: Ordered<ShownQueue>, query: Query, view: View): Promise<Ordered<ShownQueue>> {
  const type = query.get('type');
  const state = STATES.find((known) => known === query.get('state'));
  if (type === undefined && state === undefined) return all;
  const wanted: ShownQueue[] = [];
  await eachInSlices(all, (shown) => {
    if (type !== undefined && shown.queue.type !== type) return;
    if (state === undefined || stateOf(shown, view) === state) wanted.push(shown);
  });
  return wanted;
}

function stateOf(shown: ShownQueue, view: View): (typeof STATES)[number] {
  if (!shown.queue.readable) return 'stopped';
  return QUEUE_FIELDS.idle_since(shown, view) === undefined ? 'running' : 'idle';
}

function showQueue(call: Call): unknown {
  const { vhost, view, context } = call;
  const queue = existingQueue(call);
  vhost.settleCounts();
  const details = consumersOf(context.connections).filter(({ consumer }) => consumer.queue === queue);
  return {
    ...show(QUEUE_FIELDS, { vhost, queue }, view),
    effective_arguments: showTable(vhost.policies.effectiveSettings(queue)),
    consumer_details: details.map((shown) => show(CONSUMER_FIELDS, shown, view)),
    deliveries: deliveriesFrom(queue, channelsIn(vhost, context.connections), view),
    incoming: incomingOf({ vhost, queue }, view),
    ...ownerOf(queue),
  };
}

function ownerOf({ owner }: DeclaredQueue): object {
  const { endpoints } = (owner ?? {}) as { readonly endpoints?: { name: string; peerHost: string; peerPort: number } };
  if (endpoints === undefined) return {};
  const { name, peerHost, peerPort } = endpoints;
  return { owner_pid_details: { name, peer_host: peerHost, peer_port: peerPort } };
}

async function declare({ actor, vhost, params, body, context }: Call): Promise<unknown> {
  const node = textIn(body, 'node', context.nodeName);
  if (node !== context.nodeName) throw badRequest(`Node ${node} could not be contacted`);
  const isNew = vhost.queue(params.queue) === undefined;
  await declareQueue(actor, {
    name: params.queue,
    durable: booleanIn(body, 'durable', false),
    exclusive: false,
    autoDelete: booleanIn(body, 'auto_delete', false),
    arguments: toFieldTable(objectIn(body, 'arguments')),
  }).untilStored();
  return put(isNew);
}
