/** Global parameters: names with JSON that belong to no vhost (RabbitMQ: Parameters and Policies). */
import { GLOBAL_PARAMETERS } from '../parameters/parameters.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import { checkName } from './names.ts';
import { Receipt } from './receipt.ts';

const CLUSTER_NAME = 'cluster_name';

/** What the cluster is called; `unnamed`: as long as nobody named it. */
export function clusterName(node: BrokerNode, unnamed: string): string {
  return (node.parameters.get(GLOBAL_PARAMETERS, '', CLUSTER_NAME) as string | undefined) ?? unnamed;
}

/** RabbitMQ's number of the cluster, if it came with definitions from one. */
export function clusterId(node: BrokerNode): string | undefined {
  return node.parameters.get(GLOBAL_PARAMETERS, '', 'internal_cluster_id') as string | undefined;
}

export function setClusterName(node: BrokerNode, name: string): Receipt<boolean> {
  return setGlobalParameter(node, CLUSTER_NAME, name);
}

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
