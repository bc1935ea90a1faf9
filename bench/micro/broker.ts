/** The broker's model without connections: a queue in a node, and messages for it. */
import { Message } from '../../src/broker/message/message.ts';
import { BrokerNode } from '../../src/broker/topology/broker-node.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import { encodeProperties } from '../../src/codec/properties.ts';
import { EMPTY_TABLE, type FieldTable } from '../../src/protocol/field-table.ts';
import type { Store } from '../../src/store/store.ts';

const MEMORY_BUDGET = 1 << 30;

/** A durable queue of a new node on the given store. */
export function queueOn(store: Store, name = 'queue', args: FieldTable = EMPTY_TABLE): DeclaredQueue {
  const node = new BrokerNode(store, MEMORY_BUDGET);
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  const options = { name, durable: true, autoDelete: false, owner: undefined, arguments: args };
  return node.vhost('/')!.declareQueue(options);
}

export function messageOf(size: number, persistent: boolean): Message {
  const message = new Message();
  const routingKey = Buffer.from('queue');
  message.route = Buffer.concat([Buffer.from([0, routingKey.length]), routingKey]);
  message.routeEnd = message.route.length;
  message.properties = encodeProperties(persistent ? { deliveryMode: 2 } : {});
  message.propertiesEnd = message.properties.length;
  message.body = Buffer.alloc(size);
  message.bodyEnd = size;
  return message;
}
