/**
 * A stretch of a queue's log: up to some thousand messages, their bytes end to end in one buffer, and beside it in typed
 * arrays where each begins and what became of it. A message is addressed by its index; there is no object for it.
 *
 * A segment is hot (its bytes are in memory) or cold (all that lives of it is in the store's pages; `load` makes it hot).
 */
import type { Body } from '../body.ts';
import type { Message } from '../message.ts';
import type { Page } from './page.ts';
import {
  RECORD_SHARED,
  recordBodyId,
  recordBodySize,
  recordBytes,
  recordFlags,
  recordLength,
  recordOffset,
  viewRecord,
  writeRecord,
} from './record.ts';

const READY = 0;
const UNACKED = 1;
const GONE = 2;
const PLACE = 3;
const REDELIVERED = 4;
const STORED = 8;

/** A segment takes no further message past either of these. */
const FULL_BYTES = 1 << 20;
const FULL_MESSAGES = 8192;

const FIRST_BYTES = 512;
const FIRST_MESSAGES = 16;

export class Segment {
  /** Sequence number of index 0. */
  readonly base: number;
  /** Indexes in use, whatever became of their messages. */
  count = 0;
  ready = 0;
  unacked = 0;
  /** Indexes below are in a page, or need none: they were settled early, or are not to be stored. */
  flushed = 0;
  readonly pages: Page[] = [];
  /** Bodies that records refer to, by index. */
  bodies: Map<number, Body> | undefined;

  #bytes: Buffer | undefined;
  #used = 0;
  #starts: Uint32Array;
  #states: Uint8Array;
  /** No message below is ready. */
  #readyFrom = 0;
  #lastPage = 0;

  /** `like`: the segment before it, whose size tells how large this one may grow. */
  constructor(base: number, like?: Segment) {
    this.base = base;
    const full = like !== undefined && like.count >= FULL_MESSAGES / 2;
    const messages = full ? FULL_MESSAGES : FIRST_MESSAGES;
    this.#bytes = Buffer.allocUnsafeSlow(
      like === undefined ? FIRST_BYTES : Math.min(like.#used || FIRST_BYTES, FULL_BYTES),
    );
    this.#starts = new Uint32Array(messages);
    this.#states = new Uint8Array(messages);
  }

  /** A cold segment as it was stored: `count` is the last stored index and one. */
  static cold(base: number, count: number, pages: readonly Page[]): Segment {
    const segment = new Segment(base);
    segment.#bytes = undefined;
    segment.#starts = new Uint32Array(0);
    segment.#states = new Uint8Array(0);
    segment.count = segment.flushed = count;
    for (const page of pages) {
      segment.pages.push(page);
      segment.ready += page.live;
    }
    return segment;
  }

  get hot(): boolean {
    return this.#bytes !== undefined;
  }

  get full(): boolean {
    return this.#bytes === undefined || this.#used >= FULL_BYTES || this.count >= FULL_MESSAGES;
  }

  /** True where nothing in it is ready or unacked. */
  get settled(): boolean {
    return this.ready === 0 && this.unacked === 0;
  }

  /** Adds a message as ready and returns its index. */
  append(message: Message, stored: boolean): number {
    const length = recordBytes(message);
    const bytes = this.#reserve(length);
    const index = this.count++;
    if (index === this.#states.length) this.#growArrays();
    this.#starts[index] = this.#used;
    this.#states[index] = stored ? STORED : READY;
    writeRecord(bytes, this.#used, length, index, message);
    this.#used += length;
    this.ready++;
    if (message.shared !== undefined) {
      this.bodies ??= new Map();
      this.bodies.set(index, message.shared);
      message.shared.references++;
    }
    return index;
  }

  /** Index of the first ready message at or behind `from`, -1 where there is none. */
  nextReady(from: number): number {
    if (this.ready === 0) return -1;
    const states = this.#states;
    const start = Math.max(from, this.#readyFrom);
    let index = start;
    while (index < this.count && (states[index] & PLACE) !== READY) index++;
    if (from <= this.#readyFrom) this.#readyFrom = index;
    return index < this.count ? index : -1;
  }

  /** Ready to unacked. */
  take(index: number): void {
    this.#states[index] |= UNACKED;
    this.ready--;
    this.unacked++;
  }

  /** Ready or unacked to settled. */
  settle(index: number): void {
    const state = this.#states[index];
    if ((state & PLACE) === READY) this.ready--;
    else this.unacked--;
    this.#states[index] = (state & ~PLACE) | GONE;
  }

  /** Unacked to ready, marked as redelivered. */
  requeue(index: number): void {
    this.#states[index] = (this.#states[index] & ~PLACE) | REDELIVERED;
    this.unacked--;
    this.ready++;
    if (index < this.#readyFrom) this.#readyFrom = index;
  }

  redelivered(index: number): boolean {
    return (this.#states[index] & REDELIVERED) !== 0;
  }

  isReady(index: number): boolean {
    return (this.#states[index] & PLACE) === READY;
  }

  isSettled(index: number): boolean {
    return (this.#states[index] & PLACE) === GONE;
  }

  /** True where the message belongs on disk: it is in a page once `flushed` is past it. */
  isStored(index: number): boolean {
    return (this.#states[index] & STORED) !== 0;
  }

  /** Points `message` at a message's record. Where `bodies` has its body, that is for the caller to attach. */
  view(index: number, message: Message): void {
    viewRecord(this.#bytes!, this.#starts[index], message);
  }

  recordBytes(index: number): number {
    return recordLength(this.#bytes!, this.#starts[index]);
  }

  bodySize(index: number): number {
    return recordBodySize(this.#bytes!, this.#starts[index]);
  }

  /** The record's bytes. */
  record(index: number): Buffer {
    const start = this.#starts[index];
    return this.#bytes!.subarray(start, start + recordLength(this.#bytes!, start));
  }

  /** The bytes of all records from `first` to `last`, which lie end to end. */
  records(first: number, last: number): Buffer {
    const end = this.#starts[last] + recordLength(this.#bytes!, this.#starts[last]);
    return this.#bytes!.subarray(this.#starts[first], end);
  }

  /** The page that holds a flushed message. */
  pageOf(index: number): Page | undefined {
    const hint = this.pages[this.#lastPage];
    if (hint !== undefined && index >= hint.first && index <= hint.last) return hint;
    let low = 0;
    let high = this.pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const page = this.pages[middle];
      if (index > page.last) low = middle + 1;
      else if (index < page.first) high = middle - 1;
      else {
        this.#lastPage = middle;
        return page;
      }
    }
    return undefined;
  }

  /**
   * Makes a cold segment hot. `data` has the bytes of `livePages`, in order. Messages whose index is below `redeliveredBelow`
   * may have been delivered before.
   */
  load(data: readonly Buffer[], redeliveredBelow: number, bodyOf: (id: number) => Body): void {
    const bytes = data.length === 1 ? data[0] : Buffer.concat(data);
    this.#starts = new Uint32Array(this.count);
    this.#states = new Uint8Array(this.count).fill(GONE | STORED);
    let at = 0;
    for (const page of this.livePages()) {
      for (let position = 0; position < page.count; position++) {
        const index = recordOffset(bytes, at);
        this.#starts[index] = at;
        if (!page.wasSettled(position)) {
          this.#states[index] = READY | STORED | (index < redeliveredBelow ? REDELIVERED : 0);
          if ((recordFlags(bytes, at) & RECORD_SHARED) !== 0) {
            this.bodies ??= new Map();
            this.bodies.set(index, bodyOf(recordBodyId(bytes, at)));
          }
        }
        at += recordLength(bytes, at);
      }
    }
    this.#bytes = bytes;
    this.#used = bytes.length;
  }

  /** The pages that still hold something, in order. */
  livePages(): Page[] {
    return this.pages.filter((page) => page.live > 0);
  }

  #reserve(length: number): Buffer {
    const bytes = this.#bytes!;
    const needed = this.#used + length;
    if (needed <= bytes.length) return bytes;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(bytes.length * 2, FULL_BYTES + length)));
    bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    return grown;
  }

  #growArrays(): void {
    const size = Math.min(this.#states.length * 2, FULL_MESSAGES);
    const starts = new Uint32Array(size);
    const states = new Uint8Array(size);
    starts.set(this.#starts);
    states.set(this.#states);
    this.#starts = starts;
    this.#states = states;
  }
}
