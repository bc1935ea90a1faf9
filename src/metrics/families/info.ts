/** Who answers, and which versions: what dashboards join everything else with. */
import { clusterId, clusterName } from '../../broker/operations/parameters.ts';
import type { Config } from '../../config/config.ts';
import type { ManagementContext } from '../../management/context.ts';
import { labelPairs, metricLines } from '../exposition.ts';

/** RabbitMQ's word for each of its endpoints, by the end of the path behind `/metrics`. */
export const ENDPOINTS = {
  '': 'aggregated',
  '/per-object': 'per-object',
  '/detailed': 'detailed',
  '/memory-breakdown': 'memory-breakdown',
} as const;
export type Endpoint = (typeof ENDPOINTS)[keyof typeof ENDPOINTS];

export interface Identity {
  readonly config: Pick<Config, 'product' | 'productVersion'>;
  readonly nodeName: string;
  readonly cluster: string;
  /** RabbitMQ's number of the cluster, if it is known. */
  readonly permanentId: string | undefined;
  /** Of Leveret. */
  readonly version: string;
}

export function identityOf({ config, node, nodeName, version }: ManagementContext): Identity {
  const cluster = clusterName(node, config.clusterName);
  return { config, nodeName, cluster, permanentId: clusterId(node), version };
}

export function* infoLines(
  { config, nodeName, cluster, permanentId, version }: Identity,
  endpoint: Endpoint,
): Generator<string> {
  const build = {
    rabbitmq_version: config.productVersion,
    prometheus_plugin_version: config.productVersion,
    prometheus_client_version: version,
    erlang_version: process.versions.node,
    product_name: config.product,
    product_version: config.productVersion,
  };
  const identity = {
    rabbitmq_node: nodeName,
    rabbitmq_cluster: cluster,
    rabbitmq_cluster_permanent_id: permanentId ?? '',
    rabbitmq_endpoint: endpoint,
  };
  yield* metricLines('rabbitmq_', { type: 'untyped', name: 'build_info', help: 'RabbitMQ & Erlang/OTP version info' }, [
    { labels: labelPairs(build), value: 1 },
  ]);
  yield* metricLines(
    'rabbitmq_',
    { type: 'untyped', name: 'identity_info', help: 'RabbitMQ node & cluster identity info' },
    [{ labels: labelPairs(identity), value: 1 }],
  );
}
