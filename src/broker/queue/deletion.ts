/** Which queues may be deleted under a condition (AMQP 0-9-1: queue.delete; RabbitMQ: Quorum Queues, "Feature Comparison"). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import * as errors from '../arguments/errors.ts';
import type { QueueSettings } from './queue-settings.ts';

interface DeletedQueue {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly ready: number;
  readonly delayed: number;
  readonly consumerCount: number;
}

/** See DeclaredQueue.checkDelete. */
export function checkDelete(queue: DeletedQueue, vhost: string, ifUnused: boolean, ifEmpty: boolean): void {
  const { name } = queue;
  if (queue.settings.type === 'quorum' && (ifUnused || ifEmpty)) throw unsupported(name, vhost, ifUnused);
  if (ifEmpty && queue.ready + queue.delayed > 0) throw errors.notEmpty(name, vhost);
  if (ifUnused && queue.consumerCount > 0) throw errors.inUse('queue', name, vhost);
}

/** A quorum queue knows no condition. */
function unsupported(queue: string, vhost: string, ifUnused: boolean): AmqpError {
  const flag = ifUnused ? 'if-unused' : 'if-empty';
  return new AmqpError(
    'NOT_IMPLEMENTED',
    `cannot delete queue '${queue}' in vhost '${vhost}'. ` +
      `queue.delete operations with ${flag} flag set are not supported by quorum queues`,
  );
}
