/** A store that keeps everything in this process: the whole contract, without a disk. What was committed outlives the broker that said it. */
import type { Histogram } from '../../util/histogram.ts';
import { type Engine, GroupCommit } from '../../store/group-commit.ts';
import type { RecoveredLog, RecoveredState, TopologyChange } from '../../store/stored-records.ts';
import { type Answer, type LogSource, type Store, StoreError } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import { systemClock } from '../../util/system.ts';
import { MemoryPages } from './memory-pages.ts';
import { MemoryTopology } from './memory-topology.ts';

export interface MemoryStoreOptions {
  /** How long what nobody waits for may wait for company, in milliseconds. Default 20. */
  readonly lazyMs?: number;
  /** The system's by default. */
  readonly clock?: Clock;
}

/** What is committed, and the numbers that were given out. */
interface Kept {
  readonly pages: MemoryPages;
  readonly topology: MemoryTopology;
  nextQueueId: number;
  nextPageId: number;
  nextBodyId: number;
}

function nothingKept(): Kept {
  const topology = new MemoryTopology((queueId) => pages.removeQueue(queueId));
  const pages = new MemoryPages((queueId) => topology.isQueue(queueId));
  return { pages, topology, nextQueueId: 1, nextPageId: 1, nextBodyId: 1 };
}

export class MemoryStore implements Store {
  readonly durable: boolean = false;
  readonly answersAtOnce = true;
  readonly batchBytes = 4 * 1024 * 1024;
  readonly #options: MemoryStoreOptions;
  readonly #kept: Kept;
  readonly #commits: GroupCommit;
  #closing: Promise<void> | undefined;
  #closed = false;

  /** `kept`: what another one had committed; nothing if not given. */
  constructor(options: MemoryStoreOptions = {}, kept = nothingKept()) {
    this.#options = options;
    this.#kept = kept;
    const commit: Engine['commit'] = (changes, done) => this.#commit(changes, done);
    const engine = { batch: kept.pages, batchesAtOnce: 1, commit };
    this.#commits = new GroupCommit(engine, options.clock ?? systemClock, options.lazyMs);
  }

  /** One that goes on with what is committed here, for a broker that starts again. This one commits nothing more. */
  reopened(): MemoryStore {
    this.#closed = true;
    return new MemoryStore(this.#options, this.#kept);
  }

  /** What is committed now: nothing at the start. */
  recover(): RecoveredState {
    this.#assertOpen();
    const { pages, topology } = this.#kept;
    return { fresh: true, ...topology.state(), logs: pages.logs, bodies: pages.bodySizes };
  }

  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void {
    answer(this.#read(() => new Map(logIds.map((id) => [id, this.#kept.pages.log(id)]))));
  }

  change(change: TopologyChange): void {
    this.#assertOpen();
    this.#commits.change(change);
  }

  schedule(source: LogSource, urgent: boolean): void {
    this.#assertOpen();
    this.#commits.schedule(source, urgent);
  }

  unschedule(source: LogSource): void {
    this.#commits.unschedule(source);
  }

  afterCommit(callback: () => void): void {
    this.#assertOpen();
    this.#commits.afterCommit(callback);
  }

  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    answer(this.#read(() => pageIds.map((id) => Buffer.from(found(this.#kept.pages.data(id), `page ${id}`)))));
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    answer(this.#read(() => found(this.#kept.pages.bodyData(bodyId), `body ${bodyId}`)));
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    answer(this.#read(() => this.#kept.pages.seenKeys(queueId)));
  }

  /** Memory that cannot be had ends the process: there is no trouble to tell of. */
  onTrouble(): void {}

  onFenced(listener: (reason: string) => void): void {
    this.#commits.onFenced(listener);
  }

  /** Has another node have it. */
  fence(reason: string): void {
    this.#commits.fence(reason);
  }

  setDiskShort(): void {}

  onFault(listener: (error: unknown) => void): void {
    this.#commits.onFault(listener);
  }

  get commitDurations(): Histogram {
    return this.#commits.durations;
  }

  nextQueueId(): number {
    const kept = this.#kept;
    const id = Math.max(kept.nextQueueId, kept.topology.nextQueueId);
    kept.nextQueueId = id + 1;
    return id;
  }

  nextPageId(): number {
    return this.#kept.nextPageId++;
  }

  nextBodyId(): number {
    return this.#kept.nextBodyId++;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closing ??= new Promise<void>((resolve, reject) => {
      this.#commits.onFenced((reason) =>
        reject(new StoreError(`The store was closed with data not written: ${reason}`)),
      );
      this.#commits.afterCommit(resolve);
    });
    try {
      await this.#closing;
    } finally {
      this.#closed = true;
    }
  }

  #commit(changes: readonly TopologyChange[], done: () => void): void {
    if (this.#closed) return;
    for (const change of changes) this.#kept.topology.apply(change);
    this.#kept.pages.apply();
    done();
  }

  #read<Value>(read: () => Value): Value | StoreError {
    try {
      this.#assertOpen();
      return read();
    } catch (error) {
      if (error instanceof StoreError) return error;
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('The store is closed.');
  }
}

function found(data: Buffer | undefined, what: string): Buffer {
  if (data === undefined) throw new StoreError(`The store holds no ${what}.`);
  return data;
}
