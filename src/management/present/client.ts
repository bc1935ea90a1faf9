/** Connections, channels and consumers, as the HTTP API shows them (RabbitMQ: HTTP API, `/api/connections`, `/api/channels`, `/api/consumers`). */
import type { ClientChannel, ClientConnection, ClientConsumer } from '../../broker/operations/clients.ts';
import { Stream } from '../../broker/stream/stream.ts';
import type { ManagementContext } from '../context.ts';
import type { Fields } from '../lists/fields.ts';
import { channelFigures, connectionFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { singleActive } from './queue.ts';
import { showTable } from './table.ts';

export interface ShownChannel {
  readonly connection: ClientConnection;
  readonly channel: ClientChannel;
}

export interface ShownConsumer extends ShownChannel {
  readonly consumer: ClientConsumer;
}

export const CONNECTION_FIELDS: Fields<ClientConnection, View> = {
  auth_mechanism: ({ mechanism }) => mechanism,
  channel_max: ({ channelMax }) => channelMax,
  channels: ({ channels }) => channels.size,
  client_properties: ({ client }) => showTable(client.properties),
  connected_at: ({ connectedAt }) => connectedAt,
  frame_max: ({ frameMax }) => frameMax,
  host: ({ endpoints }) => endpoints.host,
  name: ({ endpoints }) => endpoints.name,
  node: (_, { context }) => context.nodeName,
  peer_host: ({ endpoints }) => endpoints.peerHost,
  peer_port: ({ endpoints }) => endpoints.peerPort,
  port: ({ endpoints }) => endpoints.port,
  protocol: ({ webSocket }) => (webSocket ? 'Web AMQP 0-9-1' : 'AMQP 0-9-1'),
  ...dataFields(['recv_oct', 'recv_cnt', 'send_oct', 'send_cnt']),
  send_pend: ({ writer }) => writer.pending,
  ssl: ({ tls }) => tls !== undefined,
  ssl_cipher: ({ tls }) => tls?.cipher ?? null,
  ssl_hash: ({ tls }) => tls?.hash ?? null,
  ssl_key_exchange: ({ tls }) => tls?.keyExchange ?? null,
  ssl_protocol: ({ tls }) => tls?.protocol ?? null,
  peer_cert_issuer: ({ tls }) => tls?.certificate?.issuer ?? null,
  peer_cert_subject: ({ tls }) => tls?.certificate?.subject ?? null,
  peer_cert_validity: ({ tls }) => tls?.certificate?.validity ?? null,
  state: ({ state }) => state,
  timeout: ({ heartbeat }) => heartbeat,
  type: () => 'network',
  user: ({ user }) => user,
  user_provided_name: ({ client }) => (client.connectionName === '' ? undefined : client.connectionName),
  user_who_performed_action: ({ user }) => user,
  vhost: ({ vhost }) => vhost?.name,
};

function dataFields(names: readonly string[]): Fields<ClientConnection, View> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, ({ counters }: ClientConnection) => connectionFigures(counters)[name]],
      [
        `${name}_details`,
        (connection: ClientConnection, view: View) =>
          view.data(connection, { [name]: connectionFigures(connection.counters)[name] })[`${name}_details`],
      ],
    ]),
  );
}

/** RabbitMQ's name of a channel: that of its connection, and its number. */
export function channelName({ connection, channel }: ShownChannel): string {
  return `${connection.endpoints.name} (${channel.number})`;
}

/** A channel, as other objects name it. */
export function channelDetails(shown: ShownChannel, { nodeName }: Pick<ManagementContext, 'nodeName'>): object {
  const { endpoints, user } = shown.connection;
  return {
    connection_name: endpoints.name,
    name: channelName(shown),
    node: nodeName,
    number: shown.channel.number,
    peer_host: endpoints.peerHost,
    peer_port: endpoints.peerPort,
    user,
  };
}

export const CHANNEL_FIELDS: Fields<ShownChannel, View> = {
  acks_uncommitted: ({ channel }) => channel.uncommittedAcks,
  confirm: ({ channel }) => channel.confirming,
  connection_details: ({ connection: { endpoints } }) => ({
    name: endpoints.name,
    peer_host: endpoints.peerHost,
    peer_port: endpoints.peerPort,
  }),
  consumer_count: ({ channel }) => channel.consumers.size,
  idle_since: ({ channel }, view) => view.idleSince(channel, channelFigures(channel.counters)),
  global_prefetch_count: ({ channel }) => channel.globalPrefetch,
  message_stats: ({ channel }, view) => view.messageStats(channel, channelFigures(channel.counters)),
  messages_unacknowledged: ({ channel }) => channel.unackedCount,
  messages_uncommitted: ({ channel }) => channel.uncommittedCount,
  messages_unconfirmed: ({ channel }) => channel.unconfirmedCount,
  name: (shown) => channelName(shown),
  node: (_, { context }) => context.nodeName,
  number: ({ channel }) => channel.number,
  pending_raft_commands: () => 0,
  prefetch_count: ({ channel }) => channel.prefetch,
  // A connection is blocked, RabbitMQ's channels are not.
  state: ({ connection }) => (connection.state === 'flow' ? 'flow' : 'running'),
  transactional: ({ channel }) => channel.transactional,
  user: ({ connection }) => connection.user,
  user_who_performed_action: ({ connection }) => connection.user,
  vhost: ({ connection }) => connection.vhost?.name,
};

export const CONSUMER_FIELDS: Fields<ShownConsumer, View> = {
  ack_required: ({ consumer }) => !consumer.noAck,
  active: (shown) => isActive(shown),
  activity_status: (shown) => {
    if (singleActive(shown.consumer.queue) === undefined) return 'up';
    return isActive(shown) ? 'single_active' : 'waiting';
  },
  arguments: ({ consumer }) => showTable(consumer.arguments),
  channel_details: (shown, { context }) => channelDetails(shown, context),
  consumer_tag: ({ consumer }) => consumer.tag,
  exclusive: ({ consumer }) => consumer.exclusive,
  // Not RabbitMQ's: it tells how many its channel has not acknowledged, and nothing of how far the reader of a stream is.
  lag: ({ consumer }) => lagOf(consumer),
  messages_unacknowledged: ({ consumer }) => consumer.unacked,
  prefetch_count: ({ consumer }) => consumer.prefetch,
  queue: ({ connection, consumer }) => ({ name: consumer.queue.name, vhost: connection.vhost?.name }),
};

function isActive({ consumer }: ShownConsumer): boolean {
  const active = singleActive(consumer.queue);
  return active === undefined || active === consumer.tag;
}

/** Messages of a stream that the consumer has yet to be given; undefined in a queue, and as long as it is not known where it begins. */
function lagOf(consumer: ClientConsumer): number | undefined {
  const { queue } = consumer;
  return queue instanceof Stream ? queue.lagOf(consumer) : undefined;
}
