/**
 * Memory whose bytes are sent from where they lie is pinned by whoever sends them, until the system has them. Its owner may want it back
 * before, and gets it when the last pin is gone.
 */
export class Pins {
  #count = 0;
  #unpinned: (() => void) | undefined;

  /** Bytes of the memory are going to be sent: they stay as they are until `unpin`. */
  pin(): void {
    this.#count++;
  }

  /** Once for each `pin`, when the system has the bytes. Left out if they never got there: then nobody uses their memory again. */
  unpin(): void {
    if (--this.#count === 0) this.#unpinned?.();
  }

  /** Nobody pins the memory any more. Calls back when nothing of it is pinned, at once if that is so already. */
  whenUnpinned(callback: () => void): void {
    if (this.#count === 0) callback();
    else this.#unpinned = callback;
  }
}
