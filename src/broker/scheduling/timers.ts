/**
 * One timer for everything in the broker that falls due: whoever waits for a moment stands in a heap by that moment, and the
 * timer is set for the first. There is never a timer a message.
 */
import type { Clock, Timer } from '../../util/clock.ts';
import { attempt, type Fault } from '../../util/guard.ts';

/** What somebody waits for, as tests are told. */
export type Awaited =
  'ttl' | 'queue-expiry' | 'delay' | 'retry' | 'dead-letter' | 'retention' | 'deduplication' | 'redrive';

/** Of a queue, a stream or an exchange. */
interface Waiting {
  readonly name: string;
}

/** Somebody whose moment comes. Keep one for as long as it may be waiting. */
export class TimerEntry {
  /** Milliseconds since the epoch; Infinity while nothing is waited for. */
  at = Infinity;
  /** Where it stands in the heap, -1 while it does not. */
  position = -1;
  readonly what: Awaited;
  readonly waiting: Waiting;
  readonly due: () => void;

  constructor(what: Awaited, waiting: Waiting, due: () => void) {
    this.what = what;
    this.waiting = waiting;
    this.due = due;
  }
}

/** On a clock that can be set the timer is never set for longer, in milliseconds: when somebody set the system's time forward is noticed by then. */
const LOOK_AGAIN_MS = 60_000;

const due = (entry: TimerEntry): void => entry.due();

export class Timers {
  readonly clock: Clock;
  readonly #fault: Fault;
  readonly #heap: TimerEntry[] = [];
  #paused = false;
  #stopped = false;
  #timer: Timer | undefined;
  #timerAt = Infinity;

  /** `fault`: told what goes wrong when a moment comes; the others that wait do not suffer from it. */
  constructor(clock: Clock, fault: Fault) {
    this.clock = clock;
    this.#fault = fault;
  }

  /** Nobody's moment comes until `resume`; those that have passed come then. */
  pause(): void {
    this.#paused = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  resume(): void {
    this.#paused = false;
    this.#wind();
  }

  /** Nobody's moment comes any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#heap.length = 0;
    this.#stopped = true;
  }

  /** Has `entry.due` called at that moment, and not at the one set before. Infinity: never. */
  set(entry: TimerEntry, at: number): void {
    if (entry.at === at || this.#stopped) return;
    const before = entry.at;
    entry.at = at;
    if (at === Infinity) this.#remove(entry);
    else if (entry.position < 0) {
      entry.position = this.#heap.push(entry) - 1;
      this.#up(entry.position);
    } else if (at < before) this.#up(entry.position);
    else this.#down(entry.position);
    this.#wind();
  }

  /** All that wait, the first first. */
  get pending(): TimerEntry[] {
    return this.#heap.toSorted((one, other) => one.at - other.at);
  }

  #wind(): void {
    if (this.#paused) return;
    const first = this.#heap.length === 0 ? Infinity : this.#heap[0].at;
    if (first === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first;
    if (first === Infinity) {
      this.#timer = undefined;
      return;
    }
    const left = Math.max(0, first - this.clock.now());
    this.#timer = this.clock.after(this.clock.steady === true ? left : Math.min(left, LOOK_AGAIN_MS), () =>
      this.#ring(),
    );
  }

  #ring(): void {
    this.#timerAt = Infinity;
    const now = this.clock.now();
    while (this.#heap.length > 0 && this.#heap[0].at <= now) {
      const entry = this.#heap[0];
      entry.at = Infinity;
      this.#remove(entry);
      attempt(this.#fault, due, entry);
    }
    this.#wind();
  }

  #remove(entry: TimerEntry): void {
    const { position } = entry;
    if (position < 0) return;
    entry.position = -1;
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#put(last, position);
    this.#up(position);
    this.#down(last.position);
  }

  #up(position: number): void {
    const entry = this.#heap[position];
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      if (this.#heap[parent].at <= entry.at) break;
      this.#put(this.#heap[parent], position);
      position = parent;
    }
    this.#put(entry, position);
  }

  #down(position: number): void {
    const entry = this.#heap[position];
    for (;;) {
      let child = position * 2 + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#heap[child + 1].at < this.#heap[child].at) child++;
      if (this.#heap[child].at >= entry.at) break;
      this.#put(this.#heap[child], position);
      position = child;
    }
    this.#put(entry, position);
  }

  #put(entry: TimerEntry, position: number): void {
    this.#heap[position] = entry;
    entry.position = position;
  }
}
