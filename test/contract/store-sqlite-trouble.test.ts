/** The SQLite store when commits fail: nothing is reported committed, nothing is lost, and it carries on when it can. */
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { compactStore } from '../../src/store/sqlite/copies.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { commit, page, Script } from './store.support.ts';
import { readPages, recover } from '../support/store-reads.ts';
import { UNTIL } from '../support/patience.ts';

const DISK_BYTES = 4 * 1024 * 1024;

const range = (end: number): number[] => Array.from({ length: end }, (_, n) => n);

/** Who commits. */
const WRITERS = [
  { where: 'on a thread of its own', thread: true },
  { where: 'in this thread', thread: false },
];

describe('an SqliteStore in trouble', () => {
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  /** Keeps everyone else from writing, as a person with the sqlite3 shell may; returns what ends it. */
  function occupy(): () => void {
    const other = new Database(join(folder, 'leveret.db'));
    other.exec('BEGIN IMMEDIATE');
    return () => other.close();
  }

  async function open(closeMs?: number, thread = true) {
    const store = await SqliteStore.open({ folder, thread, ...(closeMs === undefined ? undefined : { closeMs }) });
    store.recover();
    const reasons: (string | undefined)[] = [];
    const troubled = new Promise<void>((resolve) => {
      store.onTrouble((reason) => {
        reasons.push(reason);
        if (reason !== undefined) resolve();
      });
    });
    return { store, reasons, troubled };
  }

  it('tells why, keeps the order, collects no more meanwhile, and commits all when it can', async () => {
    const { store, reasons, troubled } = await open();
    const release = occupy();
    const first = new Script().next((batch) => page(store, batch, 1, 0));
    const second = new Script().next((batch) => page(store, batch, 1, 10));
    store.schedule(first, true);
    await troubled;
    store.schedule(second, true);
    let called = false;
    store.afterCommit(() => (called = true));
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([first.heard, second.heard, called]).toEqual([['collect'], [], false]);
    expect(reasons).toEqual(['database is locked (SQLITE_BUSY)']);
    release();
    await vi.waitFor(() => expect(called).toBe(true), UNTIL);
    expect([first.heard, second.heard]).toEqual([
      ['collect', 'committed'],
      ['collect', 'committed'],
    ]);
    expect(reasons).toEqual(['database is locked (SQLITE_BUSY)', undefined]);
    expect((await recover(store)).pages.map((row) => row.first)).toEqual([0, 10]);
    await store.close();
  });

  it.each(WRITERS)('waits in close for commits to work again, $where', async ({ thread }) => {
    const { store, troubled } = await open(undefined, thread);
    const release = occupy();
    store.schedule(
      new Script().next((batch) => page(store, batch, 1, 0)),
      true,
    );
    await troubled;
    const closed = store.close();
    release();
    await closed;
    const { store: next } = await open();
    expect((await recover(next)).pages).toHaveLength(1);
    await next.close();
  });

  it.each(WRITERS)('gives up closing in the end, says why, and frees the folder, $where', async ({ thread }) => {
    const { store, troubled } = await open(50, thread);
    const release = occupy();
    store.schedule(
      new Script().next((batch) => page(store, batch, 1, 0)),
      true,
    );
    await troubled;
    await expect(store.close()).rejects.toThrow('closed with data not written: database is locked (SQLITE_BUSY)');
    release();
    const { store: next } = await open();
    expect((await recover(next)).pages).toHaveLength(0);
    await commit(next, (batch) => page(next, batch, 1, 0));
    await next.close();
  });

  it.each(WRITERS)('says so where the writer ends, and does not wait for it, $where', async ({ thread }) => {
    const { store, reasons, troubled } = await open(undefined, thread);
    const id = store.nextPageId();
    const write = (first: number) =>
      new Script().next((batch) => batch.page({ id, queueId: 1, base: 0, first, last: first, count: 1 }, 1));
    store.schedule(write(0), true);
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    // A defect of the caller: no second attempt can make it right.
    store.schedule(write(1), true);
    await troubled;
    expect(reasons[0]).toContain('the writer ended: UNIQUE constraint failed: page.id');
    await expect(store.close()).rejects.toThrow('UNIQUE constraint failed');
  });

  it.each([
    ['leveret.db', 'removed'],
    ['leveret.db', 'replaced'],
    ['leveret.db-wal', 'removed'],
    ['leveret.db-wal', 'replaced'],
  ])('reports nothing committed while %s is %s, and goes on when it is back', async (name, what) => {
    const { store, reasons, troubled } = await open();
    await commit(store, (batch) => page(store, batch, 1, 0));
    const file = join(folder, name);
    renameSync(file, `${file}.away`);
    if (what === 'replaced') copyFileSync(`${file}.away`, file);
    const second = new Script().next((batch) => page(store, batch, 1, 10));
    store.schedule(second, true);
    await troubled;
    expect(second.heard).toEqual(['collect']);
    expect(reasons).toEqual([`${file} was ${what} while it was in use`]);
    renameSync(`${file}.away`, file);
    await vi.waitFor(() => expect(second.heard).toEqual(['collect', 'committed']), UNTIL);
    expect((await recover(store)).pages.map((row) => row.first)).toEqual([0, 10]);
    await store.close();
  });

  it('has all that it reported in its file, and says so, where its log was removed', async () => {
    const { store, reasons, troubled } = await open(50);
    for (let n = 0; n < 10; n++) await commit(store, (batch) => page(store, batch, 1, n));
    const log = join(folder, 'leveret.db-wal');
    rmSync(log);
    store.schedule(
      new Script().next((batch) => page(store, batch, 1, 10)),
      true,
    );
    await troubled;
    expect(reasons).toEqual([`${log} was removed while it was in use`]);
    const left = temporaryFolder();
    const leftByKill = async () => {
      copyFileSync(join(folder, 'leveret.db'), join(left, 'leveret.db'));
      const next = await SqliteStore.open({ folder: left });
      const firsts = (await recover(next)).pages.map((row) => row.first);
      await next.close();
      return firsts;
    };
    await vi.waitFor(async () => expect(await leftByKill()).toEqual(range(10)), UNTIL);
    await expect(store.close()).rejects.toThrow('leveret.db-wal was removed');
  });

  it.each(['leveret.db', 'leveret.db-wal'])(
    'reports nothing committed any more when %s is truncated, and puts no holes of its log into its file',
    async (name) => {
      const { store, reasons, troubled } = await open(50);
      for (let n = 0; n < 10; n++) await commit(store, (batch) => page(store, batch, 1, n, 60_000));
      const before = readFileSync(join(folder, 'leveret.db'));
      truncateSync(join(folder, name), 4096);
      const next = new Script().next((batch) => page(store, batch, 1, 10));
      store.schedule(next, true);
      await troubled;
      expect(reasons).toEqual([`${join(folder, name)} was truncated while it was in use`]);
      expect(next.heard).toEqual(['collect']);
      await expect(store.close()).rejects.toThrow('was truncated');
      const after = readFileSync(join(folder, 'leveret.db'));
      expect(after.equals(before.subarray(0, after.length))).toBe(true);
    },
  );

  describe('on a full disk', () => {
    const whyNot = whyNoSmallDisk();

    it.skipIf(whyNot !== '')(`commits when there is room again${whyNot}`, async () => {
      const disk = smallDisk(DISK_BYTES);
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(3_000_000));
      const store = await SqliteStore.open({ folder: join(disk, 'data') });
      store.recover();
      const reasons: (string | undefined)[] = [];
      store.onTrouble((reason) => {
        reasons.push(reason);
        if (reason !== undefined) rmSync(ballast);
      });
      for (let n = 0; n < 20; n++) await commit(store, (batch) => page(store, batch, 1, n * 10, 60_000, n));
      expect(reasons).toEqual(['database or disk is full (SQLITE_FULL)', undefined]);
      await store.close();
      const next = await SqliteStore.open({ folder: join(disk, 'data') });
      const { pages } = await recover(next);
      expect(pages.map((row) => row.first)).toEqual(Array.from({ length: 20 }, (_, n) => n * 10));
      const data = await readPages(
        next,
        pages.map((row) => row.id),
      );
      expect(data.every((bytes, n) => bytes.equals(Buffer.alloc(60_000, n)))).toBe(true);
      await next.close();
    });

    it.skipIf(whyNot !== '')(`says so where it cannot be opened for that, nor compacted${whyNot}`, async () => {
      const disk = smallDisk(DISK_BYTES);
      const ballast = join(disk, 'ballast');
      const folder = join(disk, 'refused');
      await (await SqliteStore.open({ folder })).close();
      let freed = 0;
      writeFileSync(ballast, '');
      expect(() => appendFileSync(ballast, Buffer.alloc(DISK_BYTES))).toThrow('ENOSPC');
      // Page by page, so that each step of an opening is the first that there is no room for.
      const attempt = async (): Promise<string> => {
        try {
          await (await SqliteStore.open({ folder })).close();
          return 'open';
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
          return (error as Error).message;
        }
      };
      const first = await attempt();
      expect(first).toMatch(/Free some disk space\.$/);
      expect(() => compactStore(folder)).toThrow(/Free some disk space\.$/);
      while ((await attempt()) !== 'open') truncateSync(ballast, statSync(ballast).size - 4096 * ++freed);
      expect(freed).toBeGreaterThan(0);
    });
  });
});
