/** A store that keeps everything in this process: the whole contract, for tests that look at what is stored, and without a disk. */
import type { Histogram } from '../../../src/util/histogram.ts';
import { type Engine, GroupCommit } from '../../../src/store/group-commit.ts';
import type { RecoveredState, TopologyChange } from '../../../src/store/stored-records.ts';
import { type Answer, type LogSource, type Store, StoreError } from '../../../src/store/store.ts';
import type { Clock } from '../../../src/util/clock.ts';
import { systemClock } from '../../../src/util/system.ts';
import { MemoryPages } from './memory-pages.ts';
import { MemoryTopology } from './memory-topology.ts';

export class MemoryStore implements Store {
  readonly durable: boolean = false;
  readonly answersAtOnce = true;
  readonly batchBytes = 4 * 1024 * 1024;
  readonly #pages = new MemoryPages();
  readonly #topology = new MemoryTopology((queueId) => this.#pages.removeQueue(queueId));
  readonly #commits: GroupCommit;
  #nextQueueId = 1;
  #nextPageId = 1;
  #nextBodyId = 1;
  #closed = false;

  /** `lazyMs`: how long what nobody waits for may wait for company, in milliseconds. Default 20. */
  constructor(options: { readonly lazyMs?: number; readonly clock?: Clock } = {}) {
    const commit: Engine['commit'] = (changes, done) => this.#commit(changes, done);
    const engine = { batch: this.#pages, batchesAtOnce: 1, commit };
    this.#commits = new GroupCommit(engine, options.clock ?? systemClock, options.lazyMs);
  }

  /** What is committed now: nothing at the start. */
  recover(): RecoveredState {
    this.#assertOpen();
    return {
      fresh: true,
      ...this.#topology.state((queueId) => this.#pages.deliveredFrom(queueId)),
      ...this.#pages.state(),
    };
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
    answer(this.#read(() => pageIds.map((id) => Buffer.from(found(this.#pages.data(id), `page ${id}`)))));
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    answer(this.#read(() => found(this.#pages.bodyData(bodyId), `body ${bodyId}`)));
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    answer(this.#read(() => this.#pages.seenKeys(queueId)));
  }

  /** Memory that cannot be had ends the process: there is no trouble to tell of. */
  onTrouble(): void {}

  setDiskShort(): void {}

  onFault(listener: (error: unknown) => void): void {
    this.#commits.onFault(listener);
  }

  get commitDurations(): Histogram {
    return this.#commits.durations;
  }

  nextQueueId(): number {
    const id = Math.max(this.#nextQueueId, this.#topology.nextQueueId);
    this.#nextQueueId = id + 1;
    return id;
  }

  nextPageId(): number {
    return this.#nextPageId++;
  }

  nextBodyId(): number {
    return this.#nextBodyId++;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => this.#commits.afterCommit(resolve));
    this.#closed = true;
  }

  #commit(changes: readonly TopologyChange[], done: () => void): void {
    for (const change of changes) this.#topology.apply(change);
    this.#pages.apply();
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
