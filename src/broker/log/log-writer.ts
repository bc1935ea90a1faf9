/**
 * What a log has the store write: new messages as pages, what was settled of them or delivered again, how far was delivered. And
 * who waits for that: publishers, for their confirms.
 */
import type { Batch } from '../../store/batch.ts';
import { type Answer, type LogSource, StoreError } from '../../store/store.ts';
import { flushSegment, type RecordsWriter } from './flush.ts';
import type { LogContext } from './log-context.ts';
import type { LogPage } from './log-page.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { ConfirmTracker, ConfirmTarget } from '../message/message-target.ts';
import type { WaitingConfirms } from './waiting-confirms.ts';

interface DirtyPage {
  readonly segment: Segment;
  readonly page: LogPage;
}

/** Of a log of which no page changed yet. Nothing is ever added to it. */
const NO_PAGES: DirtyPage[] = [];

export class LogWriter implements LogSource<number>, RecordsWriter {
  readonly #context: LogContext;
  readonly #queueId: number;
  readonly #priority: number;
  readonly #segments: SegmentList;
  readonly #onCommitted: (() => void) | undefined;
  /** Undefined while no publisher waits; a large one is kept until the log rests. */
  #waiting: WaitingConfirms | undefined;
  #dirty = NO_PAGES;
  /** What the store was asked for already: nothing, to write some time, to write soon. */
  #asked: 'nothing' | 'lazy' | 'urgent' = 'nothing';
  /** The next batch takes all there is, however large that makes it. */
  #takesAll = false;
  /** Bytes that the next batches are to write. */
  #unwritten = 0;
  /** Messages below are committed, or needed no writing. */
  #committed = 0;
  /** Stored messages below may have been delivered; the store knows of those below `#storedDelivered`. */
  #delivered = 0;
  #storedDelivered = 0;
  /** A message could not be stored: told when the others are. */
  #failure: StoreError | undefined;

  /** `priority`: which of its queue's logs it is. `onCommitted`: called after each batch of the log, when `committedBelow` may have risen. */
  constructor(
    context: LogContext,
    { queueId, priority }: { readonly queueId: number; readonly priority: number },
    segments: SegmentList,
    onCommitted?: () => void,
  ) {
    this.#context = context;
    this.#queueId = queueId;
    this.#priority = priority;
    this.#segments = segments;
    this.#onCommitted = onCommitted;
  }

  /** See Batch.delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  /** All below `next` is in the store. */
  recover(delivered: number, next: number): void {
    this.#delivered = this.#storedDelivered = delivered;
    this.#committed = next;
  }

  /** A message to be stored was added. */
  added(segment: Segment, index: number): void {
    const bytes = segment.storedBytes(index);
    this.#unwritten += bytes;
    this.#context.backlog.add(bytes);
  }

  /** Has the next batch take all messages there are, however large that makes it. */
  writeNext(): void {
    this.#takesAll = true;
  }

  /** Has what changed written. `urgent`: a publisher waits for it. */
  flush(urgent: boolean): void {
    if (this.#asked === 'urgent' || (this.#asked === 'lazy' && !urgent)) return;
    this.#asked = urgent ? 'urgent' : 'lazy';
    this.#context.store.schedule(this, urgent);
  }

  /** Has `target` told once a message is on disk, or settled before that: see MessageLog.settle. Called in the order of sequence numbers. */
  confirm(seq: number, target: ConfirmTarget, number: number): void {
    this.#waiting ??= this.#context.spareConfirms.take();
    this.#waiting.push(seq, target, number);
  }

  /** Has `tracker` told once all that was added until now is on disk. */
  confirmAll(tracker: ConfirmTracker, number: number): void {
    if (this.#committed === this.#segments.next) return;
    tracker.wait(number);
    // Behind the last message and before the next: the end of neither of them is an answer.
    this.confirm(this.#segments.next - 0.5, tracker, number);
    this.flush(true);
  }

  /** A stored message was delivered for the first time. */
  noteDelivered(seq: number, flushed: boolean): void {
    if (seq < this.#delivered) return;
    this.#delivered = seq + 1;
    if (flushed) this.flush(false);
  }

  /** A stored message was settled. `replaced`: see MessageLog.settle. */
  settled(segment: Segment, index: number, replaced: boolean): void {
    if (index < segment.flushed) this.settlePage(segment, segment.pageOf(index)!, 1);
    else this.#written(segment.storedBytes(index));
    if (this.#waiting === undefined || this.#waiting.length === 0) return;
    if (replaced) this.flush(true);
    else this.#waiting.confirm(segment.base + index);
  }

  /** `count` more records of the page are settled. */
  settlePage(segment: Segment, page: LogPage, count: number): void {
    page.settle(count);
    this.#changed(segment, page);
  }

  /** A stored message was delivered again, or waits: see Segment.redeliveries. What is not in a page yet goes with its page. */
  redelivered(segment: Segment, index: number): void {
    if (index >= segment.flushed) return;
    const page = segment.pageOf(index)!;
    page.redeliver();
    this.#changed(segment, page);
  }

  /** Messages below this number are committed, those of them that were to be stored. */
  get committedBelow(): number {
    return this.#committed;
  }

  /** True if all of the segment is committed. */
  hasCommitted(segment: Segment): boolean {
    return this.hasWritten(segment.base + segment.count - 1);
  }

  /** True if a message, and all before it, are committed. */
  hasWritten(seq: number): boolean {
    return seq < this.#committed;
  }

  /** The log is not used much: what is only used while it is goes. */
  rest(): void {
    if (this.#waiting?.length === 0) this.#waiting = undefined;
  }

  readPages(pages: readonly LogPage[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    this.#context.store.readPages(
      pages.map(({ id }) => id),
      answer,
    );
  }

  /** The queue is deleted: whoever waits for a confirm gets it. */
  drop(): void {
    this.#context.store.unschedule(this);
    this.#written(this.#unwritten);
    this.#waiting?.confirmBelow(Infinity);
  }

  /** Returns the number of the message that the next batch begins with. */
  collect(batch: Batch): number {
    this.#asked = 'nothing';
    for (const { segment, page } of this.#dirty) writeChanges(segment, page, batch);
    if (this.#dirty.length > 0) this.#dirty.length = 0;
    const next = this.#writeNew(batch, this.#takesAll ? Infinity : this.#context.store.batchBytes);
    this.#takesAll = false;
    if (this.#delivered > this.#storedDelivered) {
      batch.delivered(this.#queueId, this.#priority, this.#delivered);
      this.#storedDelivered = this.#delivered;
    }
    return next;
  }

  /** It stays as one that is not to be stored, until it is delivered, or cannot be. */
  cannotStore(segment: Segment, index: number, reason: Error): void {
    segment.unstore(index);
    this.#waiting?.refuse(segment.base + index);
    this.#failure ??= new StoreError(`A message of queue ${this.#queueId} cannot be stored: ${reason.message}`);
  }

  committed(below: number): void {
    this.#committed = below;
    this.#confirmCommitted();
    this.#onCommitted?.();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #confirmCommitted(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.confirmBelow(this.#committed);
    if (waiting.length > 0 || !waiting.small) return;
    this.#waiting = undefined;
    this.#context.spareConfirms.give(waiting);
  }

  #changed(segment: Segment, page: LogPage): void {
    if (!page.markDirty()) return;
    if (this.#dirty === NO_PAGES) this.#dirty = [];
    this.#dirty.push({ segment, page });
    this.flush(false);
  }

  /**
   * Segments that are not flushed to their end are the last ones. What the batch has no room for, as it has so many bytes, goes into the next:
   * returns the number of the first such message.
   */
  #writeNew(batch: Batch, bytes: number): number {
    const segments = this.#segments;
    let i = segments.length;
    while (i > 0 && segments.at(i - 1).flushed < segments.at(i - 1).count) i--;
    for (; i < segments.length; i++) {
      const segment = segments.at(i);
      while (segment.flushed < segment.count && batch.bytes < bytes) this.#writeSegment(segment, batch, bytes);
      if (segment.flushed === segment.count) continue;
      this.flush(true);
      return segment.base + segment.flushed;
    }
    return segments.next;
  }

  #writeSegment(segment: Segment, batch: Batch, batchBytes: number): void {
    const { store, bodies } = this.#context;
    const room = batchBytes - batch.bytes;
    this.#written(flushSegment(segment, room, { queueId: this.#queueId, store, bodies, batch, writer: this }));
  }

  #written(bytes: number): void {
    this.#unwritten -= bytes;
    this.#context.backlog.remove(bytes);
  }
}

function writeChanges(segment: Segment, page: LogPage, batch: Batch): void {
  const redelivered = page.clean();
  if (page.live === 0) {
    batch.dropPage(page.id);
    return;
  }
  const isSettled = (index: number): boolean => segment.isSettled(index);
  if (page.live < page.count) batch.settle(page.id, page.bitmap(isSettled));
  if (redelivered) segment.redeliveries?.write(page, batch);
}
