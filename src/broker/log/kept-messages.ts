/** The messages of a queue, a stream or a delayed exchange, for who looks at them and takes none. */
import type { Message } from '../message/message.ts';
import type { Segment } from './segment.ts';

export interface KeptMessages {
  /** In the order in which their messages go out, those of a higher priority first. */
  readonly segments: Iterable<Segment>;
  /** Messages from this number on are not to be shown yet. */
  readonly end: number;
  /** Has a message in memory, with all of its segment, until the end of this turn. Throws if it cannot be read. */
  fetch(seq: number): void;
  /** Shows a message that is in memory. Throws if its body, which may be kept apart, cannot be read. */
  view(seq: number, message: Message): void;
}
