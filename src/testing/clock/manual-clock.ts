/** A clock that stands still until it is moved. */
import type { Clock, Timer } from '../../util/clock.ts';

interface Alarm {
  at: number;
  /** Undefined if it rings once. */
  readonly period: number | undefined;
  readonly callback: (times: number) => void;
}

export class ManualClock implements Clock {
  readonly steady = true;
  readonly #begin: number;
  readonly #soon: (callback: () => void) => void;
  readonly #alarms = new Set<Alarm>();
  #elapsed = 0;

  /** `real`: begins at its time, and takes its turns. */
  constructor(real: Clock) {
    this.#begin = real.now();
    this.#soon = (callback) => real.soon(callback);
  }

  now(): number {
    return this.#begin + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): Timer {
    return this.#add({ at: this.#elapsed + ms, period: undefined, callback });
  }

  every(ms: number, callback: (times: number) => void): Timer {
    return this.#add({ at: this.#elapsed + ms, period: ms, callback });
  }

  soon(callback: () => void): void {
    this.#soon(callback);
  }

  /** When the first alarm that rings once is due, by `elapsed`; undefined if there is none. */
  get nextAlarm(): number | undefined {
    let first = Infinity;
    for (const { at, period } of this.#alarms) if (period === undefined && at < first) first = at;
    return first === Infinity ? undefined : Math.max(first, this.#elapsed);
  }

  /**
   * Moves to the next alarm, and not beyond `end`, by `elapsed`, nor further than `stride` milliseconds: what rings every so often is told once of all
   * the times in a step. Returns true if an alarm rang that rings once.
   */
  step(end: number, stride: number): boolean {
    this.#elapsed = Math.min(end, this.#elapsed + stride, this.nextAlarm ?? Infinity);
    this.#ringPeriodic();
    const due = [...this.#alarms].filter(({ at, period }) => period === undefined && at <= this.#elapsed);
    for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.callback(1);
    return due.length > 0;
  }

  /** Moves on by so many milliseconds, past all alarms. */
  skip(ms: number): void {
    const end = this.#elapsed + ms;
    while (this.#elapsed < end) this.step(end, Infinity);
  }

  #ringPeriodic(): void {
    for (const alarm of [...this.#alarms]) {
      const { at, period, callback } = alarm;
      if (period === undefined || at > this.#elapsed || !this.#alarms.has(alarm)) continue;
      const times = Math.floor((this.#elapsed - at) / period) + 1;
      alarm.at += times * period;
      callback(times);
    }
  }

  #add(alarm: Alarm): Timer {
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }
}
