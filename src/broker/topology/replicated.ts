/** What queues of the types that RabbitMQ replicates, quorum and stream, cannot be (RabbitMQ: Quorum Queues; Streams). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { queueTypeOf } from '../arguments/queue-type.ts';
import { checkStreamArguments } from '../stream/stream-settings.ts';
import type { QueueOptions } from '../queue/declared-queue.ts';

/** Names that only the broker gives begin with this. */
export const SERVER_NAMED = 'amq.gen-';

/** Throws AmqpError PRECONDITION_FAILED if such a queue is declared as something that would not last, or a stream wrongly. */
export function checkReplicatedDeclaration(options: QueueOptions, vhost: string): void {
  const type = queueTypeOf(options.arguments);
  if (type === 'classic') return;
  if (options.name.startsWith(SERVER_NAMED)) {
    throw new AmqpError('PRECONDITION_FAILED', `Cannot declare a server-named queue for type rabbit_${type}_queue`);
  }
  const property = options.autoDelete
    ? 'auto-delete'
    : options.owner !== undefined
      ? 'exclusive-owner'
      : options.durable
        ? undefined
        : 'non-durable';
  if (property !== undefined) {
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `invalid property '${property}' for queue '${options.name}' in vhost '${vhost}'`,
    );
  }
  if (type === 'stream') checkStreamArguments(options.arguments);
}
