/**
 * Deduplication of a queue: a message is dropped whose key the queue has seen within a window of time. The window begins with
 * the first message of a key, whatever becomes of that message, and repeats do not lengthen it. Keys are kept in memory, and those
 * of persistent messages in a durable queue's SeenLog, too.
 */
import type { Store } from '../../store/store.ts';
import { diedIn } from '../dead-letter.ts';
import { Deadline, type Deadlines } from '../deadlines.ts';
import type { Message } from '../message.ts';
import type { ConfirmLedger } from '../sink.ts';
import { messageKey } from './message-key.ts';
import { SeenKeys } from './seen-keys.ts';
import { SeenLog } from './seen-log.ts';
import type { DeduplicationSettings } from './settings.ts';

/** Least time between two removals of what has expired, in milliseconds. */
const SWEEP_MS = 200;

interface Host {
  readonly deadlines: Deadlines;
  readonly store: Store;
}

/**
 * What there is of deduplication, as the settings want it from now on: begun, changed, ended or left out. `storedAs`: the queue's
 * number in the store; undefined where nothing of it outlives the process.
 */
export function deduplicate(
  current: Deduplication | undefined,
  settings: DeduplicationSettings | undefined,
  { deadlines, store }: Host,
  storedAs: number | undefined,
): Deduplication | undefined {
  if (settings === undefined) current?.clear();
  else if (current === undefined) {
    return new Deduplication(settings, deadlines, storedAs === undefined ? undefined : new SeenLog(store, storedAs));
  } else current.apply(settings);
  return settings && current;
}

export class Deduplication {
  readonly #deadlines: Deadlines;
  readonly #log: SeenLog | undefined;
  readonly #seen = new SeenKeys();
  readonly #sweep = new Deadline(() => this.#forgetExpired());
  #settings: DeduplicationSettings;
  /** True while the keys in the log are not in memory: they come when the first message does. */
  #unread = false;

  /** `log`: undefined where nothing of the queue outlives the process. */
  constructor(settings: DeduplicationSettings, deadlines: Deadlines, log: SeenLog | undefined) {
    this.#settings = settings;
    this.#deadlines = deadlines;
    this.#log = log;
  }

  /** Other settings count from now on. */
  apply(settings: DeduplicationSettings): void {
    this.#settings = settings;
    if (this.#seen.size > 0) this.#forgetExpired();
  }

  /** An earlier process may have seen keys. */
  recover(): void {
    this.#unread = this.#log !== undefined;
    if (this.#unread) this.#deadlines.set(this.#sweep, this.#now());
  }

  /** The message's key; undefined where it is not to be dropped in any case, such as a dead letter that returns to its queue. */
  keyOf(message: Message, queue: string): string | undefined {
    if (message.inPlaceOfAnother && diedIn(message, queue)) return undefined;
    return messageKey(message, this.#settings.header);
  }

  /** True where the key was seen. Its publisher is told that the message is safe when the first one is. Throws StoreError. */
  isRepeat(key: string, ledger: ConfirmLedger | undefined, number: number): boolean {
    if (this.#unread) this.#read();
    this.#seen.forgetThrough(this.#now() - this.#settings.window);
    if (!this.#seen.has(key)) return false;
    if (ledger !== undefined) this.#log?.confirm(ledger, number);
    return true;
  }

  /** A message of this key is taken. `stored`: the key is to be on disk before its publisher hears that the message is safe. */
  note(key: string, stored: boolean, ledger: ConfirmLedger | undefined, number: number): void {
    const now = this.#now();
    const moment = this.#seen.add(key, now);
    if (stored) this.#log?.add(key, moment, ledger, number);
    if (this.#seen.size > this.#settings.size) {
      this.#seen.forgetOldest();
      this.#sweepAt(now + SWEEP_MS);
    } else this.#sweepAt(moment + this.#settings.window);
  }

  /** Forgets all keys: the queue is purged, or no longer deduplicates. */
  clear(): void {
    this.#deadlines.set(this.#sweep, Infinity);
    this.#unread = false;
    this.#seen.clear();
    this.#log?.forgetAll();
  }

  /** The queue is deleted. */
  end(): void {
    this.#deadlines.set(this.#sweep, Infinity);
    this.#log?.drop();
  }

  #read(): void {
    const since = this.#now() - this.#settings.window;
    for (const [key, moment] of this.#log!.read()) if (moment > since) this.#seen.add(key, moment);
    this.#unread = false;
    this.#forgetExpired();
  }

  /** Removes from memory and from the store what is over, or more than may be remembered. */
  #forgetExpired(): void {
    const { window, size } = this.#settings;
    const now = this.#now();
    this.#seen.forgetThrough(now - window);
    while (this.#seen.size > size) this.#seen.forgetOldest();
    const { oldest } = this.#seen;
    this.#log?.forgetBefore(oldest === Infinity ? now - window + 1 : oldest);
    this.#deadlines.set(this.#sweep, Infinity);
    if (oldest !== Infinity) this.#sweepAt(Math.max(oldest + window, now + SWEEP_MS));
    // What is in the store only is over by then at the latest.
    else if (this.#unread) this.#sweepAt(now + window);
  }

  #sweepAt(at: number): void {
    if (at < this.#sweep.at) this.#deadlines.set(this.#sweep, at);
  }

  #now(): number {
    return this.#deadlines.clock.now();
  }
}
