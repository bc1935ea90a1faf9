/** What takes a message at the end of its way: a queue, or the consumer of a direct reply-to. */
import type { Message } from './message.ts';

export interface Sink {
  /** `ledger` and `number` say who waits for the message to be safe; undefined where nobody does. */
  accept(message: Message, persistent: boolean, ledger: ConfirmLedger | undefined, number: number): void;
}

/** Where a publisher hears that a message is safe; `number` is its own, from confirm.select on. */
export interface ConfirmTarget {
  confirmed(number: number): void;
}

/** Counts who is still to vouch for a message: a queue that cannot do so at once has it wait. */
export interface ConfirmLedger extends ConfirmTarget {
  /** One more will call `confirmed(number)`. */
  wait(number: number): void;
  /** A queue refuses the message: its publisher hears that, whatever becomes of it elsewhere. */
  rejected(number: number): void;
}
