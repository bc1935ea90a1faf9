/** What is counted apart for each of several, such as the queues that a channel takes messages from (RabbitMQ: message rates breakdown). */

/** Whom it is counted for: it may be gone while others still count. */
interface Counted {
  readonly deleted?: boolean;
}

/** From so many on those that are gone are looked for, and again when there are twice as many. */
const FIRST_SWEEP = 64;

/** Most count for one alone, and the others mostly for the one they counted for last: that one is found without a map. */
export class Breakdown<Key extends Counted, Counters> {
  readonly #make: () => Counters;
  #last: Key | undefined;
  #counters!: Counters;
  /** All of them, once there is a second. */
  #all: Map<Key, Counters> | undefined;
  #sweepAt = FIRST_SWEEP;

  constructor(make: () => Counters) {
    this.#make = make;
  }

  /** Those of `key`, which begin at zero. */
  of(key: Key): Counters {
    return key === this.#last ? this.#counters : this.#find(key);
  }

  /** Of all that are still there. */
  *[Symbol.iterator](): Generator<readonly [Key, Counters]> {
    if (this.#all === undefined) {
      if (this.#last !== undefined && this.#last.deleted !== true) yield [this.#last, this.#counters];
      return;
    }
    for (const entry of this.#all) if (entry[0].deleted !== true) yield entry;
  }

  #find(key: Key): Counters {
    if (this.#all === undefined && this.#last !== undefined) this.#all = new Map([[this.#last, this.#counters]]);
    let counters = this.#all?.get(key);
    if (counters === undefined) {
      counters = this.#make();
      this.#all?.set(key, counters);
      if (this.#all !== undefined && this.#all.size >= this.#sweepAt) this.#sweep(this.#all);
    }
    this.#last = key;
    this.#counters = counters;
    return counters;
  }

  #sweep(all: Map<Key, Counters>): void {
    for (const key of all.keys()) if (key.deleted === true) all.delete(key);
    this.#sweepAt = Math.max(FIRST_SWEEP, all.size * 2);
  }
}
