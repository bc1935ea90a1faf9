/** A broker node in memory, without connections. */
import { Node } from '../../../src/broker/topology/node.ts';
import type { Vhost } from '../../../src/broker/topology/vhost.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import type { Clock } from '../../../src/util/clock.ts';

export interface NodeInMemory {
  readonly store: MemoryStore;
  readonly node: Node;
  readonly vhost: Vhost;
}

export function nodeInMemory(clock?: Clock): NodeInMemory {
  const store = new MemoryStore();
  const node = new Node(store, Infinity, undefined, clock);
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  return { store, node, vhost: node.vhost('/')! };
}
