/**
 * A stretch of a queue's log: up to some thousand messages, and what became of each.
 *
 * A segment is hot, with its records in memory, or cold: then they are in the store's pages, or in the scratch file, and
 * `load` or `loadFrom` make it hot again. Only ready messages are in a cold segment, for the unacked ones may be wanted soon.
 */
import type { Scratch, ScratchPlace } from '../../store/scratch.ts';
import type { Body } from '../body.ts';
import type { Message } from '../message.ts';
import type { Page } from './page.ts';
import { RECORD_SHARED, recordBodyId, recordFlags, recordLength, recordOffset } from './record.ts';
import { Records } from './records.ts';
import { Redeliveries } from './redeliveries.ts';
import type { SegmentBuffers } from './segment-buffers.ts';

const READY = 0;
const UNACKED = 1;
const GONE = 2;
const PLACE = 3;
const REDELIVERED = 4;
const STORED = 8;

export class Segment {
  /** Sequence number of index 0. */
  readonly base: number;
  ready = 0;
  unacked = 0;
  /** Indexes below are in a page, or need none: they were settled early, or are not to be stored. */
  flushed = 0;
  readonly pages: Page[] = [];
  /** Bodies that records refer to, by index. */
  bodies: Map<number, Body> | undefined;
  /** Of messages that came back; undefined where none did more often than once, or waits. */
  redeliveries: Redeliveries | undefined;

  #records: Records | undefined;
  #scratch: ScratchPlace | undefined;
  #count = 0;
  /** Messages that are neither settled nor to be stored. */
  #unstored = 0;
  /** A message came back: some are marked as redelivered, which no page tells. */
  #requeued = false;
  /** No message below is ready. */
  #readyFrom = 0;
  #lastPage = 0;

  constructor(base: number, records: Records | undefined) {
    this.base = base;
    this.#records = records;
  }

  /** An empty segment to follow this one. */
  next(base: number, buffers: SegmentBuffers): Segment {
    return new Segment(base, this.#records === undefined ? Records.empty() : Records.after(this.#records, buffers));
  }

  /** Nobody wants anything of the segment any more. */
  release(buffers: SegmentBuffers): void {
    this.#records?.release(buffers);
    this.#records = undefined;
  }

  /** A segment as it was stored: `count` is the last stored index and one. */
  static cold(base: number, count: number, pages: readonly Page[]): Segment {
    const segment = new Segment(base, undefined);
    segment.#count = segment.flushed = count;
    for (const page of pages) {
      segment.pages.push(page);
      segment.ready += page.live;
    }
    return segment;
  }

  /** Indexes in use, whatever became of their messages. */
  get count(): number {
    return this.#count;
  }

  get hot(): boolean {
    return this.#records !== undefined;
  }

  get full(): boolean {
    return this.#records === undefined || this.#records.full;
  }

  /** True where nothing in it is ready or unacked. */
  get settled(): boolean {
    return this.ready === 0 && this.unacked === 0;
  }

  /** Memory that its records take, in bytes. */
  get footprint(): number {
    return this.#records?.footprint ?? 0;
  }

  /** Adds a message as ready and returns its index. `deadline`: when it expires, in milliseconds since the epoch. */
  append(message: Message, stored: boolean, deadline = Infinity): number {
    const index = this.#records!.append(message, stored ? STORED : READY, deadline);
    this.#count = index + 1;
    this.ready++;
    if (!stored) this.#unstored++;
    if (message.shared !== undefined) {
      this.#keepBody(index, message.shared);
    }
    return index;
  }

  /** Index of the first ready message at or behind `from`, -1 where there is none. */
  nextReady(from: number): number {
    if (this.ready === 0) return -1;
    const index = this.#records!.find(Math.max(from, this.#readyFrom), PLACE, READY);
    if (from <= this.#readyFrom) this.#readyFrom = index;
    return index < this.#count ? index : -1;
  }

  /** Ready to unacked. */
  take(index: number): void {
    this.#records!.setState(index, this.#state(index) | UNACKED);
    this.ready--;
    this.unacked++;
  }

  /** Ready or unacked to settled. */
  settle(index: number): void {
    const state = this.#state(index);
    if ((state & PLACE) === READY) this.ready--;
    else this.unacked--;
    if ((state & STORED) === 0) this.#unstored--;
    this.redeliveries?.delete(index);
    this.#records!.setState(index, (state & ~PLACE) | GONE);
  }

  /** Unacked to ready, marked as redelivered. */
  requeue(index: number): void {
    this.#records!.setState(index, (this.#state(index) & ~PLACE) | REDELIVERED);
    this.unacked--;
    this.ready++;
    this.#requeued = true;
    if (index < this.#readyFrom) this.#readyFrom = index;
  }

  redelivered(index: number): boolean {
    return (this.#state(index) & REDELIVERED) !== 0;
  }

  /** How often a message was delivered, the delivery under way included. */
  deliveries(index: number): number {
    const once = (this.#state(index) & (UNACKED | REDELIVERED)) === 0 ? 0 : 1;
    return this.redeliveries?.deliveries(index) ?? once;
  }

  /** A message that was delivered before is delivered again. */
  redeliver(index: number): void {
    this.#noteRedelivery(index, this.deliveries(index) + 1);
  }

  /** An unacked message came back, and waits. `due`: until when, in milliseconds since the epoch. */
  wait(index: number, due: number): void {
    this.#noteRedelivery(index, this.deliveries(index), due);
  }

  isReady(index: number): boolean {
    return (this.#state(index) & PLACE) === READY;
  }

  isSettled(index: number): boolean {
    return (this.#state(index) & PLACE) === GONE;
  }

  /** True where the message belongs on disk: it is in a page once `flushed` is past it. */
  isStored(index: number): boolean {
    return (this.#state(index) & STORED) !== 0;
  }

  /** Points `message` at a message's record. Where `bodies` has its body, that is for the caller to attach. */
  view(index: number, message: Message): void {
    this.#records!.view(index, message);
  }

  deadline(index: number): number {
    return this.#records!.deadline(index);
  }

  recordBytes(index: number): number {
    return this.#records!.length(index);
  }

  /** What a message costs the store: its record, and its body where that is kept apart. */
  storedBytes(index: number): number {
    return this.#records!.storedBytes(index);
  }

  bodySize(index: number): number {
    return this.#records!.bodySize(index);
  }

  /** The bytes of all records from `first` to `last`, which lie end to end. */
  recordRange(first: number, last: number): Buffer {
    return this.#records!.range(first, last);
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

  /** The pages that still hold something, in order. */
  livePages(): Page[] {
    return this.pages.filter((page) => page.live > 0);
  }

  /** Settles all ready messages of a cold segment; the pages are the caller's to settle. */
  settleCold(): void {
    this.ready = 0;
    this.redeliveries = undefined;
  }

  // Out of memory and back

  /** True where its pages tell all there is to know of it, once what is dirty of them is written. */
  get isInPages(): boolean {
    return this.#unstored === 0 && !this.#requeued && this.flushed === this.#count;
  }

  get hasDirtyPages(): boolean {
    return this.pages.some((page) => page.dirty);
  }

  /** Forgets the records, which the pages have. */
  cool(buffers: SegmentBuffers): void {
    for (const page of this.pages) page.noteSettled((index) => this.isSettled(index));
    this.release(buffers);
  }

  get isInScratch(): boolean {
    return this.#scratch !== undefined;
  }

  /** Puts the records into the scratch file, with all that is known of them. Throws the system's error if that fails. */
  coolInto(scratch: Scratch, buffers: SegmentBuffers): void {
    this.#scratch = scratch.write(this.#records!.pack());
    this.release(buffers);
  }

  loadFrom(scratch: Scratch): void {
    this.#records = Records.unpack(scratch.read(this.#scratch!));
    this.freeScratch(scratch);
  }

  freeScratch(scratch: Scratch | undefined): void {
    if (this.#scratch !== undefined) scratch!.free(this.#scratch);
    this.#scratch = undefined;
  }

  /**
   * Makes a cold segment hot. `data` has the bytes of `livePages`, in order. Messages whose index is below `redeliveredBelow`
   * may have been delivered before.
   */
  load(data: readonly Buffer[], redeliveredBelow: number, bodyOf: (id: number) => Body | undefined): void {
    const bytes = data.length === 1 ? data[0] : Buffer.concat(data);
    const records = Records.from(bytes, this.#count, GONE | STORED);
    let at = 0;
    for (const page of this.livePages()) {
      const indexes = new Uint32Array(page.count);
      for (let position = 0; position < page.count; position++) {
        const index = (indexes[position] = recordOffset(bytes, at));
        if (!page.wasSettled(position)) {
          records.setState(index, READY | STORED | (index < redeliveredBelow ? REDELIVERED : 0));
          if ((recordFlags(bytes, at) & RECORD_SHARED) !== 0) this.#findBody(index, recordBodyId(bytes, at), bodyOf);
        }
        at += recordLength(bytes, at);
      }
      if (page.hasUnknownGaps) page.noteIndexes(indexes);
    }
    this.#records = records;
  }

  /** A body that was here before the segment went cold is known by its index, a recovered one by its number. */
  #findBody(index: number, id: number, bodyOf: (id: number) => Body | undefined): void {
    if (this.bodies?.has(index) !== true) this.#keepBody(index, bodyOf(id)!);
  }

  #keepBody(index: number, body: Body): void {
    this.bodies ??= new Map();
    this.bodies.set(index, body);
  }

  #noteRedelivery(index: number, deliveries: number, due?: number): void {
    this.redeliveries ??= new Redeliveries();
    this.redeliveries.set(index, deliveries, due);
  }

  #state(index: number): number {
    return this.#records!.state(index);
  }
}
