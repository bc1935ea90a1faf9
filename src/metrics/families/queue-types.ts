/** RabbitMQ's names of the types of queues, as its metrics have them. */
import type { QueueType } from '../../broker/arguments/queue-type.ts';

export function queueTypeName(type: QueueType): string {
  return `rabbit_${type}_queue`;
}
