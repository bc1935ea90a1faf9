/**
 * The memory that messages take, and when some of it is to be had back. Up to a small amount logs keep what they have; past
 * it, what can be read from the store leaves memory; past the budget, everything that is not needed next goes to the scratch
 * file; and if that does not help, the memory alarm stops the publishers.
 */
import type { Scratch } from '../../store/scratch.ts';
import type { Clock } from '../../util/clock.ts';
import { type Fault, rethrow } from '../../util/guard.ts';
import type { Alarms } from '../flow/alarms.ts';
import type { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import { SegmentBuffers } from './segment-buffers.ts';

export interface Evictable {
  /** Frees what memory it can; `scratch`: where to put what the store does not have, if anywhere. Returns false if it has none left. */
  evict(scratch: Scratch | undefined): boolean;
}

export interface MemoryOptions {
  /** Bytes of messages in memory from which on some go out of it. */
  readonly budget: number;
  /** Where they go to; undefined if there is no disk to use. */
  readonly scratch: Scratch | undefined;
  readonly alarms: Alarms;
  readonly clock: Clock;
  /** Looked at when messages take more memory, as some of what is known of them lies there. */
  readonly heapLimit?: V8HeapLimit;
  /** Told what goes wrong with one of those who are asked for memory; the others are asked all the same. Default: it is thrown. */
  readonly fault?: Fault;
}

/** What logs keep in memory though it could be read again. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Memory is asked for at every step of this size. */
const STEP_BYTES = 1024 * 1024;
/** Publishers are stopped at this multiple of the budget, and go on when it is kept again. */
const ALARM_FACTOR = 1.25;
/** How soon memory is asked for again while publishers are stopped, in milliseconds. */
const ALARM_RETRY_MS = 50;
/** How many are asked for memory in one go, before others have their turn. */
const ASKED_AT_ONCE = 256;

export class MemoryBudget {
  #kept: number;
  #budget: number;
  readonly #alarms: Alarms;
  readonly clock: Clock;
  readonly #heapLimit: V8HeapLimit | undefined;
  readonly scratch: Scratch | undefined;
  readonly #fault: Fault;
  readonly buffers: SegmentBuffers;
  /** Whoever has memory, those that were asked last at the end. */
  readonly #holders = new Set<Evictable>();
  #bytes = 0;
  #askedAt = 0;
  /** How many are still to be asked this time, each once; 0 if that is over. */
  #left = 0;
  #scheduled = false;
  #stopped = false;

  constructor({ budget, scratch, alarms, clock, heapLimit, fault = rethrow }: MemoryOptions) {
    this.#budget = budget;
    this.#kept = keptOf(budget);
    this.#alarms = alarms;
    this.clock = clock;
    this.#heapLimit = heapLimit;
    this.scratch = scratch;
    this.#fault = fault;
    this.buffers = new SegmentBuffers(fault);
  }

  /** Bytes of messages in memory from which on some go out of it. */
  get budget(): number {
    return this.#budget;
  }

  /** From now on. What is over it goes out, and an alarm that it brings or ends comes at once. */
  set budget(bytes: number) {
    this.#budget = bytes;
    this.#kept = keptOf(bytes);
    if (!this.#stopped) this.#ask();
  }

  /** Bytes of messages in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `holder`: who may be asked to have it go out of memory. */
  grew(bytes: number, holder: Evictable): void {
    this.#holders.add(holder);
    this.#add(bytes);
  }

  shrank(bytes: number): void {
    this.#bytes -= bytes;
    this.#askedAt = Math.min(this.#askedAt, this.#bytes);
    if (this.#bytes <= this.#budget) this.#alarms.set('memory', false);
  }

  /** What cannot go out of memory takes so many bytes more, or less if that is negative. */
  changed(bytes: number): void {
    if (bytes > 0) this.#add(bytes);
    else if (bytes < 0) this.shrank(-bytes);
  }

  /** The holder is gone. */
  forget(holder: Evictable): void {
    this.#holders.delete(holder);
  }

  /** Asks nobody any more: the store is about to close. */
  stop(): void {
    this.#stopped = true;
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#kept || this.#bytes < this.#askedAt + STEP_BYTES || this.#scheduled) return;
    this.#scheduled = true;
    this.clock.soon(this.#reclaim);
  }

  readonly #reclaim = (): void => {
    this.#scheduled = false;
    if (!this.#stopped) this.#ask();
  };

  #ask(): void {
    this.#heapLimit?.look();
    let wanted = this.#bytes > this.#budget ? this.scratch : undefined;
    // Whoever is asked again without having been used meanwhile gives what it would need next.
    if (this.#left === 0) this.#left = this.#holders.size;
    let asks = Math.min(this.#left, ASKED_AT_ONCE);
    for (const holder of this.#holders) {
      if (this.#bytes <= this.#kept / 2 || asks-- === 0) break;
      this.#left--;
      this.#holders.delete(holder);
      try {
        if (holder.evict(wanted)) this.#holders.add(holder);
      } catch (error) {
        this.#holders.add(holder);
        // The scratch file cannot be written, the disk may be full: what cannot go out stays, and the alarm says so.
        if (error instanceof Error && 'code' in error) wanted = undefined;
        else this.#fault(error);
      }
    }
    this.#askedAt = this.#bytes;
    const low = this.#bytes > this.#budget * ALARM_FACTOR;
    this.#alarms.set('memory', low);
    if (this.#bytes <= this.#kept / 2 || this.#holders.size === 0) this.#left = 0;
    // It comes by itself already: see the budget's setter.
    if (this.#scheduled) return;
    if (this.#left > 0) {
      this.#scheduled = true;
      this.clock.soon(this.#reclaim);
      return;
    }
    if (!low) return;
    // Stopped publishers ask for nothing, and what was not committed yet may be had a little later.
    this.#scheduled = true;
    this.clock.after(ALARM_RETRY_MS, this.#reclaim);
  }
}

function keptOf(budget: number): number {
  return Math.min(KEPT_BYTES, budget / 2);
}
