/** What the tests of the stores share: logs that follow a script, and rows in short form. */
import type { Batch } from '../../src/store/batch.ts';
import type { QueueRecord, TopologyChange } from '../../src/store/stored-records.ts';
import type { LogSource, Store } from '../../src/store/store.ts';

export interface StoreUnderTest {
  /** A new, empty store. */
  open(options?: { readonly lazyMs?: number }): Promise<Store>;
  /** The store as the next process finds it; the same one where nothing outlives the process. */
  reopen(store: Store): Promise<Store>;
  /** Of the model test; 25 by default. Fewer where opening takes long. */
  readonly modelRuns?: number;
}

/** A log that writes what it is told, and notes what it hears. */
export class Script implements LogSource {
  readonly heard: string[] = [];
  readonly #writes: ((batch: Batch) => void)[] = [];

  next(write: (batch: Batch) => void): this {
    this.#writes.push(write);
    return this;
  }

  collect(batch: Batch): void {
    this.heard.push('collect');
    this.#writes.shift()?.(batch);
  }

  committed(): void {
    this.heard.push('committed');
  }
}

/** Writes one batch and waits until it is committed. */
export function commit(store: Store, write: (batch: Batch) => void): Promise<void> {
  return new Promise((resolve) => store.schedule({ collect: write, committed: resolve }, true));
}

export function changed(store: Store, ...changes: readonly TopologyChange[]): Promise<void> {
  for (const change of changes) store.change(change);
  return new Promise((resolve) => store.afterCommit(resolve));
}

export function queue(id: number, name = `q${id}`, vhost = '/'): QueueRecord {
  return { id, vhost, name, autoDelete: false, arguments: new Uint8Array(0) };
}

/** Writes a page of ten records into `batch`, filled with `fill`; returns its id. */
export function page(store: Store, batch: Batch, queueId: number, first: number, bytes = 20, fill = first): number {
  const id = store.nextPageId();
  batch.page({ id, queueId, base: 0, first, last: first + 9, count: 10 }, bytes).fill(fill & 255);
  return id;
}

export const turn = () => new Promise((resolve) => setImmediate(resolve));
export const NONE = new Uint8Array(0);

/** A record with its argument table as a list, so that Buffer and Uint8Array compare equal. */
export function plain(record: { readonly arguments: Uint8Array }): object {
  return { ...record, arguments: [...record.arguments] };
}
