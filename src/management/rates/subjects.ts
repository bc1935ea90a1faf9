/** All that rates are known of: the broker, vhosts, queues, exchanges, connections and channels. */
import type { ManagementContext } from '../context.ts';
import {
  channelFigures,
  churnFigures,
  connectionFigures,
  exchangeFigures,
  queueSubject,
  totalLengths,
  vhostFigures,
} from './figures.ts';
import type { Subject } from './rates.ts';

export function* subjectsOf({ node, connections }: ManagementContext): Generator<Subject> {
  yield [node, () => ({ ...channelFigures(node.channelTotals()), ...totalLengths(node.vhosts) })];
  yield [node.counters.churn, () => churnFigures(node.counters.churn)];
  for (const vhost of node.vhosts) {
    vhost.settleCounts();
    yield [vhost, () => ({ ...vhostFigures(vhost), ...totalLengths([vhost]) })];
    for (const queue of vhost.queues) yield [queue, () => queueSubject(queue)];
    for (const exchange of vhost.exchanges) yield [exchange, () => exchangeFigures(exchange.counters)];
  }
  for (const connection of connections) {
    yield [connection, () => connectionFigures(connection.counters)];
    for (const channel of connection.channels.values()) yield [channel, () => channelFigures(channel.counters)];
  }
}
