/** How the broker presents itself in connection.start: as RabbitMQ, so that clients which look take RabbitMQ's path. */
import { toFieldTable } from '../../codec/field-table.ts';
import type { Config } from '../../config/config.ts';
import type { FieldTable } from '../../protocol/field-table.ts';

export function serverProperties(config: Config, version: string): FieldTable {
  return toFieldTable({
    capabilities: {
      publisher_confirms: true,
      exchange_exchange_bindings: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      'connection.blocked': true,
      consumer_priorities: true,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    },
    cluster_name: config.clusterName,
    copyright: 'Copyright (c) the Leveret authors.',
    information: 'Licensed under the Apache License 2.0.',
    platform: `Leveret ${version} on Node.js ${process.versions.node}`,
    product: config.product,
    version: config.productVersion,
  });
}
