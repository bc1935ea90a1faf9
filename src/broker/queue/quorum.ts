/** What a quorum queue cannot be and cannot do, though a classic one can (RabbitMQ: Quorum Queues, "Feature Comparison"). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { queueTypeOf } from '../arguments/queue-arguments.ts';
import type { Queue, QueueOptions } from './queue.ts';

/** Names that only the broker gives begin with this. */
export const SERVER_NAMED = 'amq.gen-';

/** Throws AmqpError PRECONDITION_FAILED where a quorum queue is declared as something that would not last. */
export function checkQuorumDeclaration(options: QueueOptions, vhost: string): void {
  if (queueTypeOf(options.arguments) !== 'quorum') return;
  if (options.name.startsWith(SERVER_NAMED)) {
    throw new AmqpError('PRECONDITION_FAILED', 'Cannot declare a server-named queue for type rabbit_quorum_queue');
  }
  const property = options.autoDelete
    ? 'auto-delete'
    : options.owner !== undefined
      ? 'exclusive-owner'
      : options.durable
        ? undefined
        : 'non-durable';
  if (property === undefined) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `invalid property '${property}' for queue '${options.name}' in vhost '${vhost}'`,
  );
}

/** Throws AmqpError NOT_IMPLEMENTED where a quorum queue is to be deleted only under a condition. */
export function checkQuorumDelete(queue: Queue, vhost: string, ifUnused: boolean, ifEmpty: boolean): void {
  if (queue.settings.type !== 'quorum' || (!ifUnused && !ifEmpty)) return;
  const flag = ifUnused ? 'if-unused' : 'if-empty';
  throw new AmqpError(
    'NOT_IMPLEMENTED',
    `cannot delete queue '${queue.name}' in vhost '${vhost}'. ` +
      `queue.delete operations with ${flag} flag set are not supported by quorum queues`,
  );
}
