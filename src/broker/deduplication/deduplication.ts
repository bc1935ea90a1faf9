/**
 * Deduplication of a queue: which messages it drops because they come again. There are two rules: a key counts while a message of it is
 * in the queue (keys-in-queue.ts), or for a window of time after its first message (seen-window.ts).
 */
import type { DeduplicationSettings } from '../arguments/deduplication.ts';
import type { LogContext } from '../log/log-context.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';

/** What it needs of its node. */
export interface DeduplicationNode
  extends Pick<LogContext, 'store' | 'memory'>, Pick<Scheduling, 'timers' | 'timeSlices'> {
  /** What has to be read before clients come. */
  readonly loads: Set<Promise<void>>;
}

export interface DeduplicatingQueue {
  readonly name: string;
  readonly log: MessageLog;
  /** Its number in the store; undefined if nothing of it outlives the process. */
  readonly storedAs: number | undefined;
  /** True if a message that is in the log is dead, and only its dead letter waits: its key does not count. */
  isDead(seq: number): boolean;
  /** The keys of before the start cannot be read: they count as forgotten. */
  keysUnreadable(reason: Error): void;
}

export interface Deduplication {
  /** Other settings count from now on. Returns false if they ask for the other rule. */
  apply(settings: DeduplicationSettings): boolean;
  /**
   * The queue is back from the store: an earlier process may have seen keys. Of a store that answers later they are among the host's `loads`:
   * until then what is known already counts.
   */
  recover(): void;
  /** The message's key; undefined if it is not to be dropped in any case. */
  keyOf(message: Message): string | undefined;
  /** True if a message of this key is to be dropped. Its publisher is told that it is safe when the first one is. */
  isRepeat(key: string, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean;
  /** A message of this key is taken, whatever becomes of it. `stored`: it belongs on disk. */
  taken(key: string, stored: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void;
  /** A message of this key that was taken is in the log now. */
  added(key: string, seq: number, stored: boolean): void;
  /** A message is about to leave the queue for good: it was acknowledged, dropped or dead-lettered. */
  left(seq: number): void;
  /** The ready messages have left the queue, all together. */
  purged(): void;
  /** Forgets all keys: the queue deduplicates no longer, or by the other rule. */
  clear(): void;
  /** The queue is deleted. */
  end(): void;
}
