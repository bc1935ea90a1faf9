/**
 * A stream's messages in the order they came, known by their offsets, which never repeat. They are in the segments and pages of a
 * queue's log, and nobody settles them: readers share what is in memory, what was not read for longest goes out of it and
 * comes back, whole segments at a time, for whoever gets there; and the oldest segments go when the stream is longer or older
 * than it may be. What readers are shown is committed, so that no offset ever stands for another message after a crash.
 */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { Scratch } from '../../store/scratch.ts';
import { StoreError } from '../../store/store.ts';
import type { BodyStore } from './body-store.ts';
import type { Evictable, MemoryBudget } from './memory-budget.ts';
import type { Message } from '../message/message.ts';
import { evictedSegments } from './evicted-segments.ts';
import type { KeptMessages } from './kept-messages.ts';
import type { LogContext } from './log-context.ts';
import { LogWriter } from './log-writer.ts';
import type { LogWaiter } from './log-waiter.ts';
import { NONE, NOT_YET } from './message-log.ts';
import type { Segment } from './segment.ts';
import { SegmentLoads } from './segment-loads.ts';
import { bodiesOf, dropSegments } from './segment-bodies.ts';
import { SegmentList } from './segment-list.ts';
import { type SegmentLimits, StreamExtents } from './stream-extents.ts';
import type { ConfirmTarget } from '../message/message-target.ts';

/** Bytes of the segments used last that stay in memory while the stream is read or written. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** Those that end before their own size ends them: many more of a few bytes each would take more memory than their messages. */
const MOST_SEGMENTS_CUT_SHORT = 4096;

export interface StreamLogOwner extends LogWaiter {
  /** `StreamLog.end` may have risen. */
  grown(): void;
}

export class StreamLog implements Evictable, KeptMessages {
  readonly #bodies: BodyStore;
  readonly #memory: MemoryBudget;
  readonly #segments: SegmentList;
  /** Undefined if nothing of the log outlives the process. */
  readonly #writer: LogWriter | undefined;
  readonly #extents = new StreamExtents();
  readonly #owner: StreamLogOwner;
  readonly #loads: SegmentLoads;
  readonly #answersAtOnce: boolean;
  /** Segments in memory, the one used last at the end. */
  readonly #loaded = new Set<Segment>();
  #recent: Segment | undefined;
  /** True if it was used since memory last asked for some. */
  #used = false;

  /** `queueId`: its number in the store; undefined if it is not stored. `initial`: offset of the first message. */
  constructor(context: LogContext, queueId: number | undefined, owner: StreamLogOwner, initial = 0) {
    const { store, bodies, memory } = context;
    this.#bodies = bodies;
    this.#memory = memory;
    this.#segments = new SegmentList(memory.buffers, initial);
    const stored = queueId !== undefined && store.durable;
    const writer = stored
      ? new LogWriter(context, { queueId, priority: 0 }, this.#segments, () => owner.grown())
      : undefined;
    writer?.recover(0, initial);
    this.#writer = writer;
    this.#owner = owner;
    this.#answersAtOnce = store.answersAtOnce;
    const came = (segment: Segment) => this.#use(segment);
    this.#loads = new SegmentLoads({ bodies, memory, writer, holder: this, owner: () => owner, came });
  }

  /** Offset of the oldest message. */
  get first(): number {
    return this.#segments.first?.base ?? this.#segments.next;
  }

  /** Offset of the message to come. */
  get next(): number {
    return this.#segments.next;
  }

  /** Messages below are for readers. */
  get end(): number {
    return this.#writer?.committedBelow ?? this.#segments.next;
  }

  get stores(): boolean {
    return this.#writer !== undefined;
  }

  recover(pages: readonly RecoveredPage[]): void {
    const segments = evictedSegments(pages, this.#memory);
    let page = 0;
    let { next } = this.#segments;
    for (const segment of segments) {
      let bytes = 0;
      for (; page < pages.length && pages[page].base === segment.base; page++) bytes += pages[page].bytes;
      for (const body of bodiesOf(segment, this.#bodies)) {
        this.#bodies.refer(body);
        bytes += body.size;
      }
      this.#extents.recover(segment, bytes);
      next = segment.base + segment.count;
    }
    // Its first message's age is not known: with more behind them those of the last segment would stay too long.
    this.#segments.recover(segments, next, false);
    this.#writer?.recover(0, next);
  }

  /** Adds a message that comes at `now` (milliseconds since the epoch) and returns its offset. */
  append(message: Message, now: number, limits: SegmentLimits): number {
    const tail = this.#tailFor(now, limits);
    const before = tail.footprint;
    const index = tail.append(message, true, now);
    if (message.shared !== undefined) this.#bodies.refer(message.shared);
    this.#writer?.added(tail, index);
    if (message.sameBatchAsSettled) this.#writer?.writeNext();
    if (tail.footprint !== before) this.#memory.grew(tail.footprint - before, this);
    this.#extents.count(tail, tail.storedBytes(index), now);
    return this.#segments.takeNumber();
  }

  /** Has `target` told once a message is on disk. Called right behind its `append`. */
  confirm(offset: number, target: ConfirmTarget, number: number): void {
    this.#writer!.confirm(offset, target, number);
  }

  /** Has what was added written. `urgent`: somebody waits for it. */
  flush(urgent: boolean): void {
    this.#writer!.flush(urgent);
  }

  /**
   * Shows the first message at or behind `offset`, but not the body if that is kept apart, and returns its offset; NONE if there
   * is none for readers yet, NOT_YET if it is not here yet. Throws StoreError if it cannot be read.
   */
  read(offset: number, message: Message): number {
    const { end } = this;
    for (let from = Math.max(offset, this.first); from < end;) {
      const segment = this.#segments.find(from);
      if (!this.#use(segment)) return NOT_YET;
      const index = segment.nextReady(from - segment.base);
      if (index >= 0) {
        if (!this.#answersAtOnce && index * 2 >= segment.count) {
          this.#loads.loadAhead(this.#segments.at(this.#segments.position(from) + 1));
        }
        segment.view(index, message);
        return segment.base + index;
      }
      // Only a store that somebody has mended has such gaps.
      from = this.#segments.at(this.#segments.position(from) + 1).base;
    }
    return NONE;
  }

  // KeptMessages

  get segments(): Iterable<Segment> {
    return this.#segments;
  }

  fetch(offset: number, waiter: LogWaiter): boolean {
    return this.#use(this.#segments.find(offset), waiter);
  }

  view(offset: number, message: Message, waiter: LogWaiter): boolean {
    const segment = this.#segments.find(offset);
    segment.view(offset - segment.base, message);
    return this.#attach(segment, offset, message, waiter);
  }

  /**
   * Shows the body too, if it is kept apart, of the message that was read last. Returns false if it is not here yet. Throws StoreError
   * if it cannot be read.
   */
  attachBody(offset: number, message: Message): boolean {
    return this.#attach(this.#recent!, offset, message, this.#owner);
  }

  /**
   * Offset of the first message that came at `moment` (milliseconds since the epoch) or after it; `next` if none did, NOT_YET
   * if that is not known yet, and `waiter` is told when it is. Throws StoreError if it cannot be read.
   */
  firstSince(moment: number, waiter: LogWaiter = this.#owner): number {
    const position = this.#positionSince(moment, waiter);
    if (position === NOT_YET) return NOT_YET;
    if (position === this.#segments.length) return this.#segments.next;
    const segment = this.#segments.at(position);
    if (!this.#use(segment, waiter)) return NOT_YET;
    let index = segment.nextReady(0);
    while (segment.expiresAt(index) < moment) index = segment.nextReady(index + 1);
    return segment.base + index;
  }

  /**
   * Removes the oldest segments: as long as all of them have more than `bytes` together, and those whose last message came before
   * `moment`. What is not committed yet stays, and so does the last segment that has messages.
   */
  trim(bytes: number, moment: number): void {
    // Without a limit the oldest segment is not read for its age.
    const isOld = moment !== -Infinity && (this.oldestEnd ?? Infinity) < moment;
    let old = isOld ? this.#positionSince(moment) : 0;
    for (let { first } = this.#segments; first !== undefined; { first } = this.#segments) {
      if ((this.#extents.bytes <= bytes && old <= 0) || !this.#isRemovable(first)) return;
      this.#remove(first);
      old--;
    }
  }

  /** When the last message of the oldest segment came, if `trim` may remove that segment some time; else, or if it is not known yet, undefined. */
  get oldestEnd(): number | undefined {
    const { first } = this.#segments;
    return first !== undefined && this.#hasFollower(first) ? this.#newest(first) : undefined;
  }

  /** The stream is deleted. */
  drop(): void {
    this.#memory.forget(this);
    this.#loads.drop();
    dropSegments(this.#segments, this.#bodies, this.#memory);
    this.#writer?.drop();
  }

  // Evictable

  /** `scratch`: memory is so short that there is none to be kept. */
  evict(scratch: Scratch | undefined): boolean {
    let kept = this.#used && scratch === undefined ? KEPT_BYTES : 0;
    this.#used = false;
    for (const segment of [...this.#loaded].reverse()) {
      if (segment.footprint === 0) continue;
      kept -= segment.footprint;
      if (kept < 0 && !this.#loads.holds(segment)) this.#evict(segment);
    }
    return this.#loaded.size > 0;
  }

  #attach(segment: Segment, offset: number, message: Message, waiter: LogWaiter): boolean {
    const body = segment.bodies?.get(offset - segment.base);
    return body === undefined || this.#bodies.attach(message, body, waiter);
  }

  /** Puts a segment out of memory if the store has all of it. */
  #evict(segment: Segment): void {
    const writer = this.#writer;
    if (writer?.hasCommitted(segment) !== true) return;
    this.#memory.shrank(segment.footprint);
    segment.evict();
    this.#loaded.delete(segment);
  }

  /** Has the segment in memory, as the one that was used last. Returns false if it is not here yet: see SegmentLoads.load. */
  #use(segment: Segment, waiter: LogWaiter = this.#owner): boolean {
    this.#used = true;
    if (segment === this.#recent && segment.loaded) return true;
    if (!segment.loaded && !this.#loads.load(segment, waiter)) return false;
    this.#recent = segment;
    this.#loaded.delete(segment);
    this.#loaded.add(segment);
    return true;
  }

  /** False if the segment cannot be read, undefined if it is not here yet. */
  #tryUse(segment: Segment, waiter: LogWaiter): boolean | undefined {
    try {
      return this.#use(segment, waiter) || undefined;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return false;
    }
  }

  /** The segment for the next message: the last one, unless that has come to its end. */
  #tailFor(now: number, limits: SegmentLimits): Segment {
    const last = this.#segments.tail;
    if (last !== undefined && !this.#ends(last, now, limits)) return last;
    const tail = this.#segments.startTail();
    this.#memory.grew(tail.footprint, this);
    this.#use(tail);
    return tail;
  }

  /** One that left memory goes on if it can be read again. */
  #ends(tail: Segment, now: number, limits: SegmentLimits): boolean {
    if (this.#extents.isEnough(tail, now, limits) && this.#segments.length < MOST_SEGMENTS_CUT_SHORT) return true;
    if (!tail.loaded && !this.#answersAtOnce) return true;
    return this.#tryUse(tail, this.#owner) !== true || !tail.open;
  }

  /**
   * Position of the first segment whose last message came at `moment` or after it; their number if there is none, NOT_YET if that is
   * not known yet.
   */
  #positionSince(moment: number, waiter: LogWaiter = this.#owner): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const newest = this.#newest(this.#segments.at(middle), waiter);
      if (newest === undefined) return NOT_YET;
      if (newest < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #newest(segment: Segment, waiter: LogWaiter = this.#owner): number | undefined {
    return this.#extents.newest(segment, (each) => this.#tryUse(each, waiter));
  }

  #hasFollower(segment: Segment): boolean {
    return segment.base + segment.count < this.#segments.next;
  }

  #isRemovable(segment: Segment): boolean {
    return this.#hasFollower(segment) && this.#writer?.hasCommitted(segment) !== false;
  }

  #remove(segment: Segment): void {
    for (const body of bodiesOf(segment, this.#bodies)) this.#bodies.release(body);
    for (const page of segment.livePages()) this.#writer!.settlePage(segment, page, page.live);
    this.#memory.shrank(segment.footprint);
    this.#extents.remove(segment);
    this.#loaded.delete(segment);
    if (this.#recent === segment) this.#recent = undefined;
    this.#segments.remove(segment);
  }
}
