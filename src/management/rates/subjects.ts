/** All that rates are known of: the broker, vhosts, queues, exchanges, connections and channels. */
import type { ManagementContext } from '../context.ts';
import {
  addLengths,
  channelFigures,
  churnFigures,
  connectionFigures,
  exchangeFigures,
  lengthFigures,
  processFigures,
  queueSubject,
  vhostFigures,
  vhostOctets,
} from './figures.ts';
import type { History } from './history.ts';
import type { Subject } from './rates.ts';

/** What holds for many at once comes after them, so that nobody has to look at all of them in one go. `history`: of the broker as a whole. */
export function* subjectsOf(context: ManagementContext, history: History): Generator<Subject> {
  const { node, connections } = context;
  const all = { ready: 0, unacked: 0 };
  for (const vhost of node.vhosts) {
    vhost.settleCounts();
    const its = { ready: 0, unacked: 0 };
    for (const queue of vhost.queues) {
      yield [queue, () => queueSubject(queue)];
      addLengths(its, queue);
    }
    for (const exchange of vhost.exchanges) yield [exchange, () => exchangeFigures(exchange.counters)];
    yield [vhost, () => ({ ...vhostFigures(vhost), ...vhostOctets(vhost), ...lengthFigures(its) })];
    addLengths(all, its);
  }
  for (const connection of connections) {
    yield [connection, () => connectionFigures(connection.counters)];
    for (const channel of connection.channels.values()) yield [channel, () => channelFigures(channel.counters)];
  }
  yield [node, () => ({ ...channelFigures(node.channelTotals()), ...lengthFigures(all) }), history];
  yield [context, () => processFigures(context)];
  yield [node.counters.churn, () => churnFigures(node.counters.churn)];
}
