/**
 * Brings segments of a log back into memory: from the scratch file at once, and from the store in the same call or later, as that answers.
 * A look is for what has to see messages before anybody else does: it has its turn when their segment comes into memory, whoever asked for
 * that.
 */
import { ask } from '../../store/ask.ts';
import { StoreError } from '../../store/store.ts';
import { letGo } from '../../util/bytes.ts';
import type { BodyStore } from './body-store.ts';
import type { LogPage } from './log-page.ts';
import { HeldForWaiters } from './held-for-waiters.ts';
import { isReadFailure } from './log-reader.ts';
import type { LogWriter } from './log-writer.ts';
import type { Evictable, MemoryBudget } from './memory-budget.ts';
import type { LogWaiter } from './log-waiter.ts';
import type { Segment } from './segment.ts';

/** The log, as its segments come back to it. */
export interface LoadingLog {
  readonly bodies: BodyStore;
  readonly memory: MemoryBudget;
  /** Undefined if nothing of the log outlives the process. */
  readonly writer: LogWriter | undefined;
  /** Whose memory it is. */
  readonly holder: Evictable;
  /** Who takes its messages; undefined if nobody does yet. */
  readonly owner: () => LogWaiter | undefined;
  /** Told of a segment that came later. */
  readonly came?: (segment: Segment) => void;
}

/** Sees the messages of a segment whose index is at least `from` and below `end`. */
export type Visit = (segment: Segment, from: number, end: number) => void;

interface Look {
  readonly visit: Visit;
  /** Segments that it has not seen yet, or not all of. */
  readonly left: Set<Segment>;
}

export class SegmentLoads {
  readonly #log: LoadingLog;
  /** What the store was asked for and has not answered, and who waits for it: nobody does for what was asked for ahead. */
  readonly #asked = new Map<Segment, Set<LogWaiter>>();
  readonly #held: HeldForWaiters<Segment>;
  #looks: Look[] = [];
  /** What could not be read the last time. */
  #unreadable: WeakSet<Segment> | undefined;
  /** What could not be read, while those who wait are told so: who asks for it in that call hears the same. */
  #failure: { readonly segment: Segment; readonly reason: StoreError } | undefined;

  constructor(log: LoadingLog) {
    this.#log = log;
    this.#held = new HeldForWaiters(log.memory.clock);
  }

  /** True if a segment was read for somebody whose turn may be to come: it is to stay. */
  holds(segment: Segment): boolean {
    return this.#held.has(segment);
  }

  /** Somebody took a message of it. */
  had(segment: Segment): void {
    this.#held.delete(segment);
  }

  /**
   * Has a segment in memory. Returns false if it is not here yet: `waiter`, if there is one, is told when it is, or that it cannot be read.
   * Throws StoreError, or the system's error of the scratch file, if that is known at once.
   */
  load(segment: Segment, waiter: LogWaiter | undefined): boolean {
    const asked = this.#asked.get(segment);
    if (asked !== undefined) {
      if (waiter !== undefined) asked.add(waiter);
      return false;
    }
    if (this.#failure?.segment === segment) throw this.#failure.reason;
    const { memory, writer } = this.#log;
    if (segment.isInScratch) {
      this.#take(segment, () => segment.loadFrom(memory.scratch!, memory.buffers));
      return true;
    }
    const pages = segment.evictedPages();
    const data = ask<Buffer<ArrayBuffer>[]>(
      (answer) => writer!.readPages(pages, answer),
      (answer) => this.#answered(segment, pages, answer),
    );
    if (data === undefined) {
      this.#asked.set(segment, new Set(waiter && [waiter]));
      return false;
    }
    this.#fill(segment, data);
    return true;
  }

  /**
   * The same for who needs none of its messages, but would have them elsewhere. What could not be read stays as it is, until somebody needs it: the
   * log's owner is told once.
   */
  tryLoad(segment: Segment): boolean {
    if (this.#unreadable?.has(segment) === true) return false;
    const owner = this.#log.owner();
    try {
      return this.load(segment, owner);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.#noteUnreadable(segment);
      owner?.unreadable(error);
      return false;
    }
  }

  /** Asks for a segment that will be wanted soon, if there is one. Whether it can be read is told when it is wanted. */
  loadAhead(segment: Segment | undefined): void {
    if (segment === undefined || segment.loaded || segment.ready === 0 || this.#asked.has(segment)) return;
    this.load(segment, undefined);
  }

  /** Shows `visit` all messages of these segments, of each when it is in memory. Throws as `load` does. */
  look(segments: readonly Segment[], visit: Visit): void {
    const look = { visit, left: new Set(segments) };
    for (const segment of segments) visit(segment, segment.firstLoaded, segment.count);
    this.#looks.push(look);
    try {
      this.#advance(look);
    } catch (error) {
      this.#end(look);
      throw error;
    }
  }

  /** What was not in memory is gone, or of no interest: nothing is looked for any more. */
  stopLooking(): void {
    this.#looks = [];
  }

  /** The log is gone, with what others than its owner wait for: that is no secret to them. Whatever the store answers, nobody is told. */
  drop(): void {
    this.stopLooking();
    const waiting = [...this.#asked.values()];
    this.#asked.clear();
    const owner = this.#log.owner();
    for (const waiters of waiting) for (const waiter of waiters) if (waiter !== owner) waiter.loaded();
  }

  #answered(segment: Segment, asked: readonly LogPage[], answer: Buffer<ArrayBuffer>[] | StoreError): void {
    const waiters = this.#asked.get(segment);
    if (waiters === undefined) return;
    this.#asked.delete(segment);
    const owner = this.#log.owner();
    if (owner !== undefined && this.#looks.some(({ left }) => left.has(segment))) waiters.add(owner);
    // It may have been purged meanwhile: then nobody wants this answer, and who wants other messages of it asks again.
    const isWanted = isSame(asked, segment.evictedPages());
    if (answer instanceof StoreError) {
      if (isWanted) this.#failed(segment, answer, waiters);
      else for (const waiter of waiters) waiter.loaded();
      return;
    }
    if (isWanted) {
      this.#fill(segment, answer);
      if (waiters.size > 0) this.#held.add(segment);
      this.#log.came?.(segment);
    } else answer.forEach(letGo);
    for (const look of [...this.#looks]) this.#tryOn(look);
    for (const waiter of waiters) waiter.loaded();
  }

  #failed(segment: Segment, reason: StoreError, waiters: ReadonlySet<LogWaiter>): void {
    const looks = this.#looks.filter(({ left }) => !left.has(segment));
    const isLacking = looks.length < this.#looks.length;
    this.#looks = looks;
    this.#noteUnreadable(segment);
    this.#failure = { segment, reason };
    try {
      for (const waiter of waiters) waiter.unreadable(reason, isLacking);
    } finally {
      this.#failure = undefined;
    }
  }

  #noteUnreadable(segment: Segment): void {
    (this.#unreadable ??= new WeakSet()).add(segment);
  }

  #fill(segment: Segment, data: readonly Buffer<ArrayBuffer>[]): void {
    const { bodies, memory, writer } = this.#log;
    this.#take(segment, () => {
      segment.load(data, writer!.delivered - segment.base, (id) => bodies.find(id), memory.buffers);
    });
  }

  #take(segment: Segment, load: () => void): void {
    const { memory, holder } = this.#log;
    const [before, end] = [segment.footprint, segment.firstLoaded];
    load();
    this.#unreadable?.delete(segment);
    memory.grew(segment.footprint - before, holder);
    for (const { left, visit } of this.#looks) if (left.delete(segment)) visit(segment, 0, end);
  }

  /** Reads what the look is still to see, one segment after the other. */
  #advance(look: Look): void {
    for (const segment of look.left) {
      if (segment.loaded) look.left.delete(segment);
      else if (!this.load(segment, this.#log.owner())) return;
    }
    this.#end(look);
  }

  #tryOn(look: Look): void {
    try {
      this.#advance(look);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.#end(look);
      this.#log.owner()?.unreadable(error, true);
    }
  }

  #end(look: Look): void {
    this.#looks = this.#looks.filter((other) => other !== look);
  }
}

function isSame(some: readonly LogPage[], others: readonly LogPage[]): boolean {
  return some.length === others.length && some.every((page, i) => page === others[i]);
}
