/**
 * Memory whose bytes are sent from where they lie is on loan to whoever sends them, until the system has them. Its owner may want it back
 * before, and gets it when the last loan is over.
 */
export class Loans {
  #open = 0;
  #over: (() => void) | undefined;

  /** Bytes of the memory are going to be sent: they stay as they are until `end`. */
  begin(): void {
    this.#open++;
  }

  /** Once for each `begin`, when the system has the bytes. Left out where they never got there: then nobody uses their memory again. */
  end(): void {
    if (--this.#open === 0) this.#over?.();
  }

  /** The owner lends no more. Calls back when nothing is on loan, at once if that is so already. */
  whenOver(callback: () => void): void {
    if (this.#open === 0) callback();
    else this.#over = callback;
  }
}
