/** How much of the time consumers could take a message at once (RabbitMQ: consumer capacity). */
import type { DeclaredQueue } from './declared-queue.ts';

/** At this moment: 1 while none waits, or one of them has room; 0 without any. */
export function consumerCapacity(queue: DeclaredQueue): number {
  if (queue.consumerCount === 0) return 0;
  if (queue.ready === 0) return 1;
  for (const consumer of queue.consumers) if (consumer.ready) return 1;
  return 0;
}
