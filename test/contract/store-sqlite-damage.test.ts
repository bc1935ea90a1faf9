/**
 * A damaged file: refused at the start with what was found, and left as it is byte for byte; or, where only messages are hit,
 * found by their checksums when they are read. What is returned is what was written, always.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecoveredPage } from '../../src/store/stored-records.ts';
import { checkStore } from '../../src/store/sqlite/check.ts';
import { openForReading } from '../../src/store/sqlite/database-file.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { Random } from '../fuzz/random.ts';
import { changeFile } from '../support/database-file.ts';
import { storeWithQueues } from './sqlite.support.ts';
import { commit } from './store.support.ts';
import { readBody, readPages, recover } from '../support/store-reads.ts';

const PAGES = 30;
const PAGE_BYTES = 9000;

const FILE_PAGE_BYTES = 8192;
/** Where a page of a b-tree in the file says how many cells it has, and where it lists where they are. */
const CELLS_AT = 3;
const CELL_LIST_AT = 8;
const cellAt = (leaf: Buffer, n: number): number => leaf.readUInt16BE(CELL_LIST_AT + 2 * n);

/** The bytes of the n-th page, no two alike. */
const content = (n: number): Buffer => Buffer.from(Array.from({ length: PAGE_BYTES }, (_, i) => (i * (n + 7)) >>> 3));

describe('an SqliteStore whose file is damaged', () => {
  let parent: string;
  let whole: string;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'leveret-store-'));
    const made = join(parent, 'made');
    const store = await storeWithQueues(made, 1, 2, 3);
    await commit(store, (batch) => {
      for (let n = 0; n < PAGES; n++) {
        const id = store.nextPageId();
        const first = n * 10;
        const header = { id, queueId: 1 + (n % 3), base: 0, first, last: first + 9, count: 10 };
        batch.page(header, PAGE_BYTES).set(content(n));
        if (n % 2 === 0) batch.settle(id, Uint8Array.of(n, 0));
      }
      batch.body(store.nextBodyId(), content(PAGES));
    });
    await store.close();
    whole = join(made, 'leveret.db');
  });

  afterAll(() => rmSync(parent, { recursive: true }));

  beforeEach(() => {
    folder = mkdtempSync(join(parent, 'damaged-'));
    file = join(folder, 'leveret.db');
    copyFileSync(whole, file);
  });

  /** Opens and reads all; the reason where that is refused, in which case the file must be as it was. */
  async function start(): Promise<{ refused: string } | { store: SqliteStore; pages: readonly RecoveredPage[] }> {
    const before = readFileSync(file);
    let store: SqliteStore | undefined;
    try {
      store = await SqliteStore.open({ folder, thread: false });
      return { store, pages: (await recover(store)).pages };
    } catch (error) {
      await store?.close();
      expect(error).toBeInstanceOf(StoreError);
      expect(readFileSync(file).equals(before)).toBe(true);
      return { refused: (error as Error).message };
    }
  }

  function check(): readonly string[] {
    const database = openForReading(file, true);
    try {
      return checkStore(database, () => undefined).problems;
    } finally {
      database.close();
    }
  }

  /** Overwrites a little of some content wherever the file has it: SQLite leaves copies behind when it moves a row. */
  function spoil(content: Buffer): void {
    const all = readFileSync(file);
    const beginning = content.subarray(0, 500);
    let copies = 0;
    for (let at = -1; (at = all.indexOf(beginning, at + 1)) >= 0; copies++) all.set(Buffer.from('spoilt'), at + 200);
    expect(copies).toBeGreaterThan(0);
    writeFileSync(file, all);
  }

  it('names the page, its queue and the way on where messages were hit, and reads the others', async () => {
    spoil(content(4));
    const started = await start();
    if ('refused' in started) throw new Error(started.refused);
    const { store, pages } = started;
    const hit = pages.find(({ first }) => first === 40)!;
    await expect(readPages(store, [hit.id])).rejects.toThrow(StoreError);
    await expect(readPages(store, [hit.id])).rejects.toThrow(
      `${file} is damaged: page ${hit.id} (messages 40 to 49 of queue 'q2' in vhost '/') does not match its checksum. ` +
        '"leveret store check" tells what else is. Restore the file from a backup, or purge or delete the queue',
    );
    const next = pages.find(({ first }) => first === 50)!;
    expect((await readPages(store, [next.id]))[0].equals(content(5))).toBe(true);
    await store.close();
  });

  it.each([
    ['a byte of its data', "UPDATE page SET data = CAST(data || x'00' AS BLOB) WHERE id = 1"],
    ['a number', 'UPDATE page SET last_seq = last_seq + 1 WHERE id = 1'],
  ])('still notices %s that was hit in a page that is extended then', async (_what, sql) => {
    changeFile(file, sql);
    const store = await SqliteStore.open({ folder, thread: false });
    store.recover();
    const added = { id: 1, queueId: 1, base: 0, first: 400, last: 409, count: 10 };
    await commit(store, (batch) => batch.extendPage(added, 20).fill(1));
    await expect(readPages(store, [1])).rejects.toThrow('does not match its checksum');
    await store.close();
  });

  it('names a body that was hit', async () => {
    spoil(content(PAGES));
    const started = await start();
    if ('refused' in started) throw new Error(started.refused);
    await expect(readBody(started.store, 1)).rejects.toThrow(`${file} is damaged: body 1 does not match its checksum`);
    await started.store.close();
  });

  it.each([
    ['the last sequence number', 'UPDATE page SET last_seq = last_seq + 1 WHERE id = 1'],
    ['the queue', 'UPDATE page SET queue_id = 3 WHERE id = 1'],
    ['the list of bodies', "UPDATE page SET bodies = x'00000000000000000000000000000000' WHERE id = 1"],
  ])('notices by the checksum that %s of a page is not as it was', async (_what, sql) => {
    changeFile(file, sql);
    const store = await SqliteStore.open({ folder, thread: false });
    await expect(readPages(store, [1])).rejects.toThrow('page 1');
    await store.close();
  });

  it.each([
    ['a bitmap that was changed', "UPDATE settled SET bitmap = x'ffff' WHERE page_id = 1", 'what is settled'],
    ['a page without messages', 'UPDATE page SET count = 0 WHERE id = 1', 'page 1 says that it has 0 messages'],
    ['a page that ends before it begins', 'UPDATE page SET last_seq = -1 WHERE id = 1', 'from 0 to -1'],
    ['a table missing', 'DROP TABLE binding', 'no such table: binding'],
    [
      'a bitmap of another page',
      'UPDATE settled SET page_id = 99 WHERE page_id = 1',
      'settled has rows of pages that are not',
    ],
    ['a counter that is behind', "UPDATE counter SET next = 3 WHERE name = 'page'", 'the counter of page is behind'],
    ['a counter missing', "DELETE FROM counter WHERE name = 'body'", 'the counter of body is behind'],
    ['tags that are no list', "UPDATE vhost SET tags = '{'", "the tags of '/' make no sense"],
  ])('is refused with %s', async (_what, sql, message) => {
    changeFile(file, sql);
    const started = await start();
    expect(started).toEqual({ refused: expect.stringContaining(message) as string });
    expect(started).toEqual({ refused: expect.stringContaining('Restore it from a backup') as string });
  });

  it.each([
    [
      'lacks a page',
      (leaf: Buffer) => leaf.writeUInt16BE(leaf.readUInt16BE(CELLS_AT) - 1, CELLS_AT),
      'lacks 1 of them',
    ],
    [
      'has a page as of another queue',
      (leaf: Buffer) => (leaf[cellAt(leaf, PAGES - 1) + 4] = 2),
      'has page 30 of queue 2',
    ],
  ])('is refused where the index of the pages %s', async (_what, spoilLeaf, message) => {
    const database = new Database(file);
    const root = database
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'page_of_queue'")
      .pluck()
      .get() as number;
    database.close();
    const bytes = readFileSync(file);
    spoilLeaf(bytes.subarray((root - 1) * FILE_PAGE_BYTES, root * FILE_PAGE_BYTES));
    writeFileSync(file, bytes);
    expect(await start()).toEqual({ refused: expect.stringContaining(message) as string });
  });

  it.each([1, 50, 99, 100, 4095, 4096, 50_000, 4096 * 20])('is refused where it ends after %i bytes', async (bytes) => {
    truncateSync(file, bytes);
    const started = await start();
    expect(started).toEqual({ refused: expect.stringMatching(/cut short|damaged|not an SQLite database/) as string });
  });

  it('is refused beside a log with the advice to remove it, if the file comes from a backup', async () => {
    writeFileSync(`${file}-wal`, 'of the file before');
    changeFile(file, 'DROP TABLE binding');
    writeFileSync(`${file}-wal`, 'of the file before');
    expect(await start()).toEqual({
      refused: expect.stringContaining(`put there from a backup, remove ${file}-wal, which is the log`) as string,
    });
  });

  it('is refused where only its log is left', async () => {
    rmSync(file);
    writeFileSync(`${file}-wal`, 'the rest of it');
    const refused = await SqliteStore.open({ folder, thread: false }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toContain(`${file} is missing, but its log ${file}-wal is there`);
    expect(readFileSync(`${file}-wal`, 'utf8')).toBe('the rest of it');
  });

  it('never returns what was not written, nor changes a file it refuses, nor passes the check, whatever bytes are flipped', async () => {
    const intact = readFileSync(whole);
    let refused = 0;
    let read = 0;
    let missed = 0;
    for (let seed = 1; seed <= 48; seed++) {
      const random = new Random(seed);
      const bytes = Buffer.from(intact);
      for (let flips = 1 + random.below(8); flips > 0; flips--) {
        // Half of them in the first pages, where the tables are, or hardly any would be hit.
        bytes[random.below(random.below(2) === 0 ? 80_000 : bytes.length)] ^= 1 << random.below(8);
      }
      writeFileSync(file, bytes);
      const started = await start();
      if ('refused' in started) {
        refused++;
        continue;
      }
      let intactPages = 0;
      for (const { id } of started.pages) {
        try {
          const [data] = await readPages(started.store, [id]);
          expect(data.equals(content(id - 1)), `page ${id}, seed ${seed}`).toBe(true);
          intactPages++;
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
          missed++;
        }
      }
      read += intactPages;
      await started.store.close();
      if (check().length === 0) expect(intactPages, `seed ${seed}`).toBe(PAGES);
    }
    // Damage of each kind was among them: to what is read at the start, and to messages; and most of it left the rest as it was.
    expect(refused).toBeGreaterThan(4);
    expect(missed).toBeGreaterThan(4);
    expect(read).toBeGreaterThan(10 * PAGES);
  });
});
