/**
 * A queue's messages in the order they came: a log of segments. Messages are known by sequence numbers that never repeat.
 * It decides what is written: messages to be stored that were not settled before their flush.
 */
import type { Batch } from '../../store/batch.ts';
import type { RecoveredPage } from '../../store/records.ts';
import type { LogSource, Store } from '../../store/store.ts';
import { Deque } from '../../util/deque.ts';
import type { Bodies } from '../bodies.ts';
import type { Message } from '../message.ts';
import { flushSegment } from './flush.ts';
import { Page } from './page.ts';
import { Segment } from './segment.ts';
import { type ConfirmTarget, WaitingConfirms } from './waiting-confirms.ts';

/** Where a log is kept. */
export interface LogPlace {
  readonly store: Store;
  readonly queueId: number;
}

interface DirtyPage {
  readonly segment: Segment;
  readonly page: Page;
}

export class QueueLog implements LogSource {
  /** Undefined where nothing of the log outlives the process. */
  readonly #store: Store | undefined;
  readonly #queueId: number;
  readonly #bodies: Bodies;
  readonly #segments = new Deque<Segment>();
  /** Where messages are added: always the last of the segments. */
  #tail: Segment;
  /** The segment used last: calls come in runs. */
  #recent: Segment;
  #next = 0;
  /** No message below is ready. */
  #cursor = 0;
  #ready = 0;
  #unacked = 0;

  readonly #waiting = new WaitingConfirms();
  /** Messages below were in the last batch, or needed none. */
  #collected = 0;
  readonly #dirty: DirtyPage[] = [];
  /** Stored messages below may have been delivered; the store knows of those below `#storedDelivered`. */
  #delivered = 0;
  #storedDelivered = 0;

  constructor(place: LogPlace | undefined, bodies: Bodies) {
    this.#store = place?.store;
    this.#queueId = place?.queueId ?? 0;
    this.#bodies = bodies;
    this.#tail = this.#recent = new Segment(0);
    this.#segments.push(this.#tail);
  }

  /** Messages that wait for a consumer. */
  get ready(): number {
    return this.#ready;
  }

  /** Messages that were delivered and wait for their acknowledgement. */
  get unacked(): number {
    return this.#unacked;
  }

  /** True where persistent messages are written. */
  get stores(): boolean {
    return this.#store !== undefined;
  }

  /** Takes in what the store has of this log. Called once, before anything else. */
  recover(pages: readonly RecoveredPage[], delivered: number): void {
    this.#delivered = this.#storedDelivered = this.#next = delivered;
    this.#segments.clear();
    for (let i = 0; i < pages.length;) {
      const base = pages[i].base;
      const own: Page[] = [];
      for (; i < pages.length && pages[i].base === base; i++) {
        const { id, first, last, count, settled, bodies } = pages[i];
        own.push(new Page(id, first - base, last - base, count, { settled, bodies }));
      }
      const segment = Segment.cold(base, own.at(-1)!.last + 1, own);
      this.#countBodies(segment);
      this.#ready += segment.ready;
      this.#next = Math.max(this.#next, base + segment.count);
      this.#segments.push(segment);
    }
    this.#collected = this.#next;
    this.#tail = this.#recent = new Segment(this.#next);
    this.#segments.push(this.#tail);
  }

  /** Adds a message as ready and returns its sequence number. `stored`: it belongs on disk, with the next batch. */
  append(message: Message, stored: boolean): number {
    if (this.#tail.full) this.#startTail();
    this.#tail.append(message, stored);
    this.#ready++;
    return this.#next++;
  }

  /** Has `target` told once a message is on disk, or settled before that. Called in the order of sequence numbers. */
  confirm(seq: number, target: ConfirmTarget, number: number): void {
    this.#waiting.push(seq, target, number);
  }

  /** Has what changed written. `urgent`: a publisher waits for it. */
  flush(urgent: boolean): void {
    this.#store?.schedule(this, urgent);
  }

  /** Sequence number of the first ready message, -1 where there is none. */
  peek(): number {
    if (this.#ready === 0) return -1;
    for (let i = this.#position(this.#cursor); ; i++) {
      const segment = this.#segments.at(i);
      if (segment.ready === 0) continue;
      if (!segment.hot) this.#load(segment);
      const index = segment.nextReady(Math.max(0, this.#cursor - segment.base));
      if (index < 0) continue;
      this.#recent = segment;
      return (this.#cursor = segment.base + index);
    }
  }

  /** Marks a ready message as delivered and not yet acknowledged. */
  take(seq: number): void {
    const segment = this.#segmentOf(seq);
    const index = seq - segment.base;
    segment.take(index);
    this.#ready--;
    this.#unacked++;
    if (seq === this.#cursor) this.#cursor++;
    if (seq >= this.#delivered && segment.isStored(index)) {
      this.#delivered = seq + 1;
      if (index < segment.flushed) this.flush(false);
    }
  }

  view(seq: number, message: Message): void {
    const segment = this.#segmentOf(seq);
    const index = seq - segment.base;
    segment.view(index, message);
    const body = segment.bodies?.get(index);
    if (body !== undefined) this.#bodies.attach(message, body);
  }

  redelivered(seq: number): boolean {
    const segment = this.#segmentOf(seq);
    return segment.redelivered(seq - segment.base);
  }

  /** Removes a message for good, ready or unacked. */
  settle(seq: number): void {
    const segment = this.#segmentOf(seq);
    const index = seq - segment.base;
    if (segment.isReady(index)) this.#ready--;
    else this.#unacked--;
    segment.settle(index);
    if (segment.isStored(index)) this.#settleStored(segment, index, seq);
    const body = segment.bodies?.get(index);
    if (body !== undefined) {
      segment.bodies!.delete(index);
      this.#bodies.release(body);
    }
    if (segment.settled) this.#remove(segment);
  }

  /** Puts a delivered message back to its own place. */
  requeue(seq: number): void {
    const segment = this.#segmentOf(seq);
    segment.requeue(seq - segment.base);
    this.#unacked--;
    this.#ready++;
    if (seq < this.#cursor) this.#cursor = seq;
  }

  /** Removes all ready messages and returns their number. */
  purge(): number {
    const purged = this.#ready;
    for (const segment of [...this.#segments]) {
      if (segment.hot) {
        for (let index = segment.nextReady(0); index >= 0; index = segment.nextReady(index + 1)) {
          this.settle(segment.base + index);
        }
      } else {
        this.#settleCold(segment);
      }
    }
    return purged;
  }

  /** The queue is deleted: whoever waits for a confirm gets it, and the bodies lose their references. */
  drop(): void {
    this.#store?.unschedule(this);
    for (const segment of this.#segments) this.#releaseBodies(segment);
    this.#segments.clear();
    this.#waiting.confirmBelow(Infinity);
  }

  collect(batch: Batch): void {
    for (const { segment, page } of this.#dirty) {
      page.dirty = false;
      if (page.live === 0) batch.dropPage(page.id);
      else
        batch.settle(
          page.id,
          page.bitmap((index) => segment.isSettled(index)),
        );
    }
    this.#dirty.length = 0;
    this.#flushNew(batch);
    if (this.#delivered > this.#storedDelivered) {
      batch.delivered(this.#queueId, this.#delivered);
      this.#storedDelivered = this.#delivered;
    }
    this.#collected = this.#next;
  }

  committed(): void {
    this.#waiting.confirmBelow(this.#collected);
  }

  #flushNew(batch: Batch): void {
    let i = this.#segments.length;
    while (i > 0 && this.#segments.at(i - 1).flushed < this.#segments.at(i - 1).count) i--;
    for (; i < this.#segments.length; i++) {
      flushSegment(this.#segments.at(i), this.#queueId, () => this.#store!.nextPageId(), this.#bodies, batch);
    }
  }

  #settleStored(segment: Segment, index: number, seq: number): void {
    if (index < segment.flushed) this.#touch(segment, segment.pageOf(index)!, 1);
    if (this.#waiting.length > 0) this.#waiting.confirm(seq);
  }

  /** `settled` more records of the page are gone, which the next batch is to write. */
  #touch(segment: Segment, page: Page, settled: number): void {
    page.live -= settled;
    if (page.dirty) return;
    page.dirty = true;
    this.#dirty.push({ segment, page });
    this.flush(false);
  }

  #settleCold(segment: Segment): void {
    this.#releaseBodies(segment);
    for (const page of segment.livePages()) this.#touch(segment, page, page.live);
    this.#ready -= segment.ready;
    segment.ready = 0;
    this.#remove(segment);
  }

  #load(segment: Segment): void {
    const pages = segment.livePages();
    const data = this.#store!.readPages(pages.map((page) => page.id));
    segment.load(data, this.#delivered - segment.base, (id) => this.#bodies.find(id)!);
  }

  /** Removes a segment in which nothing is left; the tail stays until the next one starts. */
  #remove(segment: Segment): void {
    if (segment === this.#tail) return;
    if (this.#segments.first === segment) this.#segments.shift();
    else this.#segments.removeAt(this.#position(segment.base));
    if (this.#recent === segment) this.#recent = this.#tail;
  }

  #startTail(): void {
    const full = this.#tail;
    this.#tail = new Segment(this.#next, full);
    this.#segments.push(this.#tail);
    if (full.settled) this.#remove(full);
  }

  #segmentOf(seq: number): Segment {
    const recent = this.#recent;
    if (seq >= recent.base && seq < recent.base + recent.count) return recent;
    return (this.#recent = this.#segments.at(this.#position(seq)));
  }

  /** Position of the last segment that begins at or before `seq`, or of the first where none does. */
  #position(seq: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#segments.at(middle).base <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #countBodies(segment: Segment): void {
    for (const body of this.#bodiesOf(segment)) body.references++;
  }

  #releaseBodies(segment: Segment): void {
    for (const body of this.#bodiesOf(segment)) this.#bodies.release(body);
    segment.bodies = undefined;
  }

  *#bodiesOf(segment: Segment): IterableIterator<NonNullable<ReturnType<Bodies['find']>>> {
    if (segment.hot) {
      if (segment.bodies !== undefined) yield* segment.bodies.values();
      return;
    }
    for (const page of segment.livePages()) {
      for (let i = 0; i < (page.bodies?.length ?? 0); i += 2) {
        if (page.wasSettled(page.bodies![i])) continue;
        const body = this.#bodies.find(page.bodies![i + 1]);
        if (body !== undefined) yield body;
      }
    }
  }
}
