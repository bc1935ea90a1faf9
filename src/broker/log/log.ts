/**
 * A queue's messages in the order they came: a log of segments. Messages are known by sequence numbers that never repeat.
 * What is to be stored goes to the LogWriter; what memory has no room for goes out of it, newest first, and comes back when
 * its turn comes.
 */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { Scratch } from '../../store/scratch.ts';
import type { BodyStore } from './body-store.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { Message } from '../message/message.ts';
import { evictedSegments, isReopenable } from './evicted-segments.ts';
import { evictSegments } from './eviction.ts';
import type { LogContext } from './log-context.ts';
import { LogWriter } from './log-writer.ts';
import { type LookedAt, lookForBytes, lookForDelivered, lookForWaiting } from './message-looks.ts';
import type { LogWaiter } from './log-waiter.ts';
import { type MessageLog, NONE, NOT_YET } from './message-log.ts';
import type { Segment } from './segment.ts';
import { SegmentLoads } from './segment-loads.ts';
import { bodiesOf, dropSegments } from './segment-bodies.ts';
import { SegmentList } from './segment-list.ts';
import type { ConfirmTracker, ConfirmTarget } from '../message/message-target.ts';

/** Of a queue that has one log. */
const ONLY_PRIORITY = { priority: 0, first: 0 };

export class QueueLog implements MessageLog {
  owner: LogWaiter | undefined;
  readonly #bodies: BodyStore;
  readonly #memory: MemoryBudget;
  readonly #segments: SegmentList;
  /** Undefined if nothing of the log outlives the process. */
  readonly #writer: LogWriter | undefined;
  /** No message below is ready. */
  #cursor = 0;
  #ready = 0;
  #unacked = 0;
  /** True if it was used since memory last asked for some. */
  #used = false;
  #loads: SegmentLoads | undefined;
  /** The store answers later. */
  readonly #isFar: boolean;

  /**
   * `queueId`: the queue's number in the store; undefined if it is not stored. `priority`: which of the queue's logs it is, `first`: number
   * of its first message.
   */
  constructor(context: LogContext, queueId: number | undefined, { priority, first } = ONLY_PRIORITY) {
    const { store, bodies, memory } = context;
    this.#bodies = bodies;
    this.#memory = memory;
    this.#isFar = !store.answersAtOnce;
    this.#segments = new SegmentList(memory.buffers, first);
    this.#cursor = first;
    const stored = queueId !== undefined && store.durable;
    this.#writer = stored ? new LogWriter(context, { queueId, priority }, this.#segments) : undefined;
  }

  get ready(): number {
    return this.#ready;
  }

  get unacked(): number {
    return this.#unacked;
  }

  get stores(): boolean {
    return this.#writer !== undefined;
  }

  get segments(): Iterable<Segment> {
    return this.#segments;
  }

  /** Sequence number of the next message. */
  get end(): number {
    return this.#segments.next;
  }

  recover(pages: readonly RecoveredPage[], delivered: number): void {
    const segments = evictedSegments(pages, this.#memory);
    let next = delivered;
    for (const segment of segments) {
      for (const body of bodiesOf(segment, this.#bodies)) this.#bodies.refer(body);
      this.#ready += segment.ready;
      next = Math.max(next, segment.base + segment.count);
    }
    this.#segments.recover(segments, next, true);
    this.#writer?.recover(delivered, next);
  }

  append(message: Message, stored: boolean, expiresAt = Infinity): number {
    this.#used = true;
    const open = this.#segments.tail;
    const tail = open?.open === true ? open : this.#startTail();
    const before = tail.footprint;
    const index = tail.append(message, stored, expiresAt);
    if (message.shared !== undefined) this.#bodies.refer(message.shared);
    if (stored) {
      this.#writer!.added(tail, index);
      if (message.sameBatchAsSettled) this.#writer!.writeNext();
    }
    if (tail.footprint !== before) this.#memory.grew(tail.footprint - before, this);
    this.#ready++;
    return this.#segments.takeNumber();
  }

  confirm(seq: number, target: ConfirmTarget, number: number): void {
    this.#writer!.confirm(seq, target, number);
  }

  confirmAll(tracker: ConfirmTracker, number: number): void {
    this.#writer?.confirmAll(tracker, number);
  }

  writeNext(): void {
    this.#writer!.writeNext();
  }

  flush(urgent: boolean): void {
    this.#writer!.flush(urgent);
  }

  peek(): number {
    if (this.#ready === 0) return NONE;
    for (let i = this.#segments.position(this.#cursor); ; i++) {
      const segment = this.#segments.at(i);
      if (segment.ready === 0) continue;
      if (!this.#ensureLoaded(segment)) return NOT_YET;
      const index = segment.nextReady(Math.max(0, this.#cursor - segment.base));
      if (index < 0) continue;
      if (this.#isFar && index * 2 >= segment.count) this.#ensureLoads().loadAhead(this.#segments.at(i + 1));
      return (this.#cursor = segment.base + index);
    }
  }

  scan(from: number, visit: (seq: number, expiresAt: number) => void, waiter: LogWaiter): number {
    for (let i = this.#segments.position(from); i < this.#segments.length; i++) {
      const segment = this.#segments.at(i);
      const end = segment.base + segment.count;
      if (end <= from || segment.settled) continue;
      if (!this.#ensureLoaded(segment, waiter)) return NOT_YET;
      const first = Math.max(0, from - segment.base);
      for (let index = segment.nextKept(first); index >= 0; index = segment.nextKept(index + 1)) {
        visit(segment.base + index, segment.expiresAt(index));
      }
      return end;
    }
    return NONE;
  }

  /** True if a message is in memory. */
  holds(seq: number): boolean {
    return this.#segments.find(seq).loaded;
  }

  fetch(seq: number, waiter: LogWaiter): boolean {
    const segment = this.#segmentOf(seq);
    return segment === undefined || this.#ensureLoaded(segment, waiter);
  }

  /** True if a message is on disk, or is not to be. */
  isSafe(seq: number): boolean {
    const segment = this.#segments.find(seq);
    return this.#writer === undefined || !segment.isStored(seq - segment.base) || this.#writer.hasWritten(seq);
  }

  take(seq: number): void {
    const segment = this.#segments.find(seq);
    const index = seq - segment.base;
    segment.take(index);
    if (this.#isFar) this.#loads?.had(segment);
    this.#ready--;
    this.#unacked++;
    if (seq === this.#cursor) this.#cursor++;
    if (segment.isStored(index)) this.#writer!.noteDelivered(seq, index < segment.flushed);
  }

  /** Without a waiter a body that takes its time is not read. */
  view(seq: number, message: Message, waiter: LogWaiter | undefined): boolean {
    const segment = this.#segments.find(seq);
    const index = seq - segment.base;
    segment.view(index, message);
    const body = segment.bodies?.get(index);
    return body === undefined || this.#bodies.attach(message, body, waiter);
  }

  viewMoving(seq: number, message: Message): void {
    this.view(seq, message, undefined);
  }

  viewProperties(seq: number, message: Message): void {
    const segment = this.#segments.find(seq);
    segment.view(seq - segment.base, message);
  }

  isReady(seq: number): boolean {
    const segment = this.#segmentOf(seq);
    return segment?.isReady(seq - segment.base) === true;
  }

  redelivered(seq: number): boolean {
    const segment = this.#segments.find(seq);
    return segment.redelivered(seq - segment.base);
  }

  deliveries(seq: number): number {
    const segment = this.#segments.find(seq);
    return segment.deliveries(seq - segment.base);
  }

  redeliver(seq: number, by: 1 | -1 = 1): void {
    const segment = this.#segments.find(seq);
    const index = seq - segment.base;
    segment.redeliver(index, this.#memory, by);
    if (segment.isStored(index)) this.#writer!.redelivered(segment, index);
  }

  wait(seq: number, due: number): void {
    const segment = this.#segments.find(seq);
    const index = seq - segment.base;
    segment.wait(index, due, this.#memory);
    if (segment.isStored(index)) this.#writer!.redelivered(segment, index);
  }

  recoverWaiting(isMeant: (due: number) => boolean, visit: (seq: number, due: number) => void): void {
    lookForWaiting(this.#lookedAt, isMeant, (seq, due) => {
      this.take(seq);
      visit(seq, due);
    });
  }

  deliveredOften(deliveries: number, visit: (seq: number) => void): void {
    lookForDelivered(this.#lookedAt, this.#writer?.delivered ?? Infinity, deliveries, visit);
  }

  expiresAt(seq: number): number {
    const segment = this.#segments.find(seq);
    return segment.expiresAt(seq - segment.base);
  }

  bodySize(seq: number): number {
    const segment = this.#segments.find(seq);
    return segment.bodySize(seq - segment.base);
  }

  countReadyBytes(add: (bytes: number) => void): void {
    lookForBytes(this.#lookedAt, add);
  }

  settle(seq: number, replaced = false): void {
    const segment = this.#segments.find(seq);
    const index = seq - segment.base;
    if (this.#isFar) this.#loads?.had(segment);
    if (segment.isReady(index)) this.#ready--;
    else this.#unacked--;
    const body = segment.settle(index);
    if (segment.isStored(index)) this.#writer!.settled(segment, index, replaced);
    if (body !== undefined) this.#bodies.release(body);
    if (segment.settled) this.#remove(segment);
  }

  move(seq: number, take: (message: Message) => void): void {
    const view = new Message();
    this.viewMoving(seq, view);
    const message = view.replacement();
    const body = message.shared;
    // On its way no log refers to it.
    if (body !== undefined) this.#bodies.refer(body);
    try {
      this.settle(seq, true);
      take(message);
    } finally {
      if (body !== undefined) this.#bodies.release(body);
    }
  }

  requeue(seq: number): void {
    const segment = this.#segments.find(seq);
    segment.requeue(seq - segment.base);
    this.#unacked--;
    this.#ready++;
    if (seq < this.#cursor) this.#cursor = seq;
  }

  purge(): number {
    const purged = this.#ready;
    this.#loads?.stopLooking();
    for (const segment of [...this.#segments]) {
      if (!segment.loaded && segment.isInScratch) this.#ensureLoaded(segment);
      if (!segment.loaded) this.#settleEvicted(segment);
      for (let index = segment.nextReady(0); index >= 0; index = segment.nextReady(index + 1)) {
        this.settle(segment.base + index);
      }
    }
    return purged;
  }

  drop(): void {
    this.#memory.forget(this);
    this.#loads?.drop();
    dropSegments(this.#segments, this.#bodies, this.#memory);
    this.#writer?.drop();
  }

  // Evictable

  evict(scratch: Scratch | undefined): boolean {
    const next = this.#used ? this.#cursor : undefined;
    this.#used = false;
    const held = evictSegments(scratch, next, {
      segments: this.#segments,
      writer: this.#writer,
      memory: this.#memory,
      isFar: this.#isFar,
      holds: (segment) => this.#loads?.holds(segment) === true,
      tryLoad: (segment) => this.#ensureLoads().tryLoad(segment),
    });
    this.#writer?.rest();
    return held > 0;
  }

  /** The segment with a number; undefined if there is none. */
  #segmentOf(seq: number): Segment | undefined {
    if (this.#segments.length === 0) return undefined;
    const segment = this.#segments.at(this.#segments.position(seq));
    return seq >= segment.base && seq < segment.base + segment.count ? segment : undefined;
  }

  #ensureLoaded(segment: Segment, waiter = this.owner): boolean {
    this.#used = true;
    return segment.loaded || this.#ensureLoads().load(segment, waiter);
  }

  get #lookedAt(): LookedAt {
    return { segments: this.#segments, loads: () => this.#ensureLoads() };
  }

  #ensureLoads(): SegmentLoads {
    const [bodies, memory, writer] = [this.#bodies, this.#memory, this.#writer];
    return (this.#loads ??= new SegmentLoads({ bodies, memory, writer, holder: this, owner: () => this.owner }));
  }

  #settleEvicted(segment: Segment): void {
    if (segment.footprint === 0) for (const body of bodiesOf(segment, this.#bodies)) this.#bodies.release(body);
    this.#ready -= segment.evicted;
    segment.settleEvicted((page, count) => this.#writer!.settlePage(segment, page, count));
    if (segment.settled) this.#remove(segment);
  }

  /** The segment for the next message, if none is open. */
  #startTail(): Segment {
    const old = this.#segments.tail;
    if (old !== undefined && isReopenable(old)) {
      old.reopen(this.#memory.buffers);
      return old;
    }
    if (old?.settled === true) this.#memory.shrank(old.footprint);
    const tail = this.#segments.startTail();
    this.#memory.grew(tail.footprint, this);
    return tail;
  }

  #remove(segment: Segment): void {
    const { footprint } = segment;
    this.#segments.remove(segment);
    this.#memory.shrank(footprint - segment.footprint);
  }
}
