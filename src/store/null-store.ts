/** The store of a broker without a data folder, and of a node that only rehearses: it keeps nothing, and all counts as stored at once. */
import { Histogram } from '../util/histogram.ts';
import { COMMIT_SECONDS } from './group-commit.ts';
import type { RecoveredLog, RecoveredState } from './stored-records.ts';
import { type Answer, type Store, StoreError } from './store.ts';

const NOTHING: RecoveredState = {
  fresh: true,
  vhosts: [],
  exchanges: [],
  queues: [],
  bindings: [],
  users: [],
  permissions: [],
  parameters: [],
  logs: [],
  bodies: new Map(),
};

export class NullStore implements Store {
  readonly durable = false;
  readonly answersAtOnce = true;
  readonly batchBytes = Infinity;
  readonly commitDurations = new Histogram(COMMIT_SECONDS);
  #next = 1;

  recover(): RecoveredState {
    return NOTHING;
  }

  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void {
    answer(new Map(logIds.map((id) => [id, { delivered: 0, pages: [] }])));
  }

  change(): void {}
  schedule(): void {}
  unschedule(): void {}
  onTrouble(): void {}
  onFenced(): void {}
  onFault(): void {}
  setDiskShort(): void {}

  afterCommit(callback: () => void): void {
    callback();
  }

  readPages(_pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    answer(new StoreError('there is nothing to read'));
  }

  readBody(_bodyId: number, answer: Answer<Buffer>): void {
    answer(new StoreError('there is nothing to read'));
  }

  readSeen(_queueId: number, answer: Answer<Buffer[]>): void {
    answer([]);
  }

  nextQueueId(): number {
    return this.#next++;
  }

  nextPageId(): number {
    return this.#next++;
  }

  nextBodyId(): number {
    return this.#next++;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
