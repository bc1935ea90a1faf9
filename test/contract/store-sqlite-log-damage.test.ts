/**
 * The write-ahead log of a broker that was killed: what a crash may cut short is dropped, and damage behind which commits were whole once
 * is refused, as damage of the file is.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/store/sqlite/check.ts';
import { openForReading } from '../../src/store/sqlite/database-file.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { Random } from '../fuzz/random.ts';
import { committed, endOfCommit } from '../recovery/crash/write-ahead-log.ts';
import { storeWithQueues } from './sqlite.support.ts';
import { commit, page } from './store.support.ts';
import { recover } from '../support/store-reads.ts';

const COMMITS = 12;
const HEADER_BYTES = 32;

describe('an SqliteStore whose log is damaged', () => {
  let parent: string;
  /** The log as a kill leaves it, and where its commits end. */
  let whole: Buffer;
  let ends: readonly number[];
  let folder: string;
  let file: string;
  let log: string;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'leveret-store-'));
    const made = join(parent, 'made');
    const store = await storeWithQueues(made, 1);
    for (let n = 0; n < COMMITS; n++) await commit(store, (batch) => page(store, batch, 1, n * 10, 20_000, n));
    whole = readFileSync(join(made, 'leveret.db-wal'));
    copyFileSync(join(made, 'leveret.db'), join(parent, 'leveret.db'));
    await store.close();
    const found: number[] = [];
    for (let at = 0; at < committed(whole).bytes; found.push(at)) at = endOfCommit(whole, at);
    ends = found;
  });

  afterAll(() => rmSync(parent, { recursive: true }));

  beforeEach(() => {
    folder = mkdtempSync(join(parent, 'damaged-'));
    file = join(folder, 'leveret.db');
    log = `${file}-wal`;
  });

  /** Where the messages begin that are found, or why the start is refused, which changes nothing. */
  async function start(bytes: Buffer): Promise<readonly number[] | string> {
    copyFileSync(join(parent, 'leveret.db'), file);
    writeFileSync(log, bytes);
    let store: SqliteStore | undefined;
    try {
      store = await SqliteStore.open({ folder, thread: false });
      return (await recover(store)).pages.map((found) => found.first);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      expect([
        readFileSync(log).equals(bytes),
        readFileSync(file).equals(readFileSync(join(parent, 'leveret.db'))),
      ]).toEqual([true, true]);
      return (error as Error).message;
    } finally {
      await store?.close();
    }
  }

  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at] ^= 1;
    return bytes;
  };

  const beginnings = (count: number) => Array.from({ length: count }, (_, n) => n * 10);

  it('finds all where nothing is', async () => {
    expect(ends.length).toBeGreaterThan(COMMITS);
    expect(await start(whole)).toEqual(beginnings(COMMITS));
  });

  it.each([
    ['its header', () => 9],
    ["a frame's number", () => ends[3] + 1],
    ["a frame's salt", () => ends[3] + 9],
    ["a frame's checksum", () => ends[3] + 17],
    ['what a frame holds', () => ends[3] + 5000],
    ['the last frame of a commit', () => ends[4] - 1],
  ])('is refused where %s is not as it was, and says how to go on without what follows', async (_what, place) => {
    const at = place();
    const from = at < HEADER_BYTES ? HEADER_BYTES : ends[3];
    const refused = await start(flipped(at));
    expect(refused).toBe(
      `${log} is damaged behind byte ${from}: ${ends.at(-1)! - from} bytes of commits from there on cannot be read. ` +
        `Restore the data folder from a backup, or give them up with "truncate -s ${from} ${log}". Nothing was changed.`,
    );
    expect(checkStore(openForReading(file, true), () => undefined).problems[0]).toContain(
      `${log} is damaged behind byte`,
    );
    truncateSync(log, from);
    const kept = ends.slice(-COMMITS).filter((end) => end <= from).length;
    if (at >= HEADER_BYTES) expect(await start(readFileSync(log))).toEqual(beginnings(kept));
  });

  it('is no damage where a crash cut the last commit short, anywhere and in any way', async () => {
    const random = new Random(1);
    const last = ends.at(-2)!;
    for (let round = 0; round < 12; round++) {
      const torn = Buffer.from(whole);
      for (let flips = 1 + random.below(4); flips > 0; flips--) torn[last + random.below(ends.at(-1)! - last)] ^= 0xff;
      const cut = round % 2 === 0 ? torn : whole.subarray(0, HEADER_BYTES + random.below(whole.length));
      expect(await start(cut)).toBeInstanceOf(Array);
    }
  });

  it('is read while a broker commits', async () => {
    const store = await SqliteStore.open({ folder, thread: false });
    store.recover();
    for (let n = 0; n < 30; n++) {
      const committing = commit(store, (batch) => page(store, batch, 1, n * 10, 20_000, n));
      openForReading(file).close();
      await committing;
    }
    await store.close();
  });
});
