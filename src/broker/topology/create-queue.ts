/** The kind of queue that its arguments ask for. */
import { queueTypeOf } from '../arguments/queue-type.ts';
import { Stream } from '../stream/stream.ts';
import type { DeclaredQueue, QueueOptions } from '../queue/declared-queue.ts';
import { QueueLog } from '../log/log.ts';
import { PriorityLog } from '../log/priority-log.ts';
import { Queue } from '../queue/queue.ts';
import type { QueueHost } from '../queue/queue-host.ts';
import { readSettings } from '../queue/queue-settings.ts';

/** `id`: its number in the store, if it is durable. */
export function createQueue(options: QueueOptions, id: number, host: QueueHost): DeclaredQueue {
  if (queueTypeOf(options.arguments) === 'stream') return new Stream(options, id, host);
  const stored = options.durable ? id : undefined;
  const prioritised = readSettings(options.arguments, host.node.rules.values).maxPriority > 0;
  const log = prioritised ? new PriorityLog(host.node, stored) : new QueueLog(host.node, stored);
  return new Queue(options, id, log, host);
}
