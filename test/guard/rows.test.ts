/** What is written for a message, counted in rows of the database: the log's pages, not its messages, are what SQLite sees. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { StoredQueue } from './stored-queue.ts';

const MESSAGES = 1000;

describe('rows written', () => {
  let stored: StoredQueue;

  beforeEach(async () => {
    stored = await StoredQueue.open();
  });

  afterEach(async () => {
    await stored.close();
  });

  function rows(): { pages: number; settled: number; redelivered: number; bytes: number } {
    const database = new Database(join(stored.folder, 'leveret.db'), { readonly: true });
    try {
      const sql = `SELECT count(*) AS pages, total(bytes) AS bytes, (SELECT count(*) FROM settled) AS settled,
                          (SELECT count(*) FROM redelivered) AS redelivered FROM page`;
      return database.prepare(sql).get() as ReturnType<typeof rows>;
    } finally {
      database.close();
    }
  }

  function take(count: number): number[] {
    const seqs: number[] = [];
    for (let i = 0; i < count; i++) stored.queue.get(false, (_message, seq) => void seqs.push(seq));
    return seqs;
  }

  it('are one page for a thousand messages of one turn', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    expect(rows()).toMatchObject({ pages: 1, settled: 0 });
  });

  it('are none for messages that are settled before their commit', async () => {
    stored.accept(MESSAGES);
    for (const seq of take(MESSAGES)) stored.queue.settle(seq);
    await stored.committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });

  it('hold only what is left of messages of which half are settled before their commit', async () => {
    stored.accept(MESSAGES);
    for (const seq of take(MESSAGES)) if (seq % 2 === 0) stored.queue.settle(seq);
    await stored.committed();
    const { pages, bytes } = rows();
    expect(pages).toBe(1);
    expect(bytes).toBeLessThan((MESSAGES / 2) * 64);
  });

  it('are one bitmap a page for any number of acknowledgements', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    for (const seq of take(MESSAGES - 1)) stored.queue.settle(seq);
    await stored.committed();
    expect(rows()).toMatchObject({ pages: 1, settled: 1 });
  });

  it('are none for what came back once, and one a page for any number of messages that did more often', async () => {
    await stored.close();
    stored = await StoredQueue.open(toFieldTable({ 'x-queue-type': 'quorum' }));
    stored.accept(MESSAGES);
    for (const redelivered of [0, 1, 1]) {
      for (const seq of take(MESSAGES)) stored.queue.requeue(seq, 'returned');
      await stored.committed();
      expect(rows()).toMatchObject({ pages: 1, settled: 0, redelivered });
    }
    for (const seq of take(MESSAGES)) stored.queue.settle(seq);
    await stored.committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });

  it('are gone with the last message of a page', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    for (const seq of take(MESSAGES)) stored.queue.settle(seq);
    await stored.committed();
    expect(rows()).toEqual({ pages: 0, settled: 0, redelivered: 0, bytes: 0 });
  });
});
