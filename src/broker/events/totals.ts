/** The sum of what many count who come and go: it does not fall when one of them goes. */
import { addCounters } from './counters.ts';

export class Totals<C extends object> {
  readonly #make: () => C;
  readonly #live = new Set<C>();
  /** Counts for those that have ended, and for whoever has no counters of its own. */
  readonly others: C;

  constructor(make: () => C) {
    this.#make = make;
    this.others = make();
  }

  /** Those that count now, but for `others`. */
  get live(): Iterable<C> {
    return this.#live;
  }

  begin(): C {
    const counters = this.#make();
    this.add(counters);
    return counters;
  }

  /** For who has its counters already. */
  add(counters: C): void {
    this.#live.add(counters);
  }

  /** Returns the counters for what the one that ends may still have to count. */
  end(counters: C): C {
    if (this.#live.delete(counters)) addCounters(this.others, counters);
    return this.others;
  }

  sum(): C {
    const sum = this.#make();
    addCounters(sum, this.others);
    for (const counters of this.#live) addCounters(sum, counters);
    return sum;
  }
}
