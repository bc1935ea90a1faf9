/** What a store is whatever its engine: when batches are made, numbers that are given out, who is told of trouble, and how it ends. */
import type { Clock } from '../../util/clock.ts';
import { type Fault, guardedClock } from '../../util/guard.ts';
import type { Histogram } from '../../util/histogram.ts';
import { systemClock } from '../../util/system.ts';
import { GroupCommit } from '../group-commit.ts';
import type { RecoveredLog, RecoveredState, TopologyChange } from '../stored-records.ts';
import { type Answer, type LogSource, type ResealingProgress, type Store, StoreError } from '../store.ts';
import { BatchBuffer, type BatchMemory } from './batch-buffer.ts';
import type { WrittenBatch } from './batch-rows.ts';
import { CommitTrouble, type StoreLog } from './commit-trouble.ts';
import { CLOSE_MS, lastCommit } from './last-commit.ts';
import { type Counters, StoredIds } from './stored-ids.ts';
import { type StoreContents, UnloadedLogs } from './unloaded-logs.ts';

export interface EngineOptions {
  /** How long what nobody waits for may wait for company, in milliseconds. Default 20. */
  readonly lazyMs?: number;
  /** How long `close` waits for commits that fail, in milliseconds. Default 5000. */
  readonly closeMs?: number;
  /** For when batches begin, and for what an engine waits for. Default: the system's. */
  readonly clock?: Clock;
  readonly log?: StoreLog;
}

/** What the engine has opened. */
export interface OpenedEngine {
  /** The file, or the database: as errors name it. */
  readonly place: string;
  /** That, as the log names it. */
  readonly fields: object;
  readonly counters: Counters;
  /** What an operator can do about commits that fail for a reason. */
  readonly advice: (reason: string) => string;
}

export abstract class EngineStore implements Store {
  readonly durable = true;
  abstract readonly answersAtOnce: boolean;
  abstract readonly batchBytes: number;
  protected readonly place: string;
  protected readonly log: StoreLog;
  /** Guarded. */
  protected readonly clock: Clock;
  protected readonly closeMs: number;
  protected readonly trouble: CommitTrouble;
  protected closed = false;
  readonly #fields: object;
  #resealing: ResealingProgress | undefined;
  readonly #commits: GroupCommit;
  readonly #buffer = new BatchBuffer();
  readonly #ids: StoredIds;
  /** Undefined until `recover`. */
  #logs: UnloadedLogs | undefined;
  #closing: Promise<void> | undefined;

  protected constructor(options: EngineOptions, { place, fields, counters, advice }: OpenedEngine) {
    const { clock = systemClock, closeMs = CLOSE_MS, log = () => undefined, lazyMs } = options;
    this.place = place;
    this.#fields = fields;
    this.log = log;
    this.closeMs = closeMs;
    const commit = (changes: readonly TopologyChange[], done: () => void): void => this.#commit(changes, done);
    this.#commits = new GroupCommit({ batch: this.#buffer, batchesAtOnce: 1, commit }, clock, lazyMs);
    this.clock = guardedClock(clock, this.fault);
    this.trouble = new CommitTrouble(fields, log, advice, this.fault);
    this.#ids = new StoredIds(counters);
  }

  abstract readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void;
  abstract readBody(bodyId: number, answer: Answer<Buffer>): void;
  abstract readSeen(queueId: number, answer: Answer<Buffer[]>): void;
  abstract setDiskShort(short: boolean): void;

  /**
   * Has `master` be the key that the store is sealed with. Resolves when it is, committed; what earlier keys have sealed is sealed anew after that,
   * while the store is used. Rejects with StoreError if the store is not sealed, or it cannot be written: then the key is the one it was.
   */
  abstract changeKey(master: Uint8Array): Promise<void>;

  get resealing(): ResealingProgress | undefined {
    return this.#resealing;
  }

  recover(): RecoveredState {
    const { state, pages, delivered } = this.contents();
    this.#logs = new UnloadedLogs(pages, delivered);
    return { ...state, logs: this.#logs.ids };
  }

  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void {
    answer(this.closed ? this.closedError : this.#logs!.take(logIds));
  }

  change(change: TopologyChange): void {
    this.#commitsIfOpen().change(change);
  }

  schedule(source: LogSource, urgent: boolean): void {
    this.#commitsIfOpen().schedule(source, urgent);
  }

  unschedule(source: LogSource): void {
    this.#commits.unschedule(source);
  }

  afterCommit(callback: () => void): void {
    this.#commitsIfOpen().afterCommit(callback);
  }

  onTrouble(listener: (reason: string | undefined) => void): void {
    this.trouble.onTrouble(listener);
  }

  onFenced(listener: (reason: string) => void): void {
    this.#commits.onFenced(listener);
  }

  onFault(listener: Fault): void {
    this.#commits.onFault(listener);
  }

  get commitDurations(): Histogram {
    return this.#commits.durations;
  }

  nextQueueId(): number {
    return this.#ids.nextQueue();
  }

  nextPageId(): number {
    return this.#ids.nextPage();
  }

  nextBodyId(): number {
    return this.#ids.nextBody();
  }

  /** Rejects with a StoreError if what was said could not be committed in time: it is lost then, and the store is free. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What there is: asked for once, when the broker recovers. Throws StoreError if it makes no sense. */
  protected abstract contents(): StoreContents;

  /** Told what goes wrong where nobody else hears of it. */
  protected get fault(): Fault {
    return this.#commits.fault;
  }

  protected get closedError(): StoreError {
    return new StoreError(`The store ${this.place} is closed.`);
  }

  /** Another master key counts. */
  protected keyChanged(): void {
    // Nobody has counted yet what is to be sealed anew.
    this.#resealing = { done: 0, left: 1, damaged: 0 };
    this.log('info', this.#fields, 'the store has another key: it is started with that one from now on');
  }

  /** So far it is with what earlier keys have sealed. */
  protected resealed(progress: ResealingProgress): void {
    const { done: rows, left, damaged } = progress;
    this.#resealing = { done: rows, left, damaged };
    if (left > 0) return;
    if (damaged === 0) this.log('info', { ...this.#fields, rows }, 'all that earlier keys had sealed is sealed anew');
    else this.log('warn', { ...this.#fields, rows, damaged }, 'what is damaged is not sealed anew: it keeps its key');
  }

  /** Another node has the store: see GroupCommit.fence. */
  protected fence(reason: string): void {
    this.#commits.fence(reason);
  }

  /** The memory of a batch is free again. */
  protected reuse(memory: BatchMemory): void {
    this.#buffer.reuse(memory);
  }

  /** Commits a batch that holds something, and calls `done` then: see Engine.commit. Its memory comes back by `reuse`. */
  protected abstract write(batch: WrittenBatch, done: () => void): void;

  /** Resolves if commits can work no more. */
  protected abstract readonly lost: Promise<void>;

  /** All is committed, and nothing more will be: what is under way comes to its end. */
  protected abstract end(): Promise<void>;

  /** Lets go of everything, whatever state it is in. */
  protected abstract release(): Promise<void>;

  #commitsIfOpen(): GroupCommit {
    if (this.closed) throw this.closedError;
    return this.#commits;
  }

  #commit(changes: readonly TopologyChange[], done: () => void): void {
    const buffer = this.#buffer;
    if (buffer.length === 0 && changes.length === 0) {
      done();
      return;
    }
    this.#ids.reserve(buffer);
    const { length, bytes } = buffer;
    this.write({ ...buffer.release(), length, bytes, changes }, done);
  }

  async #close(): Promise<void> {
    const { trouble, clock, closeMs, lost, place: name } = this;
    try {
      await lastCommit({ commits: this.#commits, trouble, clock, closeMs, lost, name });
      this.closed = true;
      await this.end();
    } finally {
      this.closed = true;
      await this.release();
    }
  }
}
