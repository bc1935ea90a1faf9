/**
 * Items in their order, which is found no further than somebody has read: who takes them a little at a time has them sorted a little at a time, and
 * who wants the first hundred does not wait for the rest (Paredes and Navarro: Optimal Incremental Sorting, 2006). Items that compare as equal keep
 * their order.
 */
import { systemChance } from './system.ts';

/** A part of so many is sorted at once. */
const SMALL = 128;

export class Sorted<Item> implements Iterable<Item> {
  readonly #items: readonly Item[];
  readonly #compare: (a: Item, b: Item) => number;
  /** Places in `#items`, in order up to `#done`. What is behind lies in parts, of which each comes before the next. */
  readonly #order: Uint32Array;
  /** Where the parts end, the nearest last. */
  readonly #ends: number[];
  #done = 0;

  constructor(items: readonly Item[], compare: (a: Item, b: Item) => number) {
    this.#items = items;
    this.#compare = compare;
    this.#order = Uint32Array.from({ length: items.length }, (_, place) => place);
    this.#ends = [items.length];
  }

  get length(): number {
    return this.#items.length;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let at = 0; at < this.#items.length; at++) {
      if (at >= this.#done) this.#advance();
      yield this.#items[this.#order[at]];
    }
  }

  /** Has at least one more in order. */
  #advance(): void {
    const from = this.#done;
    let end = this.#ends.pop()!;
    while (end - from > SMALL) {
      this.#ends.push(end);
      // A part of its own even if it is the first of all: each time there is less left.
      end = Math.max(this.#split(from, end), from + 1);
    }
    this.#order.subarray(from, end).sort((a, b) => this.#comparePlaces(a, b));
    this.#done = end;
  }

  /** Puts one at its place between those before and those behind it, and returns the place. */
  #split(from: number, end: number): number {
    const order = this.#order;
    const last = end - 1;
    this.#swap(from + systemChance.below(end - from), last);
    const pivot = order[last];
    let place = from;
    for (let at = from; at < last; at++) if (this.#comparePlaces(order[at], pivot) < 0) this.#swap(at, place++);
    this.#swap(place, last);
    return place;
  }

  #comparePlaces(a: number, b: number): number {
    return this.#compare(this.#items[a], this.#items[b]) || a - b;
  }

  #swap(a: number, b: number): void {
    const order = this.#order;
    const kept = order[a];
    order[a] = order[b];
    order[b] = kept;
  }
}
