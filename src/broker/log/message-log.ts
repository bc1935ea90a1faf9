/** What keeps a queue's messages: one log, or one a priority. Messages are known by sequence numbers that never repeat. */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { KeptMessages } from './kept-messages.ts';
import type { LogWaiter } from './log-waiter.ts';
import type { Evictable } from './memory-budget.ts';
import type { Message } from '../message/message.ts';
import type { ConfirmTracker, ConfirmTarget } from '../message/message-target.ts';

/** No message. */
export const NONE = -1;
/** There is one, but not yet: it is on its way from the store, or others have to go first. Whoever asked is told when to ask again. */
export const NOT_YET = -2;

/** Has a stored message that was appended just now written, and its publisher told then, if one waits. `urgent`: somebody else waits for it. */
export function awaitStored(
  log: Pick<MessageLog, 'confirm' | 'flush'>,
  seq: number,
  tracker: ConfirmTracker | undefined,
  publishSeqNo: number,
  urgent = false,
): void {
  if (tracker !== undefined) {
    tracker.wait(publishSeqNo);
    log.confirm(seq, tracker, publishSeqNo);
  }
  log.flush(urgent || tracker !== undefined, seq);
}

export interface MessageLog extends KeptMessages, Evictable {
  /** Who takes its messages; undefined if nobody does yet. */
  owner: LogWaiter | undefined;
  /** Messages that wait for a consumer. */
  readonly ready: number;
  /** Messages that were delivered and wait for their acknowledgement. */
  readonly unacked: number;
  /** True if persistent messages are written. */
  readonly stores: boolean;
  /** Takes in what the store has: see RecoveredLog for `delivered` and `deliveredByPriority`. Called once, before messages come or go. */
  recover(pages: readonly RecoveredPage[], delivered: number, deliveredByPriority?: ReadonlyMap<number, number>): void;
  /**
   * Adds a message as ready and returns its sequence number. `stored`: it belongs on disk, with the next batch. `expiresAt`: when
   * it expires, in milliseconds since the epoch.
   */
  append(message: Message, stored: boolean, expiresAt: number, priority: number): number;
  /** Has `target` told once a stored message is on disk, or settled before that. Called right behind its `append`. */
  confirm(seq: number, target: ConfirmTarget, number: number): void;
  /** Has `tracker` told once all stored messages that there are now are on disk. Whether they are settled before that does not matter. */
  confirmAll(tracker: ConfirmTracker, number: number): void;
  /** Has the next batch take a stored message, and those before it, however large that makes it: it holds what hangs on the message. */
  writeNext(seq: number): void;
  /** Has a stored message written, with what was added before it. `urgent`: a publisher waits for it. */
  flush(urgent: boolean, seq: number): void;
  /** Sequence number of the ready message whose turn it is; NONE, or NOT_YET. */
  peek(): number;
  /**
   * Calls `visit` with the messages of one segment, ready and unacked, and when they expire: the one that has `from`, or the next.
   * Numbers rise. Returns where to go on; NONE at the end, and NOT_YET if the segment is not here yet: `waiter` is told when it is.
   */
  scan(from: number, visit: (seq: number, expiresAt: number) => void, waiter: LogWaiter): number;
  /** Marks a ready message as delivered and not yet acknowledged. */
  take(seq: number): void;
  /**
   * Shows a message that goes elsewhere. If its body is kept apart and it would take its time to read it, it goes without: see
   * Message.isWhole.
   */
  viewMoving(seq: number, message: Message): void;
  /** As `view`; a body that is kept apart is not there, so that it need not be read. */
  viewProperties(seq: number, message: Message): void;
  /** True if a message that was fetched, or has been taken, is still there and ready. */
  isReady(seq: number): boolean;
  redelivered(seq: number): boolean;
  /** How often a message was delivered, as far as it is known: the delivery under way included, and one at least if it is redelivered. */
  deliveries(seq: number): number;
  /** A message that was delivered before is delivered again; or, with -1, its delivery under way does not count. That is stored with it. */
  redeliver(seq: number, by?: 1 | -1): void;
  /**
   * An unacked message came back, and waits. `due`: until when, in milliseconds since the epoch; or negative, a mark of the queue's own: it is
   * dead, and waits for a queue that takes its letter. That is stored with it.
   */
  wait(seq: number, due: number): void;
  /**
   * After `recover`: messages that were told to wait, and whose `due` is meant, are unacked again, and `visit` is told of them, of each
   * before anybody else sees it.
   */
  recoverWaiting(isMeant: (due: number) => boolean, visit: (seq: number, due: number) => void): void;
  /** Tells `visit` of the ready messages that were delivered at least so often, of each before anybody else sees it. */
  deliveredOften(deliveries: number, visit: (seq: number) => void): void;
  /** When a message expires, in milliseconds since the epoch; Infinity for never. */
  expiresAt(seq: number): number;
  bodySize(seq: number): number;
  /**
   * Has the sizes of the bodies of all ready messages added, of each before anybody else sees it. It reads those that were not since a start: for
   * a limit on bytes that comes to a queue with messages.
   */
  countReadyBytes(add: (bytes: number) => void): void;
  /**
   * Removes a message for good, ready or unacked. `replaced`: another comes in its place, which the next batch takes, so that who
   * waits for this one is told with that batch, and else at once.
   */
  settle(seq: number, replaced?: boolean): void;
  /**
   * Removes a message for good and hands a copy of it to `take`, which puts it elsewhere in the same call: both are in one batch of the
   * store. A body that is kept apart stays, and is seen as by `viewMoving`. Throws, with nothing done, if the message cannot be read.
   */
  move(seq: number, take: (message: Message) => void): void;
  /** Puts a delivered message back to its own place. */
  requeue(seq: number): void;
  /** Removes all ready messages and returns their number. */
  purge(): number;
  /** The queue is deleted. */
  drop(): void;
}
