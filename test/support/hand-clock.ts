/** A clock that the test holds in its hand: time passes when it says so, and jumps when it says so. */
import type { Clock, Timer } from '../../src/util/clock.ts';

interface Pending {
  /** By `elapsed`. */
  readonly at: number;
  readonly callback: () => void;
}

export class HandClock implements Clock {
  /** What the epoch has before the first moment of `elapsed`. */
  #before: number;
  #elapsed = 0;
  readonly #pending = new Set<Pending>();

  constructor(now = 1_000_000) {
    this.#before = now;
  }

  now(): number {
    return this.#before + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Somebody sets the system's time. */
  jump(ms: number): void {
    this.#before += ms;
  }

  after(ms: number, callback: () => void): Timer {
    const pending = { at: this.#elapsed + ms, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  every(ms: number, callback: (times: number) => void): Timer {
    const again = (): void => {
      timer = this.after(ms, again);
      callback(1);
    };
    let timer = this.after(ms, again);
    return { cancel: () => timer.cancel() };
  }

  /** The turns of the event loop are real. */
  soon(callback: () => void): void {
    setImmediate(callback);
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Lets time pass; timers ring at their moments, in their order. */
  pass(ms: number): void {
    const end = this.#elapsed + ms;
    for (;;) {
      const due = [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pending.delete(due);
      this.#elapsed = Math.max(this.#elapsed, due.at);
      due.callback();
    }
    this.#elapsed = end;
  }

  /** The process stands still for so long: what would have rung meanwhile rings behind it, once each. */
  stand(ms: number): void {
    this.#elapsed += ms;
    this.pass(0);
  }
}
