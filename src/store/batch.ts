/** One group commit, as the logs write it. The store makes it; the logs fill it in `LogSource.collect`. */
import type { PageHeader, SeenHeader } from './stored-records.ts';

export interface Batch {
  /** Bytes of pages and bodies so far. A batch of many megabytes keeps those waiting who come after it. */
  readonly bytes: number;

  /**
   * Adds a page of a queue's log and returns the place for its `bytes`, to be filled before the next call of any method.
   * The place is uninitialised memory.
   */
  page(header: PageHeader, bytes: number): Uint8Array;

  /**
   * Adds records to a page of the store or of this batch, behind those that it has, and returns the place for their `bytes`, as `page`
   * does. `header`: of what is added alone, by the id of the page. It says nothing of bodies, nor does the page's.
   */
  extendPage(header: Omit<PageHeader, 'bodies'>, bytes: number): Uint8Array;

  /** Replaces the settled bitmap of a page: bit n (least significant first) stands for the n-th record of the page. */
  settle(pageId: number, bitmap: Uint8Array): void;

  /**
   * Replaces what is known of messages of a page that were delivered more than once, or wait before they are again. `messages`: for
   * each the sequence number less the page's base, how often it was delivered, and the end of its wait in milliseconds since the epoch; or
   * instead of that a negative mark of the queue's own: it is dead.
   */
  redelivered(pageId: number, messages: Float64Array): void;

  /** Removes a page with what is known of its messages. */
  dropPage(pageId: number): void;

  /** Removes every page that the queue has in the store or earlier in this batch. */
  dropPages(queueId: number): void;

  /**
   * Stores a body that messages refer to by number: all of it, or the end if parts of it are stored already. `size`: of the
   * whole, by default that of `bytes`, which are copied before this returns.
   */
  body(bodyId: number, bytes: Uint8Array, size?: number): void;

  /** Stores a part of a body that begins at `start`. Parts come in order and without gaps, in this batch or in several. */
  bodyPart(bodyId: number, start: number, bytes: Uint8Array): void;

  /** Removes a body, or what there is of it: its last reference is gone. */
  dropBody(bodyId: number): void;

  /** Adds keys that a queue has seen and returns the place for their `bytes`, as `page` does. */
  seen(header: SeenHeader, bytes: number): Uint8Array;

  /** Removes the keys of the queue, in the store or earlier in this batch, that were added with a `newest` below `before`. */
  forgetSeen(queueId: number, before: number): void;

  /**
   * All messages of one priority of the queue (each has a log of its own; 0 if the queue has no priorities) that are numbered below `seq` may have been delivered:
   * after a restart they are marked redelivered.
   */
  delivered(queueId: number, priority: number, seq: number): void;
}
