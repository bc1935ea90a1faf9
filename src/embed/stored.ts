/** When what a program asked for is safe. */
import type { Node } from '../broker/topology/node.ts';

/** Resolves when everything the node was told until now is stored: on disk, where there is a data folder. */
export function stored(node: Node): Promise<void> {
  return new Promise((resolve) => node.store.afterCommit(resolve));
}
