/** What `leveret store check` and `stats` find in the database of a PostgresStore, while a node runs on it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckReport, RecordsCheck } from '../../src/store/engine/store-check.ts';
import { checkDatabase } from '../../src/store/postgres/check.ts';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { UNSEALED } from '../../src/store/sealing/seal.ts';
import { readDatabase } from '../../src/store/postgres/reading.ts';
import { SCHEMA_VERSION } from '../../src/store/postgres/schema.ts';
import { databaseStats } from '../../src/store/postgres/stats.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile, schemaOf } from '../support/postgres/shared.ts';
import { changed, commit, queue } from './store.support.ts';

describe.skipIf(!hasPostgres)('a look into the database of a PostgresStore', () => {
  const postgres = postgresOfFile();
  let url: string;
  let store: PostgresStore;

  /**
   * Queue 1 has 30 messages, 3 of them settled, and has seen 7 keys: its second page was extended; queue 2 has 10, all with body 1, which is in
   * two parts; the third is empty.
   */
  beforeEach(async () => {
    url = postgres.newUrl();
    store = await PostgresStore.open({ url, name: 'one' });
    await changed(
      store,
      { op: 'put-vhost', record: { name: '/', description: '', tags: [] } },
      ...[1, 2, 3].map((id) => ({ op: 'put-queue', record: queue(id) }) as const),
    );
    await commit(store, (batch) => {
      const [a, b, c] = [store.nextPageId(), store.nextPageId(), store.nextPageId()];
      batch.page({ id: a, queueId: 1, base: 0, first: 0, last: 9, count: 10 }, 5000).fill(1);
      batch.page({ id: b, queueId: 1, base: 0, first: 10, last: 19, count: 10 }, 100).fill(2);
      batch.extendPage({ id: b, queueId: 1, base: 0, first: 20, last: 29, count: 10 }, 50).fill(5);
      // One of the first ten, and two of those behind them.
      batch.settle(b, Uint8Array.of(0b1, 0b11_0000));
      batch.redelivered(b, Float64Array.of(12, 2, 0));
      batch.delivered(1, 3, 700);
      batch.seen({ queueId: 1, newest: 1000, count: 4 }, 40).fill(1);
      batch.seen({ queueId: 1, newest: 2000, count: 3 }, 30).fill(2);
      const body = store.nextBodyId();
      batch.bodyPart(body, 0, Buffer.alloc(50_000, 3));
      batch.body(body, Buffer.alloc(20_000, 3), 70_000);
      const bodies = Float64Array.from(Array.from({ length: 10 }, (_, n) => [n, body]).flat());
      batch.page({ id: c, queueId: 2, base: 0, first: 0, last: 9, count: 10, bodies }, 200).fill(4);
    });
  });

  afterEach(() => store.close());

  const check = (records: RecordsCheck = () => undefined): Promise<CheckReport> =>
    readDatabase(url, ({ session }) => checkDatabase(session, records, UNSEALED));

  const damage = (sql: string): Promise<string> => postgres.server.sql(`SET search_path = ${schemaOf(url)}; ${sql}`);

  it('finds a sound store sound, beside its node and without one, and counts it', async () => {
    const sound = { problems: [], notes: [], pages: 3, bodies: 1, messages: 37 };
    expect(await check()).toEqual(sound);
    await store.close();
    expect(await check()).toEqual(sound);
  });

  it('hands each row of a page with its data to the check of the records, and tells what that finds', async () => {
    const seen: unknown[] = [];
    const { problems } = await check((page, data) => {
      seen.push([page.id, page.first, page.bodies?.length, data.length]);
      return page.first === 20 ? 'no record' : undefined;
    });
    expect(seen).toEqual([
      [1, 0, undefined, 5000],
      [2, 10, undefined, 100],
      [2, 20, undefined, 50],
      [3, 0, 20, 200],
    ]);
    expect(problems).toEqual(['page 2 has content that makes no sense: no record']);
  });

  it('finds what does not match its checksum, what belongs to nothing, and what is missing', async () => {
    await damage(`UPDATE page SET data = '\\x00' WHERE id = 2 AND first_seq = 20;
      UPDATE page SET bytes = 1 WHERE id = 1;
      UPDATE redelivered SET page_id = 77; UPDATE settled SET bitmap = '\\x00';
      UPDATE body_part SET data = '\\x00'; UPDATE seen SET keys = '\\x00' WHERE newest = 1000;
      UPDATE progress SET queue_id = 78; UPDATE id_range SET next = 3 WHERE name = 'page';
      DELETE FROM entity WHERE kind = 'vhost'; DELETE FROM entity WHERE log = 2`);
    const { problems, messages } = await check();
    expect(new Set(problems)).toEqual(
      new Set([
        'page 1 has 5000 bytes and should have 1',
        'page 2 has a record of what is settled that does not match its checksum',
        'page 2 does not match its checksum',
        'page 3 belongs to queue 2, which is not there',
        'the part of body 1 at 0 does not match its checksum',
        'body 1 has 20001 bytes and should have 70000',
        expect.stringMatching(/^keys \d+ do not match their checksum$/),
        'messages of page 77 were delivered again, and it is not there',
        'it is known how far queue 78 was delivered, and it is not there',
        "vhost '/' is not there, and has queues",
        'the counter of page is behind: ids would be used twice',
      ]),
    );
    expect(messages).toBe(0);
  });

  it('names what the database itself finds damaged, and reads on behind it', async () => {
    await store.close();
    const apart = await damage(
      `CHECKPOINT; SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = 'page'::regclass`,
    );
    const { server } = postgres;
    await server.end();
    // What is long of a page is kept apart from its row: a lost block of it.
    writeFileSync(join(server.folder, 'data', apart), Buffer.alloc(8192));
    await server.begin();
    const { problems, messages } = await check();
    expect(problems).toEqual([expect.stringMatching(/^page 1 cannot be read: missing chunk number 0/)]);
    expect(messages).toBe(27);
  });

  it('counts what there is, and who uses it', async () => {
    const stats = await readDatabase(url, databaseStats);
    expect(stats).toMatchObject({
      schemaVersion: SCHEMA_VERSION,
      vhosts: 1,
      messages: 37,
      bytes: 5350,
      bodies: 1,
      bodyBytes: 70_000,
      nodes: [{ name: 'one', active: true, alive: true }],
    });
    expect(stats.tableBytes).toBeGreaterThan(70_000);
    expect(stats.queues[0]).toEqual({ vhost: '/', name: 'q2', messages: 10, bytes: 200, bodyBytes: 700_000, keys: 0 });
    expect(stats.queues[1]).toMatchObject({ name: 'q1', messages: 27, keys: 7 });
  });

  it('is refused where there is no store, and makes none', async () => {
    const empty = postgres.newUrl();
    await expect(readDatabase(empty, databaseStats)).rejects.toThrow(/There is no store in the schema "s\d+"/);
    await expect(readDatabase(empty, databaseStats)).rejects.toThrow(/There is no store/);
  });
});
