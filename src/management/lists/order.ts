/** The order of what is listed. */
import type { Sorted } from '../../util/sorted.ts';

/** What a list is made of, in the order in which it is listed: of very many it is found as they are read. */
export type Ordered<Subject> = readonly Subject[] | Sorted<Subject> | Chained<Subject>;

/** Several, one after the other. */
export class Chained<Subject> implements Iterable<Subject> {
  readonly #parts: readonly Ordered<Subject>[];
  readonly length: number;

  constructor(parts: readonly Ordered<Subject>[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  *[Symbol.iterator](): Generator<Subject> {
    for (const part of this.#parts) yield* part;
  }
}

/** The order of names: by their octets, as Erlang compares binaries. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** By several texts, the first first. */
export function byKeys<Row>(keysOf: (row: Row) => readonly string[]): (a: Row, b: Row) => number {
  return (a, b) => {
    const [left, right] = [keysOf(a), keysOf(b)];
    for (const [i, key] of left.entries()) {
      if (key !== right[i]) return key < right[i] ? -1 : 1;
    }
    return 0;
  };
}
