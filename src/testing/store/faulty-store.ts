/**
 * What stands between a test broker and its store: as the store itself, but for a disk that is slow, or full, or damaged, or that the broker is torn from. What
 * is said while nothing can be written is kept, in its order, and said to the store when it can: to the broker its commits take that long.
 */
import type { Clock, Timer } from '../../util/clock.ts';
import type { Histogram } from '../../util/histogram.ts';
import type { RecoveredLog, RecoveredState, TopologyChange } from '../../store/stored-records.ts';
import { type Answer, type LogSource, type Store, StoreError } from '../../store/store.ts';

/** What the disk is like now. */
export interface DiskState {
  /** Why nothing can be written, as SQLite says it; undefined if something can. */
  readonly trouble: string | undefined;
  /** Milliseconds that a batch takes longer, asked as it begins; 0 is none. */
  delay(): number;
  /** Why one of these pages cannot be read; undefined if all can. */
  damageOf(pageIds: readonly number[]): string | undefined;
}

export class FaultyStore implements Store {
  /** What the store has outlives the broker, which is started again over it. */
  readonly durable = true;
  readonly #inner: Store;
  readonly #disk: DiskState;
  readonly #clock: Clock;
  readonly #troubleListeners: ((reason: string | undefined) => void)[] = [];
  /** All that may be asked for their part of a batch. */
  readonly #sources = new Set<LogSource>();
  // What is kept: it would be the next batch.
  #changes: TopologyChange[] = [];
  readonly #scheduled = new Map<LogSource, boolean>();
  #waiters: (() => void)[] = [];
  #timer: Timer | undefined;
  #cut = false;
  #closing = false;

  constructor(inner: Store, disk: DiskState, clock: Clock) {
    this.#inner = inner;
    this.#disk = disk;
    this.#clock = clock;
  }

  get answersAtOnce(): boolean {
    return this.#inner.answersAtOnce;
  }

  get batchBytes(): number {
    return this.#inner.batchBytes;
  }

  get commitDurations(): Histogram {
    return this.#inner.commitDurations;
  }

  recover(): RecoveredState {
    return this.#inner.recover();
  }

  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void {
    this.#inner.load(logIds, answer);
  }

  change(change: TopologyChange): void {
    if (this.#holds()) this.#changes.push(change);
    else this.#inner.change(change);
  }

  schedule(source: LogSource, urgent: boolean): void {
    this.#sources.add(source);
    if (this.#holds()) this.#scheduled.set(source, urgent || this.#scheduled.get(source) === true);
    else this.#inner.schedule(source, urgent);
  }

  unschedule(source: LogSource): void {
    this.#sources.delete(source);
    this.#scheduled.delete(source);
    this.#inner.unschedule(source);
  }

  afterCommit(callback: () => void): void {
    const nothingKept = this.#changes.length === 0 && this.#scheduled.size === 0;
    if (this.#cut || !nothingKept) this.#waiters.push(callback);
    else this.#inner.afterCommit(callback);
  }

  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    const damage = this.#disk.damageOf(pageIds);
    if (damage === undefined) this.#inner.readPages(pageIds, answer);
    else answer(new StoreError(damage));
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    this.#inner.readBody(bodyId, answer);
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    this.#inner.readSeen(queueId, answer);
  }

  onTrouble(listener: (reason: string | undefined) => void): void {
    this.#troubleListeners.push(listener);
    this.#inner.onTrouble(listener);
    if (this.#disk.trouble !== undefined) listener(this.#disk.trouble);
  }

  onFenced(listener: (reason: string) => void): void {
    this.#inner.onFenced(listener);
  }

  onFault(listener: (error: unknown) => void): void {
    this.#inner.onFault(listener);
  }

  setDiskShort(short: boolean): void {
    this.#inner.setDiskShort(short);
  }

  nextQueueId(): number {
    return this.#inner.nextQueueId();
  }

  nextPageId(): number {
    return this.#inner.nextPageId();
  }

  nextBodyId(): number {
    return this.#inner.nextBodyId();
  }

  /** What the disk has no room for is lost. */
  close(): Promise<void> {
    if (this.#disk.trouble !== undefined) this.cut();
    if (!this.#cut) this.#sayAll();
    this.#closing = true;
    return this.#inner.close();
  }

  /** The disk is full, or is no longer. */
  diskChanged(): void {
    const { trouble } = this.#disk;
    for (const listener of this.#troubleListeners) listener(trouble);
    if (trouble === undefined && !this.#cut) this.#sayAll();
  }

  /** Nothing more reaches the store: as if the process that says it were dead. */
  cut(): void {
    this.#cut = true;
    this.#timer?.cancel();
    for (const source of this.#sources) this.#inner.unschedule(source);
  }

  /** True if what is said now has to wait. */
  #holds(): boolean {
    if (this.#cut || this.#disk.trouble !== undefined || this.#timer !== undefined) return true;
    if (this.#closing) return false;
    const ms = this.#disk.delay();
    if (ms > 0) this.#timer = this.#clock.after(ms, () => this.#sayAll());
    return ms > 0;
  }

  #sayAll(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const [changes, scheduled, waiters] = [this.#changes, [...this.#scheduled], this.#waiters];
    this.#changes = [];
    this.#scheduled.clear();
    this.#waiters = [];
    for (const change of changes) this.#inner.change(change);
    for (const [source, urgent] of scheduled) this.#inner.schedule(source, urgent);
    for (const waiter of waiters) this.#inner.afterCommit(waiter);
  }
}
