/** Global parameters: names with JSON that belong to no vhost (RabbitMQ: Parameters and Policies). */
import { GLOBAL_PARAMETERS } from '../parameters/parameters.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import { checkName } from './names.ts';
import { Receipt } from './receipt.ts';

/** The receipt tells whether the name is new. Throws ChangeError `invalid` for a name that AMQP cannot carry. */
export function setGlobalParameter(node: BrokerNode, name: string, value: unknown): Receipt<boolean> {
  checkName(name);
  const isNew = node.parameters.get(GLOBAL_PARAMETERS, '', name) === undefined;
  node.parameters.put(GLOBAL_PARAMETERS, '', name, value);
  return new Receipt(node.store, isNew);
}

/** The receipt tells whether there was one. */
export function clearGlobalParameter(node: BrokerNode, name: string): Receipt<boolean> {
  return new Receipt(node.store, node.parameters.delete(GLOBAL_PARAMETERS, '', name));
}
