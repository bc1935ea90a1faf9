/** RabbitMQ's global counters (its page Prometheus, "Global counters"): of all there was since the start, 0 from the first scrape on. */
import type { ChannelCounters } from '../../broker/events/counters.ts';
import type { QueueCounters } from '../../broker/events/queue-counters.ts';
import { QUEUE_TYPES } from '../../broker/arguments/queue-type.ts';
import type { DeathReason } from '../../broker/message/dead-letter.ts';
import { histogramSamples, labelPairs, type Sample } from '../exposition.ts';
import type { BrokerMoment, Present } from '../moment.ts';
import { type NodeMetric, single } from './node.ts';
import { queueTypeName } from './queue-types.ts';

type GlobalMetric = NodeMetric<BrokerMoment>;

const PROTOCOL = labelPairs({ protocol: 'amqp091' });

const published = (name: string, help: string, count: keyof ChannelCounters): GlobalMetric => ({
  type: 'counter',
  name: `global_messages_${name}_total`,
  help: `Total number of messages ${help}`,
  samples: ({ totals }) => [{ labels: PROTOCOL, value: totals.channels[count] }],
});

const delivered = (name: string, help: string, count: (counters: QueueCounters) => number): GlobalMetric => ({
  type: 'counter',
  name: `global_messages_${name}_total`,
  help: `Total number of ${help}`,
  samples: ({ totals }) =>
    QUEUE_TYPES.map((type) => ({
      labels: `${PROTOCOL},queue_type="${queueTypeName(type)}"`,
      value: count(totals.queues[type]),
    })),
});

const deadLettered = (reason: DeathReason, help: string): GlobalMetric => ({
  type: 'counter',
  name: `global_messages_dead_lettered_${reason}_total`,
  help: `Total number of messages dead-lettered due to ${help}`,
  samples: ({ totals: { queues } }) => [
    ...strategies('rabbit_classic_queue', reason, queues.classic).slice(1),
    ...strategies('rabbit_quorum_queue', reason, queues.quorum),
  ],
});

/** The strategy at-least-once first, which classic queues do not have. */
function strategies(type: string, reason: DeathReason, counters: QueueCounters): Sample[] {
  const surely = counters.deadLetterConfirmed?.[reason] ?? 0;
  const all = counters.deadLettered?.[reason] ?? 0;
  const dropped = counters.dropped?.[reason] ?? 0;
  return Object.entries({ at_least_once: surely, at_most_once: all - surely, disabled: dropped }).map(
    ([strategy, value]) => ({ labels: labelPairs({ queue_type: type, dead_letter_strategy: strategy }), value }),
  );
}

const ofProtocol = (name: 'publishers' | 'consumers'): GlobalMetric => ({
  type: 'gauge',
  name: `global_${name}`,
  help: `Current number of ${name}`,
  samples: ({ present }) => [{ labels: PROTOCOL, value: present[name] }],
});

export const GLOBAL: readonly GlobalMetric[] = [
  ofProtocol('consumers'),
  delivered('acknowledged', 'messages acknowledged by consumers', ({ ack }) => ack),
  published('confirmed', 'confirmed to publishers', 'confirm'),
  {
    type: 'counter',
    name: 'global_messages_dead_lettered_confirmed_total',
    help: 'Total number of messages dead-lettered and confirmed by target queues',
    samples: ({ totals: { queues } }) => [
      {
        labels: labelPairs({ queue_type: 'rabbit_quorum_queue', dead_letter_strategy: 'at_least_once' }),
        value: Object.values(queues.quorum.deadLetterConfirmed ?? {}).reduce((sum, count) => sum + count, 0),
      },
    ],
  },
  deadLettered('delivery_limit', 'delivery-limit exceeded'),
  deadLettered('expired', 'message TTL exceeded'),
  deadLettered('maxlen', 'overflow drop-head or reject-publish-dlx'),
  deadLettered('rejected', 'basic.reject or basic.nack'),
  delivered(
    'delivered_consume_auto_ack',
    'messages delivered to consumers using basic.consume with automatic acknowledgment',
    ({ deliverNoAck }) => deliverNoAck,
  ),
  delivered(
    'delivered_consume_manual_ack',
    'messages delivered to consumers using basic.consume with manual acknowledgment',
    ({ deliver }) => deliver,
  ),
  delivered(
    'delivered_get_auto_ack',
    'messages delivered to consumers using basic.get with automatic acknowledgment',
    ({ getNoAck }) => getNoAck,
  ),
  delivered(
    'delivered_get_manual_ack',
    'messages delivered to consumers using basic.get with manual acknowledgment',
    ({ get }) => get,
  ),
  delivered(
    'delivered',
    'messages delivered to consumers',
    ({ deliver, deliverNoAck, get, getNoAck }) => deliver + deliverNoAck + get + getNoAck,
  ),
  delivered('get_empty', 'times basic.get operations fetched no message', ({ getEmpty }) => getEmpty),
  published('received_confirm', 'received from publishers expecting confirmations', 'publishConfirm'),
  published('received', 'received from publishers', 'publish'),
  delivered('redelivered', 'messages redelivered to consumers', ({ redeliver }) => redeliver),
  {
    type: 'counter',
    name: 'global_messages_routed_total',
    help: 'Total number of messages routed to queues or streams',
    samples: ({ totals: { channels } }) => [
      { labels: PROTOCOL, value: channels.publish - channels.dropUnroutable - channels.returnUnroutable },
    ],
  },
  published(
    'unroutable_dropped',
    'published as non-mandatory into an exchange and dropped as unroutable',
    'dropUnroutable',
  ),
  published(
    'unroutable_returned',
    'published as mandatory into an exchange and returned to the publisher as unroutable',
    'returnUnroutable',
  ),
  ofProtocol('publishers'),
  {
    type: 'histogram',
    name: 'message_size_bytes',
    help: 'Size of messages received from publishers',
    samples: ({ context: { node } }) => histogramSamples(node.counters.messageSizes, PROTOCOL),
  },
];

const present = (name: keyof Present, help: string): GlobalMetric =>
  single('gauge', name, help, (moment) => moment.present[name]);

export const PRESENT: readonly GlobalMetric[] = [
  present('connections', 'Connections currently open'),
  present('channels', 'Channels currently open'),
  present('consumers', 'Consumers currently connected'),
  present('queues', 'Queues available'),
];
