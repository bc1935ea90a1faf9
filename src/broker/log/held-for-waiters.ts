/**
 * What was read for somebody who waits, and does not leave memory before he had his turn: it would be read for him again, and go again. Nobody
 * says that he does not want it any more, so that it is held for some time only.
 */
import type { Clock } from '../../util/clock.ts';

/** Milliseconds. */
const HOLD_MS = 1000;

export class HeldForWaiters<Item> {
  readonly #clock: Clock;
  /** Until when, by the clock's `elapsed`: those that were read last at the end. */
  readonly #until = new Map<Item, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(item: Item): void {
    for (const other of this.#until.keys()) if (this.has(other)) break;
    this.#until.set(item, this.#clock.elapsed() + HOLD_MS);
  }

  has(item: Item): boolean {
    const until = this.#until.get(item);
    if (until === undefined) return false;
    if (this.#clock.elapsed() < until) return true;
    this.#until.delete(item);
    return false;
  }

  /** It was had, or is gone. */
  delete(item: Item): void {
    this.#until.delete(item);
  }
}
