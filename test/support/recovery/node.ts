/** A broker node in memory, without connections. */
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import type { Vhost } from '../../../src/broker/topology/vhost.ts';
import { byOneClock, type Clock } from '../../../src/util/clock.ts';
import { MemoryStore } from '../../../src/testing/store/memory-store.ts';

export interface NodeInMemory {
  readonly store: MemoryStore;
  readonly node: BrokerNode;
  readonly vhost: Vhost;
}

export function nodeInMemory(clock?: Clock): NodeInMemory {
  const store = new MemoryStore();
  const node = new BrokerNode(store, Infinity, undefined, clock && byOneClock(clock));
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  return { store, node, vhost: node.vhost('/')! };
}
