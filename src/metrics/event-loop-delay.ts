/**
 * How late the event loop is: what a message waits before the broker sees it, if it comes at the worst moment. Somebody has to look for
 * that all the time, which is done only while it is asked for now and then.
 */
import type { Clock, Timer } from '../util/clock.ts';
import { Histogram } from '../util/histogram.ts';

const EVERY_MS = 20;
/** When nobody asked for so long, nobody looks any more. */
const FORGOTTEN_MS = 600_000;
/** Seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

export class EventLoopDelay {
  readonly #clock: Clock;
  readonly #delays = new Histogram(BOUNDS);
  #timer: Timer | undefined;
  #askedAt = 0;
  #lookedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In seconds, how late each look was. From the first time this is asked for on they are looked for. */
  get delays(): Histogram {
    this.#askedAt = this.#clock.elapsed();
    if (this.#timer === undefined) {
      this.#lookedAt = this.#askedAt;
      this.#timer = this.#clock.every(EVERY_MS, () => this.#look());
    }
    return this.#delays;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const now = this.#clock.elapsed();
    this.#delays.add(Math.max(0, now - this.#lookedAt - EVERY_MS) / 1000);
    this.#lookedAt = now;
    if (now - this.#askedAt > FORGOTTEN_MS) this.stop();
  }
}
