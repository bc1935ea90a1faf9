/** A clock that the test holds in its hand: time passes when it says so. */
import type { Clock, Timer } from '../../src/util/clock.ts';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

export class HandClock implements Clock {
  #now: number;
  readonly #pending = new Set<Pending>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Timer {
    const pending = { at: this.#now + ms, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  every(ms: number, callback: () => void): Timer {
    const again = (): void => {
      timer = this.after(ms, again);
      callback();
    };
    let timer = this.after(ms, again);
    return { cancel: () => timer.cancel() };
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Lets time pass; timers ring at their moments, in their order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pending.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
  }
}
