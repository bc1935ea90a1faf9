/** Metrics of what came to each queue by which exchange, by RabbitMQ's names. */
import type { QueueCounters } from '../../broker/events/queue-counters.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { labelPair } from '../exposition.ts';
import { counter, ObjectKind } from '../object-kind.ts';
import { queuesIn, sumOfQueues } from './in-vhosts.ts';

/** What came to a queue by one exchange. */
interface PublishedToQueue {
  readonly vhost: Vhost;
  readonly queue: DeclaredQueue;
  readonly exchange: string;
  readonly counters: Pick<QueueCounters, 'publish'>;
}

export const QUEUE_EXCHANGES = new ObjectKind<PublishedToQueue, Pick<QueueCounters, 'publish'>>({
  *subjects(context, vhosts) {
    for (const shown of queuesIn(context, vhosts, (vhost, queue) => ({ vhost, queue }))) {
      for (const [{ name }, counters] of shown.queue.publishedBy) yield { ...shown, exchange: name, counters };
    }
  },
  counters: ({ counters }) => counters,
  totals: ({ totals }) => sumOfQueues(totals),
  families: [
    {
      family: 'queue_exchange_metrics',
      labels: ({ vhost, queue, exchange }) =>
        [labelPair('vhost', vhost.name), labelPair('exchange', exchange), labelPair('queue', queue.name)].join(','),
      counters: [
        counter(
          'queue_exchange_messages_published_total',
          'Total number of messages published into a queue through an exchange',
          ({ publish }) => publish,
        ),
      ],
    },
    {
      family: 'channel_queue_exchange_metrics',
      // By the channel, too, in RabbitMQ: of many channels and many queues that would be very much.
      labels: ({ vhost, queue, exchange }) =>
        [
          ...[labelPair('queue_vhost', vhost.name), labelPair('queue', queue.name)],
          ...[labelPair('exchange_vhost', vhost.name), labelPair('exchange', exchange)],
        ].join(','),
      counters: [
        counter(
          'queue_messages_published_total',
          'Total number of messages published into a queue through an exchange on a channel',
          ({ publish }) => publish,
        ),
      ],
    },
  ],
});
