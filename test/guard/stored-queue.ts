/** A queue in a store of its own, for what counts how it is written. */
import { messageOf, queueOn } from '../../bench/micro/broker.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import type { FieldTable } from '../../src/protocol/field-table.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export class StoredQueue {
  readonly folder: string;
  readonly queue: DeclaredQueue;
  readonly #store: SqliteStore;
  readonly #message = messageOf(16, true);

  private constructor(folder: string, store: SqliteStore, args?: FieldTable) {
    this.folder = folder;
    this.#store = store;
    this.queue = queueOn(store, 'queue', args);
  }

  /** `args`: what it is declared with. */
  static async open(args?: FieldTable): Promise<StoredQueue> {
    const folder = temporaryFolder();
    // What may wait for company waits until a test asks for the commit.
    const stored = new StoredQueue(folder, await SqliteStore.open({ folder, lazyMs: 60_000 }), args);
    await stored.committed();
    return stored;
  }

  /** It takes so many persistent messages of 16 bytes. */
  accept(count: number): void {
    for (let i = 0; i < count; i++) this.queue.accept(this.#message, true, undefined, 0);
  }

  committed(): Promise<void> {
    return new Promise((resolve) => this.#store.afterCommit(resolve));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
