/** Whom a fault meets. */
import type { ClientChannel, ClientConnection } from '../../broker/operations/clients.ts';
import { isWithin, type Match, matches } from '../log/match.ts';
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

/** All that is named, of the message and of who publishes it. */
export interface PublishFilter extends Match {
  readonly vhost?: string | undefined;
  readonly user?: string | undefined;
}

export function meetsConnection({ client, user, vhost }: ClientConnection, filter: ConnectionFilter): boolean {
  const { connectionName: name } = client;
  if (!isWithin(filter.name ?? name, name)) return false;
  return (filter.user ?? user) === user && (filter.vhost ?? vhost?.name) === vhost?.name;
}

export function meetsChannel({ number }: ClientChannel, { channel = number }: ChannelFilter): boolean {
  return channel === number;
}

export function meetsMessage(message: Received, { vhost, user, ...match }: PublishFilter): boolean {
  if (vhost !== undefined && message.vhost !== vhost) return false;
  if (user !== undefined && message.publisher?.user !== user) return false;
  return matches(message, match);
}
