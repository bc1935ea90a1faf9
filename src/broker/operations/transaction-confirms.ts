/** Who is still to vouch for messages that were published together: a transaction's, or a single one. */
import type { ConfirmTracker } from '../message/message-target.ts';

export class TransactionConfirms implements ConfirmTracker {
  #missing = 0;
  #refused = false;
  #callback: (() => void) | undefined;

  wait(): void {
    this.#missing++;
  }

  confirmed(): void {
    if (--this.#missing === 0) this.#callback?.();
  }

  rejected(): void {
    this.#refused = true;
  }

  /** True if a queue refused a message: the others, and what was acknowledged, are as committed as they would be without it. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Calls back once all messages are safe: at once if they are. */
  whenSafe(callback: () => void): void {
    if (this.#missing === 0) callback();
    else this.#callback = callback;
  }
}
