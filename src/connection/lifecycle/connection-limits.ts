/**
 * Limits on connections and channels by vhost and user (RabbitMQ: Virtual Hosts, "Limits"; User Limits). What is open is
 * counted when a limit is set and only then: nobody else pays for it, and no counter can go wrong.
 */
import { limitOf } from '../../broker/access/limits.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { BrokerContext, ListedConnection } from '../broker-context.ts';

/** Throws AmqpError NOT_ALLOWED where the vhost or the user has as many connections as it may. */
export function checkConnectionLimits({ node, connections }: BrokerContext, user: string, vhost: string): void {
  const ofVhost = limitOf(node.limits.vhost(vhost)['max-connections']);
  if (isReached(ofVhost, connections, (connection) => connection.vhost?.name === vhost)) {
    throw new AmqpError(
      'NOT_ALLOWED',
      `access to vhost '${vhost}' refused for user '${user}': connection limit (${ofVhost}) is reached`,
    );
  }
  const ofUser = limitOf(node.limits.user(user)['max-connections']);
  if (isReached(ofUser, connections, (connection) => connection.access?.user === user)) {
    throw new AmqpError(
      'NOT_ALLOWED',
      `connection refused for user '${user}': user connection limit (${ofUser}) is reached`,
    );
  }
}

/** Throws AmqpError NOT_ALLOWED where the user has as many channels open as it may, on all its connections. */
export function checkChannelLimit({ node, connections }: BrokerContext, user: string): void {
  const limit = limitOf(node.limits.user(user)['max-channels']);
  if (limit === Infinity) return;
  let open = 0;
  for (const connection of connections) if (connection.access?.user === user) open += connection.channels.size;
  if (open < limit) return;
  const text = `number of channels opened for user '${user}' has reached the maximum allowed user limit of (${limit})`;
  throw new AmqpError('NOT_ALLOWED', text, { blameless: true });
}

function isReached(
  limit: number,
  connections: Iterable<ListedConnection>,
  counts: (connection: ListedConnection) => boolean,
): boolean {
  if (limit === Infinity) return false;
  let open = 0;
  for (const connection of connections) if (connection.stage === 'running' && counts(connection)) open++;
  return open >= limit;
}
