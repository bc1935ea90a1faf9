/** What the log says of queues whose operators are to know something. */
import type { QueueNotice, QueueNoticeListener } from '../broker/queue/queue-notice.ts';
import type { Logger } from '../util/logger.ts';

const TEXTS: Readonly<Record<QueueNotice, string>> = {
  'deduplicates-in-queue':
    'a queue with x-message-deduplication and no x-cache-ttl drops a message while one of its key is in the queue, from this version on; ' +
    'it was for 5 minutes after the first. Set cache-ttl by a policy to keep such a window.',
  'dead-letters-at-most-once':
    'a queue falls back to the dead letter strategy at-most-once: at-least-once needs a dead letter exchange and the overflow reject-publish.',
  'dead-letters-wait':
    'a queue keeps dead letters that no queue takes: the dead letter exchange, its bindings or room in the target queue are missing. They ' +
    'are sent again when routes change, and every 10 seconds.',
};

export function noticesTo(log: Logger): QueueNoticeListener {
  return (what, queue, vhost) => log.warn({ vhost, queue }, TEXTS[what]);
}
