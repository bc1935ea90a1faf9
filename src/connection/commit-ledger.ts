/** Who is still to vouch for the messages of a transaction's commit. */
import type { ConfirmLedger } from '../broker/sink.ts';

export class CommitLedger implements ConfirmLedger {
  #missing = 0;
  #callback: (() => void) | undefined;

  wait(): void {
    this.#missing++;
  }

  confirmed(): void {
    if (--this.#missing === 0) this.#callback?.();
  }

  rejected(): void {
    // A transaction has no word for it: the message is dropped, as it would be without confirms.
  }

  /** Calls back once all messages are safe: at once where they are. */
  whenSafe(callback: () => void): void {
    if (this.#missing === 0) callback();
    else this.#callback = callback;
  }
}
