/** Metrics of queues and streams, by RabbitMQ's names. What it tells of Erlang's processes has no meaning here. */
import type { QueueCounters } from '../../broker/events/queue-counters.ts';
import { consumerCapacity } from '../../broker/queue/consumer-capacity.ts';
import { contentsOf, type LogContents } from '../../broker/log/log-contents.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { labelPair } from '../exposition.ts';
import { counter, gauge, type ObjectFamily, ObjectKind } from '../object-kind.ts';
import { queuesIn, sumOfQueues } from './in-vhosts.ts';
import { queueTypeName } from './queue-types.ts';

/** Of a stream nobody counts the bytes. */
const NO_CONTENTS = contentsOf([]);

class QueueOfVhost {
  readonly vhost: Vhost;
  readonly queue: DeclaredQueue;
  #contents: LogContents | undefined;

  constructor(vhost: Vhost, queue: DeclaredQueue) {
    this.vhost = vhost;
    this.queue = queue;
  }

  /** What the queue has, found out once for all that is told of it. */
  get contents(): LogContents {
    const { queue } = this;
    return (this.#contents ??= queue.type === 'stream' ? NO_CONTENTS : contentsOf(queue.log.segments));
  }
}

type QueueFamily = ObjectFamily<QueueOfVhost, Readonly<QueueCounters>>;

const labels = ({ vhost, queue }: QueueOfVhost): string =>
  `${labelPair('vhost', vhost.name)},${labelPair('queue', queue.name)}`;

const consumers = gauge<QueueOfVhost>('queue_consumers', 'Consumers on a queue', ({ queue }) => queue.consumerCount);

const coarse: QueueFamily = {
  family: 'queue_coarse_metrics',
  labels,
  gauges: [
    gauge('queue_messages_ready', 'Messages ready to be delivered to consumers', ({ queue }) => queue.ready),
    gauge(
      'queue_messages_unacked',
      'Messages delivered to consumers but not yet acknowledged',
      ({ queue }) => queue.unacked,
    ),
    gauge(
      'queue_messages',
      'Sum of ready and unacknowledged messages - total queue depth',
      ({ queue }) => queue.ready + queue.unacked,
    ),
  ],
};

const consumerCount: QueueFamily = {
  family: 'queue_consumer_count',
  partOf: ['queue_metrics'],
  labels,
  gauges: [consumers],
};

const state: QueueFamily = {
  family: 'queue_metrics',
  labels,
  gauges: [
    consumers,
    gauge('queue_consumer_capacity', 'Consumer capacity', ({ queue }) => consumerCapacity(queue)),
    gauge('queue_consumer_utilisation', 'Same as consumer capacity', ({ queue }) => consumerCapacity(queue)),
    held('ram', 'Ready and unacknowledged messages stored in memory', ({ ready, unacked }) => ready + unacked),
    held(
      'ram_bytes',
      'Size of ready and unacknowledged messages stored in memory',
      ({ bytesInMemory }) => bytesInMemory,
    ),
    held('ready_ram', 'Ready messages stored in memory', ({ ready }) => ready),
    held('unacked_ram', 'Unacknowledged messages stored in memory', ({ unacked }) => unacked),
    held('persistent', 'Persistent messages', ({ persistent }) => persistent),
    held('persistent_bytes', 'Size in bytes of persistent messages', ({ bytesPersistent }) => bytesPersistent),
    held('bytes', 'Size in bytes of ready and unacknowledged messages', ({ bytes }) => bytes),
    held('ready_bytes', 'Size in bytes of ready messages', ({ bytesReady }) => bytesReady),
    held('unacked_bytes', 'Size in bytes of all unacknowledged messages', ({ bytesUnacked }) => bytesUnacked),
    held('paged_out', 'Messages paged out to disk', ({ evicted }) => evicted),
    held(
      'paged_out_bytes',
      'Size in bytes of messages paged out to disk',
      ({ bytes, bytesInMemory }) => bytes - bytesInMemory,
    ),
  ],
};

/** Messages of a queue, and what they take. */
function held(
  name: string,
  help: string,
  of: (contents: LogContents) => number,
): ReturnType<typeof gauge<QueueOfVhost>> {
  return gauge(`queue_messages_${name}`, help, ({ contents }) => of(contents));
}

const deliveries: QueueFamily = {
  family: 'queue_delivery_metrics',
  labels,
  counters: [
    counter(
      'queue_get_ack_total',
      'Total number of messages fetched from a queue with basic.get in manual acknowledgement mode',
      ({ get }) => get,
    ),
    counter(
      'queue_get_total',
      'Total number of messages fetched from a queue with basic.get in automatic acknowledgement mode',
      ({ getNoAck }) => getNoAck,
    ),
    counter(
      'queue_messages_delivered_ack_total',
      'Total number of messages delivered from a queue to consumers in manual acknowledgement mode',
      ({ deliver }) => deliver,
    ),
    counter(
      'queue_messages_delivered_total',
      'Total number of messages delivered from a queue to consumers in automatic acknowledgement mode',
      ({ deliverNoAck }) => deliverNoAck,
    ),
    counter(
      'queue_messages_redelivered_total',
      'Total number of messages redelivered from a queue to consumers',
      ({ redeliver }) => redeliver,
    ),
    counter(
      'queue_messages_acked_total',
      'Total number of messages acknowledged by consumers on a queue',
      ({ ack }) => ack,
    ),
    counter(
      'queue_get_empty_total',
      'Total number of times basic.get operations fetched no message on a queue',
      ({ getEmpty }) => getEmpty,
    ),
  ],
};

const info: QueueFamily = {
  family: 'queue_info',
  eachOnly: true,
  labels: (shown) => `${labels(shown)},queue_type="${queueTypeName(shown.queue.type)}",membership="leader"`,
  gauges: [
    gauge('queue_info', "A metric with a constant '1' value and labels that provide some queue details", () => 1),
  ],
};

const own: QueueFamily = {
  family: 'leveret_queue_metrics',
  prefix: 'leveret_',
  labels,
  gauges: [
    gauge(
      'queue_messages_delayed',
      'Messages that came back and wait before they go out again',
      ({ queue }) => queue.delayed,
    ),
  ],
  counters: [
    counter('queue_messages_refused_total', 'Messages that a full queue did not take', ({ refused }) => refused),
    counter(
      'queue_messages_duplicate_total',
      'Messages that a queue did not take as it had had them before',
      ({ duplicate }) => duplicate,
    ),
  ],
};

/** Families with which RabbitMQ tells the type of each queue too. */
const INFORMED = [coarse, consumerCount, state].map(({ family }) => family);

export const QUEUES = new ObjectKind<QueueOfVhost, Readonly<QueueCounters>>({
  subjects: (context, vhosts) => queuesIn(context, vhosts, (vhost, queue) => new QueueOfVhost(vhost, queue)),
  counters: ({ queue }) => queue.counted,
  totals: ({ totals }) => sumOfQueues(totals),
  families: [coarse, consumerCount, state, deliveries, own, info],
});

/** The families that are told with those that are asked for. */
export function withQueueInfo(families: ReadonlySet<string>): ReadonlySet<string> {
  return INFORMED.some((family) => families.has(family)) ? new Set([...families, info.family]) : families;
}
