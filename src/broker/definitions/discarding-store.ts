/** A store that keeps nothing, for a node that only rehearses. */
import type { RecoveredState } from '../../store/stored-records.ts';
import type { Store } from '../../store/store.ts';
import { StoreError } from '../../store/store.ts';

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

  readPages(): Buffer<ArrayBuffer>[] {
    throw new StoreError('there is nothing to read');
  }

  readBody(): Buffer {
    throw new StoreError('there is nothing to read');
  }

  readSeen(): Buffer[] {
    return [];
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
