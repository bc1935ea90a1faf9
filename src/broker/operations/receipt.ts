/** What an operation answers, and when: once what it changed is safe. Nobody has the answer before, so it may well come from elsewhere. */
import type { Store } from '../../store/store.ts';

/** Of what changed nothing. */
const NOTHING_TO_STORE: Pick<Store, 'afterCommit'> = { afterCommit: (callback) => callback() };

export class Receipt<Value = undefined> {
  readonly #store: Pick<Store, 'afterCommit'>;
  readonly #value: Value;

  constructor(store: Pick<Store, 'afterCommit'> | undefined, value: Value) {
    this.#store = store ?? NOTHING_TO_STORE;
    this.#value = value;
  }

  /** Calls back with the answer when all that the store was told until now is stored: on disk, if there is one. It may be at once. */
  whenStored(callback: (value: Value) => void): void {
    this.#store.afterCommit(() => callback(this.#value));
  }

  /** Resolves with the answer when it is stored. */
  untilStored(): Promise<Value> {
    return new Promise((resolve) => this.whenStored(resolve));
  }
}
