/** What of a vhost cannot be read: the file is damaged, or the disk fails. Nothing else is concerned; the operator is to hear of it. */

/**
 * `queue`: it delivers nothing any more. `keys`: what a queue that deduplicates has seen before the start is not known to it.
 * `stream`: one of its consumers cannot go on. `exchange`: nothing that waits at a delayed exchange goes on, until it can be read after all.
 */
export type Unreadable = 'queue' | 'keys' | 'stream' | 'exchange';

/**
 * Told once of each; `name` is that of the queue, the stream or the exchange. `reason` is undefined if that is over, which is told of
 * exchanges only: they find it out by themselves.
 */
export type UnreadableListener = (what: Unreadable, name: string, vhost: string, reason: Error | undefined) => void;
