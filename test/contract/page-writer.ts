/** Writes batches one after another, and knows which of them were reported. */
import { expect } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { Recovered } from '../support/store-reads.ts';
import { commit, page } from './store.support.ts';

/** Batches of one page each, numbered, until `enough` says so. */
export class PageWriter {
  readonly reported: number[] = [];
  written = 0;
  readonly #bytes: number;

  /** `bytes`: of each page. */
  constructor(bytes = 20) {
    this.#bytes = bytes;
  }

  async write(store: Store, enough: () => boolean): Promise<void> {
    while (!enough()) {
      const number = this.written++;
      await commit(store, (batch) => page(store, batch, 1, 10 * number, this.#bytes));
      this.reported.push(number);
    }
  }

  /** Everything was written once, in its order. */
  expectAll({ pages }: Recovered): void {
    expect(pages.map(({ first }) => first / 10)).toEqual(Array.from({ length: this.written }, (_, n) => n));
    expect(this.reported).toHaveLength(this.written);
  }
}
