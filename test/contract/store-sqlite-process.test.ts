/** The SQLite store against other processes: one broker a folder, and nothing lost when a process is killed. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { spawnTied } from '../support/processes/tied.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { storeWithQueues } from './sqlite.support.ts';
import { pageBytes } from './store-crash.ts';
import { readPages, recover } from '../support/store-reads.ts';

describe('SqliteStore among processes', () => {
  let folder: string;
  let child: ChildProcessWithoutNullStreams | undefined;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(async () => {
    await killed();
  });

  /** Starts a writing process and returns its lines. */
  function start(seed: number): AsyncIterableIterator<string> {
    const script = join(import.meta.dirname, 'store-child.ts');
    child = spawnTied([process.execPath, script, folder, `${seed}`]);
    return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async function killed(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  it('refuses a folder that another process uses, naming both, until that process is gone', async () => {
    const lines = start(1);
    expect((await lines.next()).value).toBe('open');
    const refused = await SqliteStore.open({ folder, thread: false }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toContain(folder);
    expect((refused as Error).message).toContain(`(process ${child!.pid})`);
    await killed();
    const store = await SqliteStore.open({ folder, thread: false });
    await store.close();
  });

  it('refuses a folder that this process uses, and leaves its store alone', async () => {
    const first = await SqliteStore.open({ folder, thread: false });
    await expect(SqliteStore.open({ folder, thread: false })).rejects.toThrow(
      'in use by another broker in this process',
    );
    // Still locked: a refused attempt must not release what the first one holds.
    await expect(SqliteStore.open({ folder, thread: false })).rejects.toThrow(StoreError);
    first.change({ op: 'put-user', record: { name: 'u', passwordHash: '', hashingAlgorithm: '', tags: [] } });
    await first.close();
    const second = await SqliteStore.open({ folder, thread: false });
    expect(second.recover().users).toHaveLength(1);
    await second.close();
  });

  it.each([
    ['a hard link to', linkSync],
    ['a symbolic link to', symlinkSync],
  ])('refuses a folder that has %s the database of another, until that one is closed', async (_what, link) => {
    const first = await storeWithQueues(folder, 1);
    const other = temporaryFolder();
    link(join(folder, 'leveret.db'), join(other, 'leveret.db'));
    const refused = await SqliteStore.open({ folder: other }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toMatch(/is in use by another (broker in this process|program)/);
    await first.close();
    const second = await SqliteStore.open({ folder: other });
    expect(second.recover().queues).toHaveLength(1);
    await expect(SqliteStore.open({ folder, thread: false })).rejects.toThrow(
      /is in use by another (broker in this process|program)/,
    );
    await second.close();
    expect(readdirSync(other)).not.toContain('leveret.db-probe');
  });

  it('refuses a folder that another process uses and the lock of which was removed', async () => {
    const lines = start(1);
    await lines.next();
    rmSync(join(folder, 'leveret.lock'));
    await expect(SqliteStore.open({ folder, thread: false })).rejects.toThrow('is in use by another program');
    await killed();
    await (await SqliteStore.open({ folder, thread: false })).close();
  });

  it.each([1, 2, 3, 4])('loses nothing it reported when it is killed while it commits (seed %i)', async (seed) => {
    const lines = start(seed);
    await lines.next();
    const enough = 100 + seed * 37;
    let reported = 0;
    while (reported < enough) reported = Number(((await lines.next()).value as string).split(' ')[1]);
    await killed();
    expect(child?.signalCode).toBe('SIGKILL');
    for await (const line of lines) reported = Number(line.split(' ')[1]);

    const store = await SqliteStore.open({ folder, thread: false });
    const { pages } = await recover(store);
    const written = pages.at(-1)!.first;
    // One batch may have been committed without being reported, and none later than that.
    expect([reported, reported + 1]).toContain(written);
    const expected = Array.from({ length: 50 }, (_, n) => written - 49 + n).flatMap((n) => [n, n]);
    expect(pages.map((page) => page.first)).toEqual(expected);
    const data = await readPages(
      store,
      pages.map((page) => page.id),
    );
    for (const [n, page] of pages.entries()) {
      expect(data[n].equals(Buffer.alloc(pageBytes(seed, page.first), page.first & 255))).toBe(true);
    }
    expect(store.nextPageId()).toBeGreaterThan(Math.max(...pages.map((page) => page.id)));
    await store.close();
  });
});
