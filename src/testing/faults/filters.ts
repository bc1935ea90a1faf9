/** Whom a fault meets. */
import type { ClientChannel, ClientConnection } from '../../broker/operations/clients.ts';
import { checkKeys, keysOf } from '../check.ts';
import { isWithin, type Match, MATCH_KEYS, matches } from '../log/match.ts';
import type { Received } from '../log/received.ts';

/** All that is named; every connection if nothing is. */
export interface ConnectionFilter {
  /** The name that the client gave the connection. */
  readonly name?: string | RegExp | undefined;
  readonly user?: string | undefined;
  readonly vhost?: string | undefined;
}

export interface ChannelFilter extends ConnectionFilter {
  readonly channel?: number | undefined;
}

export interface ConsumerFilter extends ChannelFilter {
  readonly queue?: string | undefined;
  readonly tag?: string | undefined;
}

/** All that is named, of the message and of who publishes it. */
export interface PublishFilter extends Match, ConnectionFilter {}

const CONNECTION_KEYS = keysOf<ConnectionFilter>({ name: true, user: true, vhost: true });
const CHANNEL_KEYS = [...CONNECTION_KEYS, 'channel'];
const KEYS = {
  connection: CONNECTION_KEYS,
  channel: CHANNEL_KEYS,
  consumer: [...CHANNEL_KEYS, 'queue', 'tag'],
  publish: [...CONNECTION_KEYS, ...MATCH_KEYS],
} as const;

/** Throws TypeError for what is no filter of that kind: it would meet nobody, or everybody. */
export function checkFilter(kind: keyof typeof KEYS, filter: object): void {
  checkKeys('filter', filter, KEYS[kind]);
}

export function meetsConnection({ client, user, vhost }: ClientConnection, filter: ConnectionFilter): boolean {
  const { connectionName: name } = client;
  if (!isWithin(filter.name ?? name, name)) return false;
  return (filter.user ?? user) === user && (filter.vhost ?? vhost?.name) === vhost?.name;
}

export function meetsChannel({ number }: ClientChannel, { channel = number }: ChannelFilter): boolean {
  return channel === number;
}

export function meetsPublish(
  connection: ClientConnection,
  message: Received,
  { name, user, vhost, ...match }: PublishFilter,
): boolean {
  return meetsConnection(connection, { name, user, vhost }) && matches(message, match);
}
