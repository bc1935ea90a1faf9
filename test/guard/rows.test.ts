/** What is written for a message, counted in rows of the database: the log's pages, not its messages, are what SQLite sees. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf, queueOn } from '../../bench/micro/broker.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

const MESSAGES = 1000;

describe('rows written', () => {
  let folder: string;
  let store: SqliteStore;
  let queue: DeclaredQueue;
  const message = messageOf(16, true);
  const committed = () => new Promise<void>((resolve) => store.afterCommit(resolve));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'leveret-guard-'));
    // What may wait for company waits until a test asks for the commit.
    store = await SqliteStore.open({ folder, lazyMs: 60_000 });
    queue = queueOn(store);
    await committed();
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function rows(): { pages: number; settled: number; redelivered: number; bytes: number } {
    const database = new Database(join(folder, 'leveret.db'), { readonly: true });
    try {
      const sql = `SELECT count(*) AS pages, total(bytes) AS bytes, (SELECT count(*) FROM settled) AS settled,
                          (SELECT count(*) FROM redelivered) AS redelivered FROM page`;
      return database.prepare(sql).get() as ReturnType<typeof rows>;
    } finally {
      database.close();
    }
  }

  function accept(count: number): void {
    for (let i = 0; i < count; i++) queue.accept(message, true, undefined, 0);
  }

  function take(count: number): number[] {
    const seqs: number[] = [];
    for (let i = 0; i < count; i++) queue.get(false, (_message, seq) => void seqs.push(seq));
    return seqs;
  }

  it('are one page for a thousand messages of one turn', async () => {
    accept(MESSAGES);
    await committed();
    expect(rows()).toMatchObject({ pages: 1, settled: 0 });
  });

  it('are none for messages that are settled before their commit', async () => {
    accept(MESSAGES);
    for (const seq of take(MESSAGES)) queue.settle(seq);
    await committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });

  it('hold only what is left of messages of which half are settled before their commit', async () => {
    accept(MESSAGES);
    for (const seq of take(MESSAGES)) if (seq % 2 === 0) queue.settle(seq);
    await committed();
    const { pages, bytes } = rows();
    expect(pages).toBe(1);
    expect(bytes).toBeLessThan((MESSAGES / 2) * 64);
  });

  it('are one bitmap a page for any number of acknowledgements', async () => {
    accept(MESSAGES);
    await committed();
    for (const seq of take(MESSAGES - 1)) queue.settle(seq);
    await committed();
    expect(rows()).toMatchObject({ pages: 1, settled: 1 });
  });

  it('are none for what came back once, and one a page for any number of messages that did more often', async () => {
    await store.close();
    store = await SqliteStore.open({ folder, lazyMs: 60_000 });
    queue = queueOn(store, 'counts', toFieldTable({ 'x-queue-type': 'quorum' }));
    accept(MESSAGES);
    for (const redelivered of [0, 1, 1]) {
      for (const seq of take(MESSAGES)) queue.requeue(seq, 'returned');
      await committed();
      expect(rows()).toMatchObject({ pages: 1, settled: 0, redelivered });
    }
    for (const seq of take(MESSAGES)) queue.settle(seq);
    await committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });

  it('are gone with the last message of a page', async () => {
    accept(MESSAGES);
    await committed();
    for (const seq of take(MESSAGES)) queue.settle(seq);
    await committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });
});
