/** What a quorum queue cannot do, though a classic one can (RabbitMQ: Quorum Queues, "Feature Comparison"). */
import { AmqpError } from '../../protocol/amqp-error.ts';

/** Throws AmqpError NOT_IMPLEMENTED where a quorum queue is to be deleted only under a condition. */
export function checkQuorumDelete(queue: string, vhost: string, ifUnused: boolean, ifEmpty: boolean): void {
  if (!ifUnused && !ifEmpty) return;
  const flag = ifUnused ? 'if-unused' : 'if-empty';
  throw new AmqpError(
    'NOT_IMPLEMENTED',
    `cannot delete queue '${queue}' in vhost '${vhost}'. ` +
      `queue.delete operations with ${flag} flag set are not supported by quorum queues`,
  );
}
