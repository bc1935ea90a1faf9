/** All that a broker has counted, at once: what it makes a little at a time for who scrapes it. */
import type { BrokerNode } from '../../src/broker/topology/broker-node.ts';
import { MessageTotals } from '../../src/broker/topology/message-totals.ts';

export function messageTotals(node: BrokerNode): MessageTotals {
  const totals = new MessageTotals();
  const steps = node.addMessages(totals);
  while (steps.next().done !== true);
  return totals;
}
