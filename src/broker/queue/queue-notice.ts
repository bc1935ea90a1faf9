/** What an operator is to hear of a queue, though nothing is wrong with the broker. */

/**
 * `deduplicates-in-queue`: it was stored by a version for which x-message-deduplication without x-cache-ttl meant a window of time.
 * `dead-letters-at-most-once`: it is to dead-letter at least once, and other settings do not allow that. `dead-letters-wait`: there is no
 * queue that takes its dead letters, and it keeps them.
 */
export type QueueNotice = 'deduplicates-in-queue' | 'dead-letters-at-most-once' | 'dead-letters-wait';

export type QueueNoticeListener = (what: QueueNotice, queue: string, vhost: string) => void;
