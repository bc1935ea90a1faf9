/** When what a program asked for is safe. */
import type { BrokerNode } from '../broker/topology/broker-node.ts';

/** Resolves when everything the node was told until now is stored: on disk, if there is a data folder. */
export function whenStored(node: BrokerNode): Promise<void> {
  return new Promise((resolve) => node.store.afterCommit(resolve));
}
