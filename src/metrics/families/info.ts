/** Who answers, and which versions: what dashboards join everything else with. */
import { clusterId, clusterName } from '../../broker/operations/parameters.ts';
import type { ManagementContext } from '../../management/context.ts';
import { labelPairs, metricLines } from '../exposition.ts';

/** RabbitMQ's word for each of its endpoints. */
export type Endpoint = 'aggregated' | 'per-object' | 'detailed' | 'memory-breakdown';

export function* infoLines(
  { config, node, nodeName, version }: ManagementContext,
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
    rabbitmq_cluster: clusterName(node, config.clusterName),
    rabbitmq_cluster_permanent_id: clusterId(node) ?? '',
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
