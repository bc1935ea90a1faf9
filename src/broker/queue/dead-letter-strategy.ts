/** What an operator hears of a queue that is to dead-letter at least once and cannot (RabbitMQ: Quorum Queues, "Activating at-least-once Dead-Lettering"). */
import type { DyingQueue, QueueHost } from './queue-host.ts';

/** Told once this turn is over: policies come right behind the arguments. */
export function checkStrategy(queue: DyingQueue & { readonly deleted: boolean }, host: QueueHost): void {
  if (!queue.settings.fallsBackToAtMostOnce) return;
  host.node.timeSlices.add({
    writes: false,
    step() {
      if (queue.settings.fallsBackToAtMostOnce && !queue.deleted)
        host.node.notice('dead-letters-at-most-once', queue.name, host.name);
      return false;
    },
  });
}
