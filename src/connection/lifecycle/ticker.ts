/** One timer for all who are looked at again and again: it runs while there is anybody to look at. */
import type { Clock, Timer } from '../../util/clock.ts';

/** How often, in milliseconds. */
export const TICK_MS = 500;

export class Ticker {
  readonly #clock: Clock;
  readonly #tick: (times: number) => void;
  #timer: Timer | undefined;

  /** `tick` is called every TICK_MS while the ticker runs, with the number of ticks that have passed. */
  constructor(clock: Clock, tick: (times: number) => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** `members`: how many there are to look at now. */
  runFor(members: number): void {
    if (members > 0) this.#timer ??= this.#clock.every(TICK_MS, this.#tick);
    else {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
  }
}
