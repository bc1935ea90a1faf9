/**
 * What the store has yet to write. A disk that is slower than the publishers must not fill the memory: past a mark they are not
 * read from, until the store has caught up with half of it.
 */
import type { Store } from '../../store/store.ts';

const HIGH_BYTES = 32 * 1024 * 1024;
const LOW_BYTES = HIGH_BYTES / 2;
/** Rows of what is declared. Those that wait go to the store in one batch, and so in one turn of the event loop: these take it 2 ms. */
const MANY_CHANGES = 512;

export class Backlog {
  readonly #listeners: (() => void)[] = [];
  #bytes = 0;
  #high = false;
  #changes = 0;

  /** True while publishers had better wait. */
  get high(): boolean {
    return this.#high;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True while work that can wait, and gives the store more to write, had better wait. */
  get isBehind(): boolean {
    return this.#high || this.#changes >= MANY_CHANGES;
  }

  /** The store was told of a row of what is declared. */
  changed(store: Pick<Store, 'afterCommit'>): void {
    if (this.#changes++ === 0) store.afterCommit(() => void (this.#changes = 0));
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
