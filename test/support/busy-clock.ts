/** A clock for work in time slices: time passes each time that somebody looks at it. */
import { HandClock } from './hand-clock.ts';

export class BusyClock extends HandClock {
  readonly #tick: () => number;

  /** `tick`: how much passes with a look, in milliseconds. */
  constructor(tick: () => number) {
    super();
    this.#tick = tick;
  }

  override elapsed(): number {
    this.pass(this.#tick());
    return super.elapsed();
  }
}

/** The next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
