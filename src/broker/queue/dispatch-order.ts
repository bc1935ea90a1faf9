/**
 * Who gets the next message of a queue. That is one piece, which its arguments choose and which another may take the place of: the queue
 * knows no more of it than this. Who is let in at all, an exclusive consumer for one, is for admission.ts.
 */
import type { Consumer } from './consumer.ts';

export interface DispatchOrder {
  /** A consumer that was not `active` may have room for a message. */
  activate(consumer: Consumer): void;
  /** It is gone. */
  remove(consumer: Consumer): void;
  /**
   * The consumer that the next message goes to; undefined if it has to wait. A consumer whose turn it is and that has no room is not
   * `active` any more, so that it says when it has.
   */
  next(): Consumer | undefined;
}
