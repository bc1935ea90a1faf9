/**
 * Deduplication with x-cache-ttl: a message is dropped whose key the queue has seen within a window of time. The window begins with
 * the first message of a key, whatever becomes of that message, and repeats do not lengthen it. Keys are kept in memory, and those
 * of persistent messages in a durable queue's SeenLog, too. What they take counts as messages do, so that many keys raise the
 * alarm before they fill the memory; they cannot go out of it.
 */
import { StoreError } from '../../store/store.ts';
import { diedIn } from '../message/dead-letter.ts';
import { TimerEntry, type Timers } from '../scheduling/timers.ts';
import type { SlicedTask, TimeSlices } from '../scheduling/time-slices.ts';
import type { MemoryBudget } from '../log/memory-budget.ts';
import type { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import { messageKey } from './message-key.ts';
import { SeenKeys } from './seen-keys.ts';
import { type SeenKey, SeenLog } from './seen-log.ts';
import type { Deduplication, DeduplicatingQueue, DeduplicationNode } from './deduplication.ts';
import type { DeduplicationSettings, DeduplicationWindow } from '../arguments/deduplication.ts';

/** Least time between two removals of what has expired, in milliseconds. */
const SWEEP_MS = 200;
/** Keys of before the start that are read in one step. */
const READ_AT_ONCE = 64;

export class SeenWindow implements Deduplication, SlicedTask {
  readonly #node: DeduplicationNode;
  readonly #timers: Timers;
  readonly #timeSlices: TimeSlices;
  readonly #memory: MemoryBudget;
  readonly #queue: DeduplicatingQueue;
  readonly #log: SeenLog | undefined;
  readonly #seen = new SeenKeys();
  readonly #sweep: TimerEntry;
  #window: DeduplicationWindow;
  #header: string | undefined;
  /**
   * Keys of before the start that are not in memory yet: the store has yet to be asked for them, or to answer, or they come in time slices. What
   * is left when the first message comes, and is here, comes with it.
   */
  #unread: 'unasked' | 'asked' | Iterator<SeenKey> | undefined;
  /** Told when all are read. */
  #allRead: (() => void) | undefined;
  /** Bytes of keys that memory knows of. */
  #counted = 0;

  constructor(
    window: DeduplicationWindow,
    header: string | undefined,
    node: DeduplicationNode,
    queue: DeduplicatingQueue,
  ) {
    this.#window = window;
    this.#header = header;
    this.#node = node;
    this.#timers = node.timers;
    this.#timeSlices = node.timeSlices;
    this.#memory = node.memory;
    this.#queue = queue;
    this.#sweep = new TimerEntry('deduplication', queue, () => this.#forgetExpired());
    this.#log = queue.storedAs === undefined ? undefined : new SeenLog(node.store, queue.storedAs);
  }

  apply({ window, header }: DeduplicationSettings): boolean {
    if (window === undefined) return false;
    this.#window = window;
    this.#header = header;
    if (this.#seen.size > 0) this.#forgetExpired();
    return true;
  }

  recover(): void {
    if (this.#log === undefined) return;
    this.#unread = 'unasked';
    this.#timers.set(this.#sweep, this.#now());
    this.#timeSlices.add(this);
    if (this.#node.store.answersAtOnce) return;
    this.#node.loads.add(new Promise((resolve) => (this.#allRead = resolve)));
  }

  /** A dead letter that returns to its queue is no repeat. */
  keyOf(message: Message): string | undefined {
    if (message.sameBatchAsSettled && diedIn(message, this.#queue.name)) return undefined;
    return messageKey(message, this.#header);
  }

  isRepeat(key: string, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    if (this.#unread !== undefined) this.#read(Infinity);
    this.#seen.forgetThrough(this.#now() - this.#window.ttl);
    if (!this.#seen.has(key)) return false;
    if (tracker !== undefined) this.#log?.confirm(tracker, publishSeqNo);
    return true;
  }

  /** The key of a stored message is to be on disk before its publisher hears that the message is safe. */
  taken(key: string, stored: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    const now = this.#now();
    const moment = this.#seen.add(key, now);
    if (stored) this.#log?.add(key, moment, tracker, publishSeqNo);
    if (this.#seen.size > this.#window.size) {
      this.#seen.forgetOldest();
      this.#sweepAt(now + SWEEP_MS);
    } else this.#sweepAt(moment + this.#window.ttl);
    this.#count();
  }

  /** Its key is in the next batch: without the message it would keep the publisher from sending it again. */
  added(_key: string, seq: number, stored: boolean): void {
    if (stored) this.#queue.log.writeNext(seq);
  }

  left(): void {
    // What was seen stays so.
  }

  purged(): void {
    this.clear();
  }

  clear(): void {
    this.#forgetInMemory();
    this.#log?.forgetAll();
  }

  end(): void {
    this.#forgetInMemory();
    this.#log?.drop();
  }

  // SlicedTask: reading the keys of before the start.

  get writes(): boolean {
    return false;
  }

  step(): boolean {
    return this.#unread !== undefined && this.#read(READ_AT_ONCE);
  }

  #forgetInMemory(): void {
    this.#timers.set(this.#sweep, Infinity);
    this.#endReading();
    this.#seen.clear();
    this.#count();
  }

  /** Returns false when all are read, or are not here yet. */
  #read(most: number): boolean {
    if (this.#unread === 'unasked') {
      this.#unread = 'asked';
      this.#log!.read(this.#found);
    }
    const keys = this.#unread;
    if (keys === undefined || typeof keys === 'string') return false;
    const since = this.#now() - this.#window.ttl;
    for (let left = most; left > 0; left--) {
      const next = keys.next();
      if (next.done === true) {
        this.#endReading();
        this.#forgetExpired();
        return false;
      }
      const [key, moment] = next.value;
      if (moment > since) this.#seen.add(key, moment);
    }
    this.#count();
    return true;
  }

  readonly #found = (answer: Iterator<SeenKey> | StoreError): void => {
    if (this.#unread !== 'asked') return;
    if (answer instanceof StoreError) {
      this.#endReading();
      this.#forgetExpired();
      this.#queue.keysUnreadable(answer);
      return;
    }
    this.#unread = answer;
    this.#timeSlices.add(this);
  };

  #endReading(): void {
    this.#unread = undefined;
    this.#allRead?.();
    this.#allRead = undefined;
  }

  /** Removes from memory and from the store what is over, or more than may be remembered. */
  #forgetExpired(): void {
    const { ttl, size } = this.#window;
    const now = this.#now();
    this.#seen.forgetThrough(now - ttl);
    while (this.#seen.size > size) this.#seen.forgetOldest();
    this.#count();
    const { oldest } = this.#seen;
    this.#log?.forgetBefore(oldest === Infinity ? now - ttl + 1 : oldest);
    this.#timers.set(this.#sweep, Infinity);
    if (oldest !== Infinity) this.#sweepAt(Math.max(oldest + ttl, now + SWEEP_MS));
    // What is in the store only is over by then at the latest.
    else if (this.#unread !== undefined) this.#sweepAt(now + ttl);
  }

  /** Tells memory what the keys take now. */
  #count(): void {
    this.#memory.changed(this.#seen.bytes - this.#counted);
    this.#counted = this.#seen.bytes;
  }

  #sweepAt(at: number): void {
    if (at < this.#sweep.at) this.#timers.set(this.#sweep, at);
  }

  #now(): number {
    return this.#timers.clock.now();
  }
}
