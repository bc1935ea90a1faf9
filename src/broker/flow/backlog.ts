/**
 * What the store has yet to write. A disk that is slower than the publishers must not fill the memory: past a mark they are not
 * read from, until the store has caught up with half of it.
 */

const HIGH_BYTES = 32 * 1024 * 1024;
const LOW_BYTES = HIGH_BYTES / 2;

export class Backlog {
  readonly #listeners: (() => void)[] = [];
  #bytes = 0;
  #high = false;

  /** True while publishers had better wait. */
  get high(): boolean {
    return this.#high;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > HIGH_BYTES) this.#high = true;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#high || this.#bytes > LOW_BYTES) return;
    this.#high = false;
    for (const listener of this.#listeners) listener();
  }

  /** Called when publishers may go on. */
  onLow(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
