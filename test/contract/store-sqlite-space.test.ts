/** The room that the SQLite store takes on disk: bounded while it works, and given back when it rests. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { commit, page } from './store.support.ts';
import { readPages } from '../support/store-reads.ts';
import { UNTIL } from '../support/patience.ts';

const MEGABYTE = 1_000_000;

describe('the files of an SqliteStore', () => {
  let folder: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = temporaryFolder();
    store = await SqliteStore.open({ folder });
    store.recover();
  });

  afterEach(async () => {
    await store.close();
  });

  const megabytes = (name: string) => statSync(join(folder, name)).size / MEGABYTE;

  it('keep their log bounded while commits go on without a pause', async () => {
    for (let n = 0; n < 60; n++) await commit(store, (batch) => page(store, batch, 1, n, 2 * MEGABYTE));
    expect(megabytes('leveret.db-wal')).toBeLessThan(50);
    expect(megabytes('leveret.db')).toBeGreaterThan(50);
  });

  it('keep their log short while a backlog grows, so that no checkpoint takes long', async () => {
    let longest = 0;
    for (let n = 0; n < 100; n++) {
      await commit(store, (batch) => page(store, batch, 1, n, MEGABYTE / 2));
      longest = Math.max(longest, megabytes('leveret.db-wal'));
    }
    expect(longest).toBeLessThan(5);
  });

  it('let their log grow where messages go as they come, so that the same pages are not written again and again', async () => {
    let longest = 0;
    let last: number | undefined;
    for (let n = 0; n < 60; n++) {
      const dropped = last;
      await commit(store, (batch) => {
        if (dropped !== undefined) batch.dropPage(dropped);
        last = page(store, batch, 1, n, MEGABYTE / 2);
      });
      longest = Math.max(longest, megabytes('leveret.db-wal'));
    }
    expect(longest).toBeGreaterThan(20);
    expect(longest).toBeLessThan(45);
  });

  it('stay as small as what is in them however often messages come and go', async () => {
    const held: number[] = [];
    for (let n = 0; n < 150; n++) {
      await commit(store, (batch) => {
        held.push(page(store, batch, 1, n, MEGABYTE / 2));
        if (held.length > 10) batch.dropPage(held.shift()!);
      });
    }
    expect(megabytes('leveret.db')).toBeLessThan(15);
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeGreaterThan(4), UNTIL);
    expect(megabytes('leveret.db')).toBeLessThan(15);
  });

  it('keep their log bounded again once somebody who read for long is done', async () => {
    const reader = new Database(join(folder, 'leveret.db'), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM page').get();
    for (let n = 0; n < 50; n++) await commit(store, (batch) => page(store, batch, 1, n, MEGABYTE));
    expect(megabytes('leveret.db-wal')).toBeGreaterThan(45);
    reader.close();
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeGreaterThan(50), UNTIL);
    const before = megabytes('leveret.db-wal');
    for (let n = 0; n < 30; n++) await commit(store, (batch) => page(store, batch, 1, 50 + n, MEGABYTE));
    expect(megabytes('leveret.db-wal')).toBeLessThanOrEqual(before);
  });

  it('give back room while commits go on without a pause', async () => {
    await commit(store, (batch) => {
      for (let n = 0; n < 60; n++) page(store, batch, 1, n, MEGABYTE);
    });
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeGreaterThan(60), UNTIL);
    await commit(store, (batch) => batch.dropPages(1));
    let last = 0;
    await vi.waitFor(
      async () => {
        await commit(store, (batch) => {
          if (last > 0) batch.dropPage(last);
          last = page(store, batch, 1, 100);
        });
        expect(megabytes('leveret.db')).toBeLessThan(55);
      },
      { timeout: 30_000, interval: 1 },
    );
  });

  it('give back the room of dropped pages, but for a reserve, when the store rests', async () => {
    await commit(store, (batch) => {
      for (let n = 0; n < 60; n++) page(store, batch, 1, n, MEGABYTE);
    });
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeGreaterThan(60), UNTIL);
    await commit(store, (batch) => batch.dropPages(1));
    await vi.waitFor(() => expect(megabytes('leveret.db')).toBeLessThan(20), UNTIL);
    const id = await new Promise<number>((resolve) => {
      let written = 0;
      const collect = (batch: Parameters<typeof page>[1]) => void (written = page(store, batch, 1, 7, 1000));
      store.schedule({ collect, committed: () => resolve(written) }, true);
    });
    expect((await readPages(store, [id]))[0]?.equals(Buffer.alloc(1000, 7))).toBe(true);
  });

  it('cut a log that one batch made very long, when the store rests', async () => {
    await commit(store, (batch) => page(store, batch, 1, 0, 80 * MEGABYTE));
    await vi.waitFor(() => expect(megabytes('leveret.db-wal')).toBeLessThan(1), UNTIL);
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
