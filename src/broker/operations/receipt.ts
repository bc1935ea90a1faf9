/** What an operation gives back at once, and when what it changed is safe. */
import type { Store } from '../../store/store.ts';

export class Receipt<Value = undefined> {
  readonly #store: Pick<Store, 'afterCommit'>;
  /** The answer. What it tells of counts already, though a crash could still undo it. */
  readonly value: Value;

  constructor(store: Pick<Store, 'afterCommit'>, value: Value) {
    this.#store = store;
    this.value = value;
  }

  /** Calls back when all that the store was told until now is stored: on disk, if there is one. It may be at once. */
  whenStored(callback: () => void): void {
    this.#store.afterCommit(callback);
  }

  /** Resolves with the answer when it is stored. */
  stored(): Promise<Value> {
    return new Promise((resolve) => this.whenStored(() => resolve(this.value)));
  }
}
