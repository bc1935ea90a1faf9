/**
 * How full V8's heap is. Messages lie outside of it; queues, bindings, consumers, channels and what waits in transactions lie in it, and
 * if it is full V8 ends the process. So whoever asks for more of these is refused before that, and publishers are stopped.
 */
import { getHeapStatistics, type HeapInfo } from 'node:v8';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Clock, Timer } from '../../util/clock.ts';
import { collector } from '../../util/garbage.ts';
import type { Alarms } from './alarms.ts';

/** Share of the largest heap from which on it counts as full. V8 gives up a heap that stays above 0.8 of it. */
const FULL = 0.7;
/** The limit that V8 names has room for this much that is young, at the most: what stays gets none of it. */
const YOUNG_BYTES = 192 * 1024 * 1024;
/** A collection may take so much of the time: one is followed by none for so many times its own duration. */
const REST = 10;
/** Until a full heap is looked at again, at the least, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/** V8, or what stands for it in a test. */
export interface HeapEngine {
  statistics(): Pick<HeapInfo, 'used_heap_size' | 'heap_size_limit'>;
  collect(): void;
}

const v8: HeapEngine = {
  statistics: getHeapStatistics,
  collect: () => void collector()({ type: 'major' }),
};

export class V8HeapLimit {
  readonly #alarms: Alarms;
  readonly #clock: Clock;
  readonly #engine: HeapEngine;
  /** When garbage may be collected again, by the clock's `elapsed`. */
  #collectAt = 0;
  #timer: Timer | undefined;
  #full = false;

  constructor(alarms: Alarms, clock: Clock, engine: HeapEngine = v8) {
    this.#alarms = alarms;
    this.#clock = clock;
    this.#engine = engine;
  }

  /** For who is about to keep something: throws AmqpError RESOURCE_ERROR if the heap has no room for it. */
  checkRoom(): void {
    if (this.look()) throw new AmqpError('RESOURCE_ERROR', 'the memory for what clients declare and open is used up');
  }

  /** What the last look saw. */
  get full(): boolean {
    return this.#full;
  }

  /** Bytes that may lie in it before it is full. */
  get capacity(): number {
    const { heap_size_limit: limit } = this.#engine.statistics();
    return FULL * (limit - Math.min(YOUNG_BYTES, limit / 2));
  }

  /** True if the heap is full; as long as it is the memory alarm holds. Takes 2 µs. */
  look(): boolean {
    const full = (this.#full = this.#isFull());
    this.#alarms.set('memory', full, 'heap');
    // Those who are refused may be the only ones who ask, so that nobody would notice that there is room again.
    if (full) this.#timer ??= this.#clock.after(LOOK_AGAIN_MS, () => this.#lookAgain());
    return full;
  }

  #lookAgain(): void {
    this.#timer = undefined;
    this.look();
  }

  /** Much of what is there may be garbage: only what a collection leaves counts, as long as that is not done all the time. */
  #isFull(): boolean {
    if (!this.#isHigh()) return false;
    const began = this.#clock.elapsed();
    if (began < this.#collectAt) return true;
    this.#engine.collect();
    const ended = this.#clock.elapsed();
    this.#collectAt = ended + REST * (ended - began);
    return this.#isHigh();
  }

  #isHigh(): boolean {
    return this.#engine.statistics().used_heap_size > this.capacity;
  }
}
