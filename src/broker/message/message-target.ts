/** What takes a message at the end of its way: a queue, or the consumer of a direct reply-to. */
import type { Message } from './message.ts';

/** The exchange that a message was published to. */
export interface MessageSource {
  readonly name: string;
  readonly deleted: boolean;
}

export interface MessageTarget {
  readonly name: string;
  /** Of what queue.declare makes, and of nothing else. */
  readonly kind?: 'queue';
  /** True if it is gone: another of its name may be there by now. */
  readonly deleted?: boolean;
  /** `tracker` and `publishSeqNo` say who waits for the message to be safe; undefined if nobody does. */
  accept(message: Message, persistent: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void;
  /** So many messages of clients came by a route that begins at `source`. Called some time after them; undefined if the target counts none. */
  published?(messages: number, source: MessageSource): void;
}

/** Where a publisher hears that a message is safe; `publishSeqNo` counts its messages from confirm.select on, as RabbitMQ's clients do. */
export interface ConfirmTarget {
  confirmed(publishSeqNo: number): void;
  /** A queue refuses the message: its publisher hears that once the message is confirmed, whatever becomes of it elsewhere. */
  rejected(publishSeqNo: number): void;
}

/** Counts who is still to vouch for a message: a queue that cannot do so at once has it wait. */
export interface ConfirmTracker extends ConfirmTarget {
  /** One more will call `confirmed(publishSeqNo)`. */
  wait(publishSeqNo: number): void;
}
