/** The messages of a queue, a stream or a delayed exchange, for who looks at them and takes none. */
import type { Message } from '../message/message.ts';
import type { LogWaiter } from './log-waiter.ts';
import type { Segment } from './segment.ts';

export interface KeptMessages {
  /** In the order in which their messages go out, those of a higher priority first. */
  readonly segments: Iterable<Segment>;
  /** Messages from this number on are not to be shown yet. */
  readonly end: number;
  /**
   * Has a message in memory, with all of its segment, until the end of this turn. Returns false if it is not here yet: `waiter` is told when it
   * is, or is gone. Throws if it cannot be read.
   */
  fetch(seq: number, waiter: LogWaiter): boolean;
  /**
   * Shows a message that is in memory. Returns false if its body, which may be kept apart, is not here yet: `waiter` is told when it is. Throws
   * if that cannot be read.
   */
  view(seq: number, message: Message, waiter: LogWaiter): boolean;
}
