/**
 * One timer for everything in the broker that falls due: whoever waits for a moment stands in a heap by that moment, and the
 * timer is set for the first. There is never a timer a message.
 */
import type { Clock, Timer } from '../../util/clock.ts';

/** Somebody whose moment comes. Keep one for as long as it may be waiting. */
export class Deadline {
  /** Milliseconds since the epoch; Infinity while nothing is waited for. */
  at = Infinity;
  /** Where it stands in the heap, -1 while it does not. */
  position = -1;
  readonly due: () => void;

  constructor(due: () => void) {
    this.due = due;
  }
}

/** The timer is never set for longer, in milliseconds: when somebody set the system's time forward is noticed by then. */
const LOOK_AGAIN_MS = 60_000;

export class Deadlines {
  readonly clock: Clock;
  readonly #fault: (error: unknown) => void;
  readonly #heap: Deadline[] = [];
  #stopped = false;
  #timer: Timer | undefined;
  #timerAt = Infinity;

  /** `fault`: told what goes wrong when a moment comes; the others that wait do not suffer from it. */
  constructor(clock: Clock, fault: (error: unknown) => void) {
    this.clock = clock;
    this.#fault = fault;
  }

  /** Nobody's moment comes any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#heap.length = 0;
    this.#stopped = true;
  }

  /** Has `deadline.due` called at that moment, and not at the one set before. Infinity: never. */
  set(deadline: Deadline, at: number): void {
    if (deadline.at === at || this.#stopped) return;
    const before = deadline.at;
    deadline.at = at;
    if (at === Infinity) this.#remove(deadline);
    else if (deadline.position < 0) {
      deadline.position = this.#heap.push(deadline) - 1;
      this.#up(deadline.position);
    } else if (at < before) this.#up(deadline.position);
    else this.#down(deadline.position);
    this.#wind();
  }

  #wind(): void {
    const first = this.#heap.length === 0 ? Infinity : this.#heap[0].at;
    if (first === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first;
    if (first === Infinity) {
      this.#timer = undefined;
      return;
    }
    const left = Math.max(0, first - this.clock.now());
    this.#timer = this.clock.after(Math.min(left, LOOK_AGAIN_MS), () => this.#ring());
  }

  #ring(): void {
    this.#timerAt = Infinity;
    const now = this.clock.now();
    while (this.#heap.length > 0 && this.#heap[0].at <= now) {
      const deadline = this.#heap[0];
      deadline.at = Infinity;
      this.#remove(deadline);
      try {
        deadline.due();
      } catch (error) {
        this.#fault(error);
      }
    }
    this.#wind();
  }

  #remove(deadline: Deadline): void {
    const { position } = deadline;
    if (position < 0) return;
    deadline.position = -1;
    const last = this.#heap.pop()!;
    if (last === deadline) return;
    this.#put(last, position);
    this.#up(position);
    this.#down(last.position);
  }

  #up(position: number): void {
    const deadline = this.#heap[position];
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      if (this.#heap[parent].at <= deadline.at) break;
      this.#put(this.#heap[parent], position);
      position = parent;
    }
    this.#put(deadline, position);
  }

  #down(position: number): void {
    const deadline = this.#heap[position];
    for (;;) {
      let child = position * 2 + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#heap[child + 1].at < this.#heap[child].at) child++;
      if (this.#heap[child].at >= deadline.at) break;
      this.#put(this.#heap[child], position);
      position = child;
    }
    this.#put(deadline, position);
  }

  #put(deadline: Deadline, position: number): void {
    this.#heap[position] = deadline;
    deadline.position = position;
  }
}
