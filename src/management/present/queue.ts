/** A queue or stream, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/queues`). */
import { isSet } from '../../broker/arguments/fields.ts';
import { headTimestamp, type LogContents } from '../../broker/log/log-contents.ts';
import { consumerCapacity } from '../../broker/queue/consumer-capacity.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Fields } from '../lists/fields.ts';
import { lengthFigures, queueFigures, queueSubject } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { lengthFields, LENGTHS } from './lengths.ts';
import { showTable } from './table.ts';

export interface ShownQueue {
  readonly vhost: Vhost;
  readonly queue: DeclaredQueue;
}

/** What is where, and how large. */
const CONTENTS: Readonly<Record<string, (contents: LogContents) => number>> = {
  message_bytes: ({ bytes }) => bytes,
  message_bytes_paged_out: ({ bytes, bytesInMemory }) => bytes - bytesInMemory,
  message_bytes_persistent: ({ bytesPersistent }) => bytesPersistent,
  message_bytes_ram: ({ bytesInMemory }) => bytesInMemory,
  message_bytes_ready: ({ bytesReady }) => bytesReady,
  message_bytes_unacknowledged: ({ bytesUnacked }) => bytesUnacked,
  messages_paged_out: ({ evicted }) => evicted,
  messages_persistent: ({ persistent }) => persistent,
  messages_ram: ({ ready, unacked }) => ready + unacked,
  messages_ready_ram: ({ ready }) => ready,
  messages_unacknowledged_ram: ({ unacked }) => unacked,
};

const contents: Fields<ShownQueue, View> = Object.fromEntries(
  Object.entries(CONTENTS).map(([name, valueOf]) => [
    name,
    ({ queue }: ShownQueue, view: View) => {
      const has = view.contents(queue);
      return has === undefined ? undefined : valueOf(has);
    },
  ]),
);

export const QUEUE_FIELDS: Fields<ShownQueue, View> = {
  arguments: ({ queue }) => showTable(queue.arguments),
  auto_delete: ({ queue }) => queue.autoDelete,
  consumer_capacity: ({ queue }) => consumerCapacity(queue),
  consumer_utilisation: ({ queue }) => consumerCapacity(queue),
  consumers: ({ queue }) => queue.consumerCount,
  durable: ({ queue }) => queue.durable,
  effective_policy_definition: ({ vhost, queue }) => vhost.policies.appliedTo(queue).definition,
  exclusive: ({ queue }) => queue.owner !== undefined,
  exclusive_consumer_tag: ({ queue }) => [...queue.consumers].find(({ exclusive }) => exclusive)?.tag ?? null,
  head_message_age: ({ queue }, { now }) => {
    const seconds = headTimestamp(queue.log);
    return seconds === undefined ? undefined : Math.max(0, Math.floor(now / 1000) - seconds);
  },
  head_message_timestamp: ({ queue }) => headTimestamp(queue.log) ?? null,
  idle_since: ({ queue }, view) => view.idleSince(queue, queueSubject(queue)),
  leader: ({ queue }, { context }) => (queue.type === 'classic' ? undefined : context.nodeName),
  memory: ({ queue }, view) => view.contents(queue)?.bytesInMemory ?? 0,
  members: ({ queue }, { context }) => (queue.type === 'classic' ? undefined : [context.nodeName]),
  online: ({ queue }, { context }) => (queue.type === 'classic' ? undefined : [context.nodeName]),
  readers: ({ queue }, { context }) =>
    queue.type === 'stream' ? { [context.nodeName]: queue.consumerCount } : undefined,
  message_stats: ({ queue }, view) => view.messageStats(queue, queueFigures(queue)),
  ...lengthFields<ShownQueue>(
    ({ queue }) => queue,
    ({ queue }) => lengthFigures(queue),
  ),
  ...contents,
  messages_delayed: ({ queue }) => queue.delayed,
  name: ({ queue }) => queue.name,
  node: (_, { context }) => context.nodeName,
  operator_policy: ({ vhost, queue }) => vhost.policies.appliedTo(queue).operatorPolicy?.name ?? null,
  policy: ({ vhost, queue }) => vhost.policies.appliedTo(queue).policy?.name ?? null,
  single_active_consumer_tag: ({ queue }) => singleActive(queue) ?? null,
  state: ({ queue }) => (queue.readable ? 'running' : 'stopped'),
  type: ({ queue }) => queue.type,
  vhost: ({ vhost }) => vhost.name,
};

/** What `disable_stats` leaves: what was declared. */
const DECLARED = [
  'arguments',
  'auto_delete',
  'durable',
  'exclusive',
  'leader',
  'members',
  'name',
  'node',
  'online',
  'policy',
  'state',
  'type',
  'vhost',
];

/** The fields that `disable_stats` and `enable_queue_totals` leave. */
export function fieldsWithout(stats: boolean, totals: boolean): Fields<ShownQueue, View> {
  if (!stats) return QUEUE_FIELDS;
  const names = totals ? [...DECLARED, ...LENGTHS] : DECLARED;
  return Object.fromEntries(names.map((name) => [name, QUEUE_FIELDS[name]]));
}

/** The consumer that alone gets messages (RabbitMQ: Single Active Consumer): the one that came first. */
export function singleActive(queue: DeclaredQueue): string | undefined {
  if (!isSet(queue.arguments, 'x-single-active-consumer')) return undefined;
  for (const { tag } of queue.consumers) return tag;
  return undefined;
}
