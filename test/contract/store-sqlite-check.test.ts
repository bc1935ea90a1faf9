/** What `leveret store check` and `stats` find in the file of an SqliteStore, while that is open and after. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/store/engine/store-check.ts';
import { checkStore } from '../../src/store/sqlite/check.ts';
import { openForReading } from '../../src/store/sqlite/database-file.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type StoreStats, storeStats } from '../../src/store/sqlite/stats.ts';
import { StoreError } from '../../src/store/store.ts';
import { changeFile } from '../support/database-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { storeWithQueues } from './sqlite.support.ts';
import { commit } from './store.support.ts';
import { readBody } from '../support/store-reads.ts';

describe('a look into the file of an SqliteStore', () => {
  let folder: string;
  let file: string;
  let store: SqliteStore;

  /** Queue 1 has 20 messages, 3 of them settled, and has seen 7 keys; queue 2 has 10, all with body 1; the third is empty. */
  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder, 'leveret.db');
    store = await storeWithQueues(folder, 1, 2, 3);
    await commit(store, (batch) => {
      const [a, b, c] = [store.nextPageId(), store.nextPageId(), store.nextPageId()];
      batch.page({ id: a, queueId: 1, base: 0, first: 0, last: 9, count: 10 }, 5000).fill(1);
      batch.page({ id: b, queueId: 1, base: 0, first: 10, last: 19, count: 10 }, 100).fill(2);
      batch.settle(a, Uint8Array.of(0b1000_0001, 0b10));
      batch.redelivered(b, Float64Array.of(12, 2, 0));
      batch.delivered(1, 3, 700);
      batch.seen({ queueId: 1, newest: 1000, count: 4 }, 40).fill(1);
      batch.seen({ queueId: 1, newest: 2000, count: 3 }, 30).fill(2);
      const body = store.nextBodyId();
      batch.body(body, Buffer.alloc(70_000, 3));
      const bodies = Float64Array.from(Array.from({ length: 10 }, (_, n) => [n, body]).flat());
      batch.page({ id: c, queueId: 2, base: 0, first: 0, last: 9, count: 10, bodies }, 200).fill(4);
    });
  });

  afterEach(async () => {
    await store.close();
  });

  function check(records: Parameters<typeof checkStore>[1] = () => undefined): CheckReport {
    const database = openForReading(file, true);
    try {
      return checkStore(database, records);
    } finally {
      database.close();
    }
  }

  function stats(): StoreStats {
    const database = openForReading(file);
    try {
      return storeStats(database);
    } finally {
      database.close();
    }
  }

  it('finds a sound store sound, open or closed, and counts it', async () => {
    const sound = { problems: [], notes: [], pages: 3, bodies: 1, messages: 27 };
    expect(check()).toEqual(sound);
    await store.close();
    expect(check()).toEqual(sound);
  });

  it('hands each page with its data to the check of the records, and tells what that finds', () => {
    const seen: unknown[] = [];
    const { problems } = check((page, data) => {
      seen.push([page.id, page.first, page.bodies?.length, data.length]);
      return page.id === 2 ? 'no record' : undefined;
    });
    expect(seen).toEqual([
      [1, 0, undefined, 5000],
      [2, 10, undefined, 100],
      [3, 0, 20, 200],
    ]);
    expect(problems).toEqual(['page 2 has content that makes no sense: no record']);
  });

  it.each<[string, string, string]>([
    ['a page', "UPDATE page SET data = x'00' WHERE id = 2", 'page 2 does not match its checksum'],
    ['a page’s place', 'UPDATE page SET base = 1 WHERE id = 2', 'page 2 does not match its checksum'],
    ['the length of a page', 'UPDATE page SET bytes = 1 WHERE id = 2', 'page 2 has 100 bytes and should have 1'],
    ['a page’s queue', 'DELETE FROM queue WHERE id = 1', 'page 1 belongs to queue 1, which is not there'],
    ['a body', "UPDATE body SET data = x'00' WHERE id = 1", 'body 1 does not match its checksum'],
    ['the length of a body', 'UPDATE body SET bytes = 7', 'body 1 does not match its checksum'],
    ['a missing body', 'DELETE FROM body', 'body 1 is missing, and a message refers to it'],
    [
      'a bitmap',
      "UPDATE settled SET bitmap = x'00'",
      'page 1 has a record of what is settled that does not match its checksum',
    ],
    ['a bitmap without page', 'DELETE FROM page WHERE id = 1', 'page 1 is settled in part, and is not there'],
    [
      'what was delivered again',
      "UPDATE redelivered SET messages = x'00'",
      'page 2 has a record of what is delivered again that does not match its checksum',
    ],
    [
      'what was delivered again of no page',
      'DELETE FROM page WHERE id = 2',
      'messages of page 2 were delivered again, and it is not there',
    ],
    [
      'how far a queue that is gone was delivered',
      'DELETE FROM queue WHERE id = 1',
      'it is known how far queue 1 was delivered, and it is not there',
    ],
    ['keys', "UPDATE seen SET keys = x'00' WHERE id = 2", 'keys 2 do not match their checksum'],
    ['the queue of keys', 'DELETE FROM queue WHERE id = 1', 'keys 1 belong to queue 1, which is not there'],
    ['a missing vhost', 'DELETE FROM vhost', "vhost '/' is not there, and has queues"],
    [
      'a counter',
      "UPDATE counter SET next = 3 WHERE name = 'page'",
      'the counter of page is behind: ids would be used twice',
    ],
    [
      'the source of a binding',
      "INSERT INTO binding VALUES ('/', 'gone', 'queue', 'q1', '', x'')",
      "a binding in vhost '/' has the source 'gone', which is not there; the next start removes it",
    ],
    [
      'the queue of a binding',
      "INSERT INTO binding VALUES ('/', 'amq.topic', 'queue', 'gone', '', x'')",
      "a binding in vhost '/' has the destination 'gone', which is not there; the next start removes it",
    ],
    [
      'the exchange that a binding leads to',
      "INSERT INTO binding VALUES ('/', 'amq.topic', 'exchange', 'q1', '', x'')",
      "a binding in vhost '/' has the destination 'q1', which is not there; the next start removes it",
    ],
    ['a missing table', 'DROP TABLE body', 'the list of bodies cannot be read: no such table: body'],
  ])('finds damage to %s', async (_what, sql, problem) => {
    await store.close();
    changeFile(file, sql);
    expect(check().problems).toContain(problem);
  });

  it('finds nothing wrong with bindings of the exchanges that every vhost has', async () => {
    await store.close();
    changeFile(file, "INSERT INTO binding VALUES ('/', 'amq.topic', 'queue', 'q1', '', x'')");
    changeFile(file, "INSERT INTO binding VALUES ('/', 'amq.topic', 'exchange', 'amq.fanout', '', x'')");
    expect(check().problems).toEqual([]);
  });

  it('finds what SQLite finds, and goes on', async () => {
    await store.close();
    changeFile(
      file,
      'PRAGMA writable_schema = 1',
      "UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'page_of_queue'",
    );
    const { problems } = check();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).toMatch(/SQLite: |cannot be read/);
  });

  it.each<[string, string, string]>([
    [
      'damaged',
      "UPDATE body_part SET data = x'00' WHERE start = 10",
      'the part of body 2 at 10 does not match its checksum',
    ],
    ['missing', 'DELETE FROM body_part WHERE start = 0', 'body 2 has 5 bytes and should have 25'],
    ['elsewhere', 'UPDATE body_part SET start = 11 WHERE start = 10', 'body 2 has 15 bytes and should have 25'],
  ])('finds a part of a body that is %s, and no reader gets it', async (_what, sql, problem) => {
    const id = store.nextBodyId();
    await commit(store, (batch) => {
      batch.bodyPart(id, 0, Buffer.alloc(10, 1));
      batch.bodyPart(id, 10, Buffer.alloc(10, 2));
      batch.body(id, Buffer.alloc(5, 3), 25);
    });
    expect(check().problems).toEqual([]);
    changeFile(file, sql);
    expect(check().problems).toContain(problem);
    await expect(readBody(store, id)).rejects.toThrow(/the part of body 2 from \d+ on is damaged or missing/);
  });

  it('notes a body without messages, which is no damage', async () => {
    await commit(store, (batch) => batch.body(store.nextBodyId(), Buffer.alloc(10)));
    const { problems, notes } = check();
    expect([problems, notes]).toEqual([[], ['body 2 belongs to no message; the next start removes it']]);
    await commit(store, (batch) => batch.bodyPart(store.nextBodyId(), 0, Buffer.alloc(10)));
    expect(check().notes).toContain('body 3 is there in part and belongs to no message; the next start removes it');
  });

  it('counts what each queue has, the largest first', () => {
    const found = stats();
    expect(found.queues).toEqual([
      { vhost: '/', name: 'q2', messages: 10, bytes: 200, bodyBytes: 700_000, keys: 0 },
      { vhost: '/', name: 'q1', messages: 17, bytes: 5100, bodyBytes: 0, keys: 7 },
      { vhost: '/', name: 'q3', messages: 0, bytes: 0, bodyBytes: 0, keys: 0 },
    ]);
    expect(found).toMatchObject({ path: file, messages: 27, bytes: 5300, bodies: 1, bodyBytes: 70_000, vhosts: 1 });
    expect(found.fileBytes).toBe(statSync(file).size);
    expect(found.logBytes).toBe(statSync(`${file}-wal`).size);
  });

  it('is refused where there is no file, and makes none', () => {
    const missing = join(folder, 'elsewhere.db');
    expect(() => openForReading(missing)).toThrow(StoreError);
    expect(() => openForReading(missing)).toThrow(`There is no ${missing}`);
    expect(statSync(missing, { throwIfNoEntry: false })).toBeUndefined();
  });
});
