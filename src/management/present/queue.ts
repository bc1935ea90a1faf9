/** A queue or stream, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/queues`). */
import { fromFieldTable } from '../../codec/field-table.ts';
import { queueTypeOf } from '../../broker/arguments/queue-type.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../context.ts';
import type { Fields } from '../lists/fields.ts';

export interface ShownQueue {
  readonly vhost: Vhost;
  readonly queue: DeclaredQueue;
}

export const QUEUE_FIELDS: Fields<ShownQueue, ManagementContext> = {
  arguments: ({ queue }) => fromFieldTable(queue.arguments),
  auto_delete: ({ queue }) => queue.autoDelete,
  consumers: ({ queue }) => queue.consumerCount,
  durable: ({ queue }) => queue.durable,
  exclusive: ({ queue }) => queue.owner !== undefined,
  messages: ({ queue }) => queue.ready + queue.unacked,
  messages_ready: ({ queue }) => queue.ready,
  messages_unacknowledged: ({ queue }) => queue.unacked,
  name: ({ queue }) => queue.name,
  node: (_, { nodeName }) => nodeName,
  operator_policy: ({ vhost, queue }) => vhost.policies.appliedTo(queue).operatorPolicy?.name ?? null,
  policy: ({ vhost, queue }) => vhost.policies.appliedTo(queue).policy?.name ?? null,
  state: () => 'running',
  type: ({ queue }) => queueTypeOf(queue.arguments),
  vhost: ({ vhost }) => vhost.name,
};
