/** What a commit says to SQLite, counted in statements: each batch that goes to the writer thread is written here a second time. */
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchWriter } from '../../src/store/sqlite/batch-writer.ts';
import type { ToWriter } from '../../src/store/sqlite/messages.ts';
import { migrate } from '../../src/store/sqlite/schema/schema.ts';
import { StoredQueue } from './stored-queue.ts';

const MESSAGES = 1000;

/** What a statement does to which table. */
function beginningOf(sql: string): string {
  return /^\s*(?:BEGIN|COMMIT|(?:INSERT(?: OR REPLACE)? INTO|DELETE FROM|UPDATE) \w+|.*)/.exec(sql)![0].trim();
}

describe('a commit', () => {
  let stored: StoredQueue;
  let copy: Database.Database;
  /** Those of the last commit, by their first words. */
  let statements: string[] = [];

  beforeEach(async () => {
    copy = new Database(':memory:', { verbose: (sql) => void statements.push(beginningOf(String(sql))) });
    migrate(copy);
    const writer = new BatchWriter(copy);
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { postMessage } = Worker.prototype;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
      const said = args[0] as ToWriter;
      if (said.kind === 'commit') {
        statements = [];
        // Its memory goes to the other thread.
        writer.write(structuredClone(said));
      }
      Reflect.apply(postMessage, this, args);
    });
    stored = await StoredQueue.open();
  });

  afterEach(async () => {
    await stored.close();
    copy.close();
  });

  /** Takes messages and acknowledges them. */
  function consume(count: number): void {
    for (let i = 0; i < count; i++) stored.queue.get(false, (_message, seq) => void stored.queue.settle(seq));
  }

  it('of a thousand messages is their page, and now and then numbers for further pages', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    expect(statements).toEqual(['BEGIN', 'INSERT INTO page', 'UPDATE counter', 'COMMIT']);
  });

  it('of a thousand acknowledgements is two: which they were, and how far the queue was delivered', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    consume(MESSAGES - 1);
    await stored.committed();
    expect(statements).toEqual(['BEGIN', 'INSERT OR REPLACE INTO settled', 'INSERT INTO progress', 'COMMIT']);
  });

  it('of the last acknowledgements of a page is its removal', async () => {
    stored.accept(MESSAGES);
    await stored.committed();
    consume(MESSAGES);
    await stored.committed();
    expect(statements).toEqual([
      'BEGIN',
      'DELETE FROM settled',
      'DELETE FROM redelivered',
      'DELETE FROM page',
      'INSERT INTO progress',
      'COMMIT',
    ]);
  });

  it('of messages that were acknowledged before it is how far the queue was delivered', async () => {
    stored.accept(MESSAGES);
    consume(MESSAGES);
    await stored.committed();
    expect(statements).toEqual(['BEGIN', 'INSERT INTO progress', 'COMMIT']);
  });
});
