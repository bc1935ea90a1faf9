/**
 * A stretch of a queue's log: up to some thousand messages, and what became of each.
 *
 * A segment is loaded, with its records in memory, or evicted: then they are in the store's pages, or in the scratch file, and
 * `load` and `loadFrom` bring them back. Only ready messages are evicted, for the unacked ones may be wanted soon. A small segment
 * that was evicted may be reopened: what comes then is in memory, and what came before is not until it is wanted.
 */
import type { Scratch, ScratchPlace } from '../../store/scratch.ts';
import { letGo } from '../../util/bytes.ts';
import type { Body } from '../message/body.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Message } from '../message/message.ts';
import { GONE, PLACE, READY, REDELIVERED, STORED, UNACKED } from './message-state.ts';
import { loadedRecords } from './loaded-records.ts';
import { type LogPage, pagePosition } from './log-page.ts';
import { Records } from './segment-records.ts';
import { Redeliveries } from './redeliveries.ts';
import type { SegmentBuffers } from './segment-buffers.ts';

/** What is known of a stored segment beside its pages. */
export interface KnownOfSegment {
  readonly redeliveries?: Redeliveries | undefined;
  /** Size of the bodies of what is not settled; undefined if that is known only when it is read. */
  readonly bodyBytes?: number | undefined;
}

/** Of a segment without pages. Nothing is ever added to it. */
const NO_PAGES: readonly LogPage[] = [];

export class Segment {
  /** Sequence number of index 0. */
  readonly base: number;
  ready = 0;
  unacked = 0;
  /** Messages that are ready or unacked, and not to be stored. */
  unstored = 0;
  /** Size of the bodies of what is ready or unacked. Of what a restart left out of memory it may be that of the records, until they are read. */
  bodyBytes = 0;
  pages = NO_PAGES;
  /** Bodies that records refer to, by index. */
  bodies: Map<number, Body> | undefined;
  /** Of messages that came back; undefined if none did more often than once, or waits. */
  redeliveries: Redeliveries | undefined;
  #records: Records | undefined;
  #scratch: ScratchPlace | undefined;
  #count = 0;
  #evicted = 0;
  #flushed = 0;
  /** Size of the bodies of all that came since. */
  #unflushedBytes = 0;
  /** The bytes of its bodies are those of records that were not read yet. */
  #isEstimate = false;
  /** A message came back: some are marked as redelivered, which no page tells. */
  #requeued = false;
  /** No message below is ready. */
  #readyFrom = 0;
  #lastPage = 0;

  constructor(base: number, records: Records | undefined) {
    this.base = base;
    this.#records = records;
  }

  /** An empty segment to follow this one, with as much room as this has if it is full. */
  follower(base: number, buffers: SegmentBuffers): Segment {
    return new Segment(base, this.#records === undefined ? Records.empty(buffers) : Records.after(this.#records));
  }

  /** Lets go of the records. */
  release(): void {
    this.#records?.release();
    this.#records = undefined;
  }

  /** A segment as it was stored: `count` is the last stored index and one. */
  static evicted(base: number, count: number, pages: readonly LogPage[], known: KnownOfSegment = {}): Segment {
    const segment = new Segment(base, undefined);
    segment.#count = segment.#flushed = count;
    segment.pages = pages;
    for (const page of pages) {
      segment.ready += page.live;
      segment.bodyBytes += Math.round((page.bytes * page.live) / page.count);
    }
    segment.#evicted = segment.ready;
    segment.bodyBytes = known.bodyBytes ?? segment.bodyBytes;
    segment.#isEstimate = known.bodyBytes === undefined;
    segment.redeliveries = known.redeliveries;
    return segment;
  }

  /** Indexes in use, whatever became of their messages. */
  get count(): number {
    return this.#count;
  }

  /** Indexes below are in a page, or need none: they were settled early, or are not to be stored. */
  get flushed(): number {
    return this.#flushed;
  }

  /** All below this index are written. Returns the size of the bodies of those that were not before, settled or not. */
  flushedBelow(index: number): number {
    let bytes = this.#unflushedBytes;
    for (let i = index; i < this.#count; i++) bytes -= this.bodySize(i);
    this.#unflushedBytes -= bytes;
    this.#flushed = index;
    return bytes;
  }

  /** Ready messages whose records are out of memory. */
  get evicted(): number {
    return this.#evicted;
  }

  /** True if all that is left of it is in memory. */
  get loaded(): boolean {
    return this.#records !== undefined && this.#evicted === 0;
  }

  /** Size of the bodies of the ready messages; undefined if that is known only when they are read. */
  get readyBytes(): number | undefined {
    return this.#isEstimate ? undefined : this.bodyBytes - (this.unacked === 0 ? 0 : this.unackedBytes);
  }

  /** Size of the bodies of the unacked messages, which are all in memory. */
  get unackedBytes(): number {
    return this.#records?.bodyBytes(PLACE, UNACKED) ?? 0;
  }

  /** Size of the bodies of those that are to be stored, of what is in memory. */
  get persistentBytes(): number {
    return this.#records?.bodyBytes(GONE | STORED, STORED) ?? 0;
  }

  /** True if it takes messages. */
  get open(): boolean {
    return this.#records !== undefined && !this.#records.full;
  }

  /** Takes messages again, and leaves those there are out of memory. */
  reopen(buffers: SegmentBuffers): void {
    this.#records = Records.empty(buffers, this.#count);
  }

  /** True if nothing in it is ready or unacked. */
  get settled(): boolean {
    return this.ready === 0 && this.unacked === 0;
  }

  /** Memory that its records take, in bytes. */
  get footprint(): number {
    return this.#records?.footprint ?? 0;
  }

  /** Adds a message as ready and returns its index. `expiresAt`: when it expires, in milliseconds since the epoch. */
  append(message: Message, stored: boolean, expiresAt = Infinity): number {
    const index = this.#records!.append(message, stored ? STORED : READY, expiresAt);
    this.#count = index + 1;
    this.ready++;
    this.bodyBytes += message.bodySize;
    this.#unflushedBytes += message.bodySize;
    if (!stored) this.unstored++;
    if (message.shared !== undefined) this.#keepBody(index, message.shared);
    return index;
  }

  /** Index of the first ready message at or behind `from`, -1 if there is none. */
  nextReady(from: number): number {
    if (this.ready === 0) return -1;
    const index = this.#records!.find(Math.max(from, this.#readyFrom), PLACE, READY);
    if (from <= this.#readyFrom) this.#readyFrom = index;
    return index < this.#count ? index : -1;
  }

  /** Index of the first message at or behind `from` that is ready or unacked, -1 if there is none. */
  nextKept(from: number): number {
    const index = this.#records!.find(from, GONE, READY);
    return index < this.#count ? index : -1;
  }

  /** Ready to unacked. */
  take(index: number): void {
    this.#records!.setState(index, this.#state(index) | UNACKED);
    this.ready--;
    this.unacked++;
  }

  /** Ready or unacked to settled. Returns the body that its record referred to. */
  settle(index: number): Body | undefined {
    const state = this.#state(index);
    if ((state & PLACE) === READY) this.ready--;
    else this.unacked--;
    if ((state & STORED) === 0) this.unstored--;
    this.bodyBytes -= this.#records!.bodySize(index);
    this.redeliveries?.delete(index);
    this.#records!.setState(index, (state & ~PLACE) | GONE);
    const body = this.bodies?.get(index);
    if (body !== undefined) this.bodies!.delete(index);
    return body;
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

  /** See MessageLog. */
  redeliver(index: number, memory: MemoryBudget, by: 1 | -1): void {
    this.#noteRedelivery(memory, index, this.deliveries(index) + by);
  }

  /** An unacked message came back, and waits. `due`: until when, in milliseconds since the epoch. */
  wait(index: number, due: number, memory: MemoryBudget): void {
    this.#noteRedelivery(memory, index, this.deliveries(index), due);
  }

  isReady(index: number): boolean {
    return index >= this.firstLoaded && (this.#state(index) & PLACE) === READY;
  }

  /** Of messages in memory: what was settled before the others left it only the pages know. */
  isSettled(index: number): boolean {
    return index >= this.firstLoaded && (this.#state(index) & PLACE) === GONE;
  }

  /** True if the message belongs on disk: it is in a page once `flushed` is past it. */
  isStored(index: number): boolean {
    return (this.#state(index) & STORED) !== 0;
  }

  /** A message that was to be stored is not: it is in no page. */
  unstore(index: number): void {
    this.#records!.setState(index, this.#state(index) & ~STORED);
    this.unstored++;
  }

  /** Points `message` at a message's record. If `bodies` has its body, that is for the caller to attach. */
  view(index: number, message: Message): void {
    this.#records!.view(index, message);
  }

  expiresAt(index: number): number {
    return this.#records!.expiresAt(index);
  }

  recordBytes(index: number): number {
    return this.#records!.length(index);
  }

  /** What a message costs the store: its record, and its body if that is kept apart. */
  storedBytes(index: number): number {
    return this.#records!.storedBytes(index);
  }

  bodySize(index: number): number {
    return this.#records!.bodySize(index);
  }

  /** Copies the records from `first` to `last` to `at` in `target`; returns where they end there. */
  copyRecords(first: number, last: number, target: Uint8Array, at: number): number {
    return this.#records!.copy(first, last, target, at);
  }

  /** The page that holds a flushed message. */
  pageOf(index: number): LogPage | undefined {
    const hint = this.pages[this.#lastPage];
    if (hint !== undefined && index >= hint.first && index <= hint.last) return hint;
    const position = pagePosition(this.pages, index);
    return position < 0 ? undefined : this.pages[(this.#lastPage = position)];
  }

  addPage(page: LogPage): void {
    // An array of just this length: a push would leave room for many, of which there are none in most segments.
    this.pages = this.pages.concat(page);
  }

  /** The pages that still hold something, in order. */
  livePages(): LogPage[] {
    return this.pages.filter((page) => page.live > 0);
  }

  /** Those of them with records out of memory. */
  evictedPages(): LogPage[] {
    const end = this.firstLoaded;
    return this.#evicted === 0 ? [] : this.pages.filter((page) => page.live > 0 && page.first < end);
  }

  /** Settles all messages that are out of memory; `settlePage` is told of each page how many of it. */
  settleEvicted(settlePage: (page: LogPage, count: number) => void): void {
    for (const page of this.evictedPages()) settlePage(page, page.settleBelow(this.firstLoaded));
    this.ready -= this.#evicted;
    this.#evicted = 0;
    this.bodyBytes = this.#records?.bodyBytes(GONE, READY) ?? 0;
    this.#isEstimate = false;
    if (this.footprint === 0) this.bodies = undefined;
    if (this.#records !== undefined) return;
    this.redeliveries?.clear();
    this.redeliveries = undefined;
  }

  /** True if its pages tell all there is to know of it, once what is dirty of them is written. */
  get isInPages(): boolean {
    return this.unstored === 0 && !this.#requeued && this.#flushed === this.#count;
  }

  /** Forgets the records, which the pages have. */
  evict(): void {
    for (const page of this.pages) {
      if (page.last >= this.firstLoaded) page.noteSettled((index) => this.isSettled(index));
    }
    this.#evicted = this.ready;
    this.release();
  }

  get isInScratch(): boolean {
    return this.#scratch !== undefined;
  }

  /** Puts the records of a loaded segment into the scratch file, with all that is known of them. Throws the system's error if that fails. */
  evictInto(scratch: Scratch): void {
    this.#scratch = scratch.write(this.#records!.pack());
    this.#evicted = this.ready;
    this.release();
  }

  loadFrom(scratch: Scratch, buffers: SegmentBuffers): void {
    const packed = scratch.read(this.#scratch!);
    this.#records = Records.unpack(packed, GONE | STORED, buffers);
    this.#evicted = 0;
    letGo(packed);
    this.freeScratch(scratch);
  }

  freeScratch(scratch: Scratch | undefined): void {
    if (this.#scratch !== undefined) scratch!.free(this.#scratch);
    this.#scratch = undefined;
  }

  /**
   * Loads an evicted segment. `data` has the bytes of `evictedPages`, in order, and is let go of. Messages whose index is below
   * `redeliveredBelow` may have been delivered before.
   */
  load(
    data: readonly Buffer<ArrayBuffer>[],
    redeliveredBelow: number,
    bodyOf: (id: number) => Body,
    buffers: SegmentBuffers,
  ): void {
    const since = this.#records;
    const read = { pages: this.evictedPages(), data, since, count: this.#count, redeliveredBelow };
    const records = loadedRecords(read, (index, id) => this.#findBody(index, id, bodyOf), buffers);
    since?.release();
    this.#records = records;
    this.#evicted = 0;
    this.bodyBytes = records.bodyBytes(GONE, READY);
    this.#isEstimate = false;
    for (const bytes of data) letGo(bytes);
  }

  /** Records of messages below this index are out of memory. */
  get firstLoaded(): number {
    return this.#records?.first ?? this.#count;
  }

  /** A body that was here before the segment was evicted is known by its index, a recovered one by its number. */
  #findBody(index: number, id: number, bodyOf: (id: number) => Body): void {
    if (this.bodies?.has(index) !== true) this.#keepBody(index, bodyOf(id));
  }

  #keepBody(index: number, body: Body): void {
    (this.bodies ??= new Map()).set(index, body);
  }

  #noteRedelivery(memory: MemoryBudget, index: number, deliveries: number, due?: number): void {
    (this.redeliveries ??= new Redeliveries(memory)).set(index, deliveries, due);
  }

  #state(index: number): number {
    return this.#records!.state(index);
  }
}
