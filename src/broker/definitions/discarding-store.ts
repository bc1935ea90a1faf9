/** A store that keeps nothing, for a node that only rehearses. */
import { Histogram } from '../../util/histogram.ts';
import type { RecoveredState } from '../../store/stored-records.ts';
import { type Answer, type Store, StoreError } from '../../store/store.ts';

const NOTHING: RecoveredState = {
  fresh: true,
  vhosts: [],
  exchanges: [],
  queues: [],
  bindings: [],
  users: [],
  permissions: [],
  parameters: [],
  pages: [],
  bodies: new Map(),
  nextQueueId: 1,
};

export class DiscardingStore implements Store {
  readonly durable = false;
  readonly commitDurations = new Histogram([]);
  #next = 1;

  recover(): RecoveredState {
    return NOTHING;
  }

  change(): void {}
  schedule(): void {}
  unschedule(): void {}
  onTrouble(): void {}
  onFault(): void {}
  setDiskLow(): void {}

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
