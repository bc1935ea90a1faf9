/** Metrics of connections and channels, by RabbitMQ's names and labels: `channel` is the name of either. */
import type { ConnectionCounters, DeliveryCounters, PublishCounters } from '../../broker/events/counters.ts';
import type { ClientChannel, ClientConnection, CountedApart } from '../../broker/operations/clients.ts';
import type { ManagementContext } from '../../management/context.ts';
import { channelName } from '../../management/present/client.ts';
import { labelPair } from '../exposition.ts';
import { counter, gauge, ObjectKind } from '../object-kind.ts';

interface ChannelOfConnection {
  readonly connection: ClientConnection;
  readonly channel: ClientChannel;
}

const labels = (shown: ChannelOfConnection): string => labelPair('channel', channelName(shown));

const inVhost = ({ connection }: ChannelOfConnection): string => labelPair('vhost', connection.vhost!.name);

function* running({ connections }: ManagementContext): Generator<ClientConnection> {
  for (const connection of connections) if (connection.stage === 'running') yield connection;
}

function* openChannels(context: ManagementContext): Generator<ChannelOfConnection> {
  for (const connection of running(context)) {
    for (const channel of connection.channels.values()) yield { connection, channel };
  }
}

export const CHANNELS = new ObjectKind<ChannelOfConnection, undefined>({
  subjects: openChannels,
  counters: () => undefined,
  totals: () => undefined,
  families: [
    {
      family: 'channel_metrics',
      labels,
      gauges: [
        gauge('channel_consumers', 'Consumers on a channel', ({ channel }) => channel.consumers.size),
        gauge(
          'channel_messages_unacked',
          'Delivered but not yet acknowledged messages',
          ({ channel }) => channel.unackedCount,
        ),
        gauge(
          'channel_messages_unconfirmed',
          'Published but not yet confirmed messages',
          ({ channel }) => channel.unconfirmedCount,
        ),
        gauge(
          'channel_messages_uncommitted',
          'Messages received in a transaction but not yet committed',
          ({ channel }) => channel.uncommittedCount,
        ),
        gauge(
          'channel_acks_uncommitted',
          'Message acknowledgements in a transaction not yet committed',
          ({ channel }) => channel.uncommittedAcks,
        ),
        gauge(
          'consumer_prefetch',
          'Limit of unacknowledged messages for each consumer',
          ({ channel }) => channel.prefetch,
        ),
        gauge(
          'channel_prefetch',
          'Total limit of unacknowledged messages for all consumers on a channel',
          ({ channel }) => channel.globalPrefetch,
        ),
      ],
    },
  ],
});

/** What a channel counted of one exchange, or of one queue. */
interface PartOfChannel<Counters> extends ChannelOfConnection {
  /** Of the exchange, or of the queue. */
  readonly name: string;
  readonly counters: Readonly<Counters>;
}

function* partsOf<Counters>(
  context: ManagementContext,
  apart: (channel: ClientChannel) => CountedApart<{ readonly name: string }, Counters>,
): Generator<PartOfChannel<Counters>> {
  for (const shown of openChannels(context)) {
    for (const [{ name }, counters] of apart(shown.channel)) yield { ...shown, name, counters };
  }
}

export const CHANNEL_EXCHANGES = new ObjectKind<PartOfChannel<PublishCounters>, Readonly<PublishCounters>>({
  subjects: (context) => partsOf(context, ({ byExchange }) => byExchange),
  counters: ({ counters }) => counters,
  totals: ({ totals }) => totals.channels,
  families: [
    {
      family: 'channel_exchange_metrics',
      labels: (shown) => `${labels(shown)},${inVhost(shown)},${labelPair('exchange', shown.name)}`,
      counters: [
        counter(
          'channel_messages_published_total',
          'Total number of messages published into an exchange on a channel',
          ({ publish }) => publish,
        ),
        counter(
          'channel_messages_confirmed_total',
          'Total number of messages published into an exchange and confirmed on the channel',
          ({ confirm }) => confirm,
        ),
        counter(
          'channel_messages_unroutable_returned_total',
          'Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable',
          ({ returnUnroutable }) => returnUnroutable,
        ),
        counter(
          'channel_messages_unroutable_dropped_total',
          'Total number of messages published as non-mandatory into an exchange and dropped as unroutable',
          ({ dropUnroutable }) => dropUnroutable,
        ),
      ],
    },
  ],
});

export const CHANNEL_QUEUES = new ObjectKind<PartOfChannel<DeliveryCounters>, Readonly<DeliveryCounters>>({
  subjects: (context) => partsOf(context, ({ byQueue }) => byQueue),
  counters: ({ counters }) => counters,
  totals: ({ totals }) => totals.channels,
  families: [
    {
      family: 'channel_queue_metrics',
      labels: (shown) => `${labels(shown)},${inVhost(shown)},${labelPair('queue', shown.name)}`,
      counters: [
        counter(
          'channel_get_ack_total',
          'Total number of messages fetched with basic.get in manual acknowledgement mode',
          ({ get }) => get,
        ),
        counter(
          'channel_get_total',
          'Total number of messages fetched with basic.get in automatic acknowledgement mode',
          ({ getNoAck }) => getNoAck,
        ),
        counter(
          'channel_messages_delivered_ack_total',
          'Total number of messages delivered to consumers in manual acknowledgement mode',
          ({ deliver }) => deliver,
        ),
        counter(
          'channel_messages_delivered_total',
          'Total number of messages delivered to consumers in automatic acknowledgement mode',
          ({ deliverNoAck }) => deliverNoAck,
        ),
        counter(
          'channel_messages_redelivered_total',
          'Total number of messages redelivered to consumers',
          ({ redeliver }) => redeliver,
        ),
        counter('channel_messages_acked_total', 'Total number of messages acknowledged by consumers', ({ ack }) => ack),
        counter(
          'channel_get_empty_total',
          'Total number of times basic.get operations fetched no message',
          ({ getEmpty }) => getEmpty,
        ),
      ],
    },
  ],
});

const connectionLabels = ({ endpoints }: ClientConnection): string => labelPair('channel', endpoints.name);

export const CONNECTIONS = new ObjectKind<ClientConnection, ConnectionCounters>({
  subjects: running,
  counters: ({ counters }) => counters,
  totals: ({ traffic }) => traffic,
  families: [
    {
      family: 'connection_coarse_metrics',
      labels: connectionLabels,
      counters: [
        counter(
          'connection_incoming_bytes_total',
          'Total number of bytes received on a connection',
          ({ recvOct }) => recvOct,
        ),
        counter(
          'connection_outgoing_bytes_total',
          'Total number of bytes sent on a connection',
          ({ sendOct }) => sendOct,
        ),
      ],
    },
    {
      family: 'connection_metrics',
      labels: connectionLabels,
      gauges: [gauge('connection_channels', 'Channels on a connection', ({ channels }) => channels.size)],
      counters: [
        counter(
          'connection_incoming_packets_total',
          'Total number of packets received on a connection',
          ({ recvCnt }) => recvCnt,
        ),
        counter(
          'connection_outgoing_packets_total',
          'Total number of packets sent on a connection',
          ({ sendCnt }) => sendCnt,
        ),
      ],
    },
  ],
});
