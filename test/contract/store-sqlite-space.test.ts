/** The room that the SQLite store takes on disk: bounded while it works, and given back when it rests. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { commit, page } from './store.support.ts';

const MEGABYTE = 1_000_000;

describe('the files of an SqliteStore', () => {
  let folder: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'leveret-store-'));
    store = await SqliteStore.open({ folder });
    store.recover();
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const megabytes = (name: string) => statSync(join(folder, name)).size / MEGABYTE;

  it('keep their log bounded while commits go on without a pause', async () => {
    for (let n = 0; n < 60; n++) await commit(store, (batch) => page(store, batch, 1, n, 2 * MEGABYTE));
    expect(megabytes('leveret.db-wal')).toBeLessThan(50);
    expect(megabytes('leveret.db')).toBeGreaterThan(50);
  });

  it('give back the room of dropped pages, but for a reserve, when the store rests', async () => {
    await commit(store, (batch) => {
      for (let n = 0; n < 60; n++) page(store, batch, 1, n, MEGABYTE);
    });
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeGreaterThan(60), { timeout: 10_000 });
    await commit(store, (batch) => batch.dropPages(1));
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeLessThan(20), { timeout: 15_000 });
    const id = await new Promise<number>((resolve) => {
      let written = 0;
      const collect = (batch: Parameters<typeof page>[1]) => void (written = page(store, batch, 1, 7, 1000));
      store.schedule({ collect, committed: () => resolve(written) }, true);
    });
    expect(store.readPages([id])[0]?.equals(Buffer.alloc(1000, 7))).toBe(true);
  });

  it('cut a log that one batch made very long, when the store rests', async () => {
    await commit(store, (batch) => page(store, batch, 1, 0, 80 * MEGABYTE));
    await vi.waitFor(() => expect(megabytes('leveret.db-wal')).toBeLessThan(1), { timeout: 10_000 });
  });

  it('keep no bitmap of a page that is gone', async () => {
    await commit(store, (batch) => {
      const id = page(store, batch, 1, 0);
      batch.settle(id, Uint8Array.of(1));
      batch.dropPage(id);
      batch.settle(id, Uint8Array.of(1));
      batch.settle(page(store, batch, 1, 10), Uint8Array.of(1));
      batch.dropPages(1);
    });
    const database = new Database(join(folder, 'leveret.db'), { readonly: true });
    expect(database.prepare('SELECT count(*) FROM settled').pluck().get()).toBe(0);
    database.close();
  });
});
