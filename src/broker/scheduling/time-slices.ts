/**
 * Long work in time slices: some milliseconds of it a turn of the event loop, so that what one client asks for holds up nobody else.
 * What fits into the turn is done at once.
 */
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import { attempt, attemptEach, type Fault } from '../../util/guard.ts';
import type { Backlog } from '../flow/backlog.ts';

/** What all tasks together may take of a turn, in milliseconds. */
const SLICE_MS = 5;

export interface SlicedTask {
  /** True if the store has to write what comes of it: it rests while the store is behind, or that would fill the memory. */
  readonly writes: boolean;
  /** Does a little of it: less than a millisecond, as a rule. Returns false if nothing is left to do. */
  step(): boolean;
  /** The broker stops, or has stopped, and calls `step` no more: what must not be left undone is to be done now. */
  stop?(): void;
}

export class TimeSlices {
  readonly #store: Store;
  readonly #backlog: Backlog;
  readonly #clock: Clock;
  readonly #fault: Fault;
  /** What is to go on; what had its turn last is at the end. */
  readonly #tasks = new Set<SlicedTask>();
  /** When this turn's time slice ends, by the clock's `elapsed`; 0 if none has begun. */
  #end = 0;
  #asked = false;
  #held = false;
  #paused = false;
  #stopped = false;

  /** `fault`: told what goes wrong with a task that does not catch it; other tasks do not suffer from it. */
  constructor(store: Store, backlog: Backlog, clock: Clock, fault: Fault) {
    this.#store = store;
    this.#backlog = backlog;
    this.#clock = clock;
    this.#fault = fault;
  }

  /** Does as much of the task as this turn has time for, and the rest in turns to come. Returns true if none is left. */
  do(task: SlicedTask): boolean {
    if (this.#stopped) {
      task.stop?.();
      return true;
    }
    this.#tasks.add(task);
    if (!this.#paused && this.hasTime()) this.#run(task);
    return !this.#tasks.has(task);
  }

  /** Has the task done from the next turn on. What waits already keeps its place. */
  add(task: SlicedTask): void {
    if (this.#stopped) return;
    this.#tasks.add(task);
    this.#ask();
  }

  /** True if this turn has time for more: for callers that do such work themselves, and add what they leave. */
  hasTime(): boolean {
    const now = this.#clock.elapsed();
    if (this.#end === 0) {
      this.#end = now + SLICE_MS;
      // The next turn begins a time slice of its own.
      this.#ask();
    }
    return now < this.#end;
  }

  /** Nothing is done until `resume`: what is to be done gathers. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#end = 0;
    if (this.#tasks.size > 0) this.#ask();
  }

  /** Nothing goes on any more: the store is about to close. */
  stop(): void {
    this.#stopped = true;
    attemptEach(this.#fault, this.#tasks, (task) => task.stop?.());
    this.#tasks.clear();
  }

  #run(task: SlicedTask): void {
    if (this.#mustWait(task)) return;
    this.#tasks.delete(task);
    attempt(this.#fault, this.#go, task);
  }

  readonly #go = (task: SlicedTask): void => {
    while (task.step()) {
      if (this.hasTime() && !this.#mustWait(task)) continue;
      this.#tasks.add(task);
      return;
    }
  };

  readonly #mustWait = ({ writes }: SlicedTask): boolean => writes && this.#backlog.isBehind;

  #ask(): void {
    if (this.#asked || this.#paused) return;
    this.#asked = true;
    this.#clock.soon(this.#turn);
  }

  readonly #turn = (): void => {
    this.#asked = false;
    if (this.#paused) return;
    // Not by `hasTime`, which would ask for another turn: there may be none to ask for until the store has caught up.
    this.#end = this.#clock.elapsed() + SLICE_MS;
    for (const task of this.#tasks) {
      if (this.#mustWait(task)) continue;
      // However late it is by now, each turn does something.
      this.#run(task);
      if (!this.hasTime()) break;
    }
    this.#end = 0;
    if (this.#tasks.size === 0) return;
    if ([...this.#tasks].every(this.#mustWait)) this.#awaitStore();
    else this.#ask();
  };

  #awaitStore(): void {
    if (this.#held) return;
    this.#held = true;
    this.#store.afterCommit(() => {
      this.#held = false;
      this.#ask();
    });
  }
}
