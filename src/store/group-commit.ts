/**
 * When a batch is made, and who is told once it is on disk: the part of a store that does not depend on its engine.
 * Collects what is said between two batches (topology changes, logs that have something to write, callbacks that wait),
 * starts the next batch when it is due and the engine takes one more, and reports the end of a batch to those who were in it. Or another node
 * has the store by now (`fence`), and then nobody hears anything any more.
 */
import { Histogram } from '../util/histogram.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { attemptEach, type Fault, guardedClock } from '../util/guard.ts';
import type { Batch } from './batch.ts';
import type { TopologyChange } from './stored-records.ts';
import type { LogSource } from './store.ts';

/** What carries a batch to where it is kept. */
export interface Engine {
  /** What the logs collect into, just before `commit`. */
  readonly batch: Batch;
  /** How many batches it takes before the first of them is done: 1 or more. */
  readonly batchesAtOnce: number;
  /**
   * Commits first `changes`, in their order, then what was written into the batch, and calls `done` when that is on disk:
   * before it returns if there was nothing to write. Never fails: an engine in trouble tries again until it works. Batches are done in the
   * order in which they came.
   */
  commit(changes: readonly TopologyChange[], done: () => void): void;
}

/** Seconds. */
export const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Running {
  /** By the clock's `elapsed`. */
  readonly startedAt: number;
  /** Those who wrote, and what each is to be told: see LogSource.collect. */
  readonly marks: ReadonlyMap<LogSource, unknown>;
  readonly waiters: (() => void)[];
}

export class GroupCommit {
  /** How long batches take, in seconds: from when the logs are asked until what they gave is on disk. */
  readonly durations = new Histogram(COMMIT_SECONDS);
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #lazyMs: number;
  readonly #faultListeners: Fault[] = [];
  /** Batches under way, the oldest first. */
  readonly #running: Running[] = [];
  // What the next batch will hold.
  #changes: TopologyChange[] = [];
  #sources = new Set<LogSource>();
  #waiters: (() => void)[] = [];
  #urgent = false;
  /** The next batch is asked for, at the end of this turn. */
  #asked = false;
  #timer: Timer | undefined;
  readonly #fenceListeners: ((reason: string) => void)[] = [];
  #fenced: string | undefined;

  /** `lazyMs`: how long what is not urgent may wait for company, in milliseconds. */
  constructor(engine: Engine, clock: Clock, lazyMs = 20) {
    this.#engine = engine;
    this.#clock = guardedClock(clock, this.fault);
    this.#lazyMs = lazyMs;
  }

  /** Told what a source or a callback throws: the others hear of the batch all the same, and the next one is made. */
  onFault(listener: Fault): void {
    this.#faultListeners.push(listener);
  }

  /** Tells those who listen; throws it if there are none. */
  readonly fault = (error: unknown): void => {
    if (this.#faultListeners.length === 0) throw error;
    for (const listener of this.#faultListeners) listener(error);
  };

  /** See Store.onFenced. */
  onFenced(listener: (reason: string) => void): void {
    this.#fenceListeners.push(listener);
    if (this.#fenced !== undefined) listener(this.#fenced);
  }

  /** Why nothing is committed any more; undefined if commits are made. */
  get fenced(): string | undefined {
    return this.#fenced;
  }

  /**
   * Another node has the store: the engine commits nothing more, and what is under way is not known to be committed. Whoever waits is not told.
   * `reason`: for the operator.
   */
  fence(reason: string): void {
    if (this.#fenced !== undefined) return;
    this.#fenced = reason;
    this.#forget();
    this.#running.length = 0;
    attemptEach(this.fault, this.#fenceListeners, (listener) => listener(reason));
  }

  change(change: TopologyChange): void {
    if (this.#fenced !== undefined) return;
    this.#changes.push(change);
    this.#hurry();
  }

  schedule(source: LogSource, urgent: boolean): void {
    if (this.#fenced !== undefined) return;
    this.#sources.add(source);
    if (urgent) this.#hurry();
    else if (!this.#urgent) this.#timer ??= this.#clock.after(this.#lazyMs, () => this.#hurry());
  }

  unschedule(source: LogSource): void {
    this.#sources.delete(source);
  }

  afterCommit(callback: () => void): void {
    if (this.#fenced !== undefined) return;
    if (this.#changes.length > 0 || this.#sources.size > 0 || this.#waiters.length > 0) {
      this.#waiters.push(callback);
      this.#hurry();
      return;
    }
    const last = this.#running.at(-1);
    if (last === undefined) callback();
    else last.waiters.push(callback);
  }

  /** Calls back when nothing is left to commit: not even what a log put off, because the batch it was asked for was full. */
  whenIdle(callback: () => void): void {
    let now = true;
    this.afterCommit(() => {
      if (now) callback();
      else this.whenIdle(callback);
    });
    now = false;
  }

  /** The next batch starts at the end of this turn of the event loop, or as soon as one of those under way is done. */
  #hurry(): void {
    this.#urgent = true;
    if (this.#asked || this.#running.length >= this.#engine.batchesAtOnce) return;
    this.#asked = true;
    this.#clock.soon(this.#turnEnds);
  }

  /** The batch that was asked for may have been made meanwhile. */
  readonly #turnEnds = (): void => {
    if (this.#asked) this.#start();
  };

  /** What was said until now is nothing for the next batch. */
  #forget(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asked = false;
    this.#changes = [];
    this.#sources = new Set();
    this.#waiters = [];
    this.#urgent = false;
  }

  #start(): void {
    const changes = this.#changes;
    const sources = this.#sources;
    const marks = new Map<LogSource, unknown>();
    const running: Running = { startedAt: this.#clock.elapsed(), marks, waiters: this.#waiters };
    this.#forget();
    this.#running.push(running);

    attemptEach(this.fault, sources, (source) => marks.set(source, source.collect(this.#engine.batch)));
    let inside = true;
    this.#engine.commit(changes, () => this.#finish(running, inside));
    inside = false;
  }

  #finish(running: Running, inside: boolean): void {
    if (this.#fenced !== undefined) return;
    this.#running.shift();
    this.durations.add((this.#clock.elapsed() - running.startedAt) / 1000);
    attemptEach(this.fault, running.marks, ([source, mark]) => source.committed(mark));
    attemptEach(this.fault, running.waiters, (waiter) => waiter());
    // The next batch only after all were told: what they hear changes what they write.
    if (!this.#urgent) return;
    // An engine that is done at once must not keep this turn of the event loop for ever.
    if (inside) this.#hurry();
    else this.#start();
  }
}
