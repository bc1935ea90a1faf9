/** Another key for a sealed store in PostgreSQL while it is used: what earlier keys have sealed is sealed anew, and whoever takes over goes on. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile, schemaOf } from '../support/postgres/shared.ts';
import { readBody, readPages, readSeen, recover } from '../support/store-reads.ts';
import { changed, commit, page, queue } from './store.support.ts';

describe.skipIf(!hasPostgres)('the key of a PostgresStore', () => {
  const postgres = postgresOfFile();
  const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  let opened: PostgresStore[];
  let url: string;

  beforeEach(() => {
    opened = [];
    url = postgres.newUrl();
  });

  afterEach(async () => {
    for (const store of opened) await store.close().catch(() => undefined);
  });

  async function open(
    key: Uint8Array | undefined,
    options: Partial<PostgresStoreOptions> = {},
  ): Promise<PostgresStore> {
    const store = await PostgresStore.open({ url, key: key && (() => key), startMs: 5000, ...options });
    opened.push(store);
    return store;
  }

  const sql = (text: string): Promise<string> => postgres.server.sql(`SET search_path = ${schemaOf(url)}; ${text}`);
  const keyIds = () => sql(`SELECT string_agg(id::text, ',' ORDER BY id) FROM sealing`);
  const user = (name: string, passwordHash: string) =>
    ({ op: 'put-user', record: { name, passwordHash, hashingAlgorithm: '', tags: [] } }) as const;

  /** Pages 1 to `count`, the last of them extended, a body in two parts, keys, a user and a parameter. */
  async function fill(store: PostgresStore, count: number): Promise<void> {
    store.recover();
    await changed(
      store,
      { op: 'put-vhost', record: { name: '/', description: '', tags: [] } },
      { op: 'put-queue', record: queue(1) },
      user('ann', 'hash'),
      { op: 'put-parameter', record: { component: 'policy', vhost: '/', name: 'p', value: '{}' } },
    );
    await commit(store, (batch) => {
      let last = 0;
      for (let n = 0; n < count; n++) last = page(store, batch, 1, 10 * n, 5000, n);
      batch
        .extendPage({ id: last, queueId: 1, base: 0, first: 10 * count, last: 10 * count + 9, count: 10 }, 20)
        .fill(77);
      const body = store.nextBodyId();
      batch.bodyPart(body, 0, Buffer.alloc(700_000, 1));
      batch.body(body, Buffer.alloc(100, 2), 700_100);
      batch.seen({ queueId: 1, newest: 1000, count: 1 }, 4).fill(3);
    });
  }

  async function expectAll(store: PostgresStore, count: number): Promise<void> {
    const { pages, users, parameters } = await recover(store);
    const found = await readPages(
      store,
      pages.map(({ id }) => id),
    );
    expect(found.map((data) => data[0])).toEqual(Array.from({ length: count }, (_, n) => n & 255));
    expect(found.at(-1)!.subarray(5000)).toEqual(Buffer.alloc(20, 77));
    const body = await readBody(store, 1);
    expect([body.length, body[0], body.at(-1)]).toEqual([700_100, 1, 2]);
    expect(await readSeen(store, 1)).toEqual([Buffer.alloc(4, 3)]);
    expect(users.find(({ name }) => name === 'ann')!.passwordHash).toBe('hash');
    expect(parameters[0].value).toBe('{}');
  }

  it('counts at once when it is another, and the one before opens nothing any more when all is sealed anew', async () => {
    const store = await open(first);
    await fill(store, 300);
    expect(store.resealing).toBeUndefined();
    await store.changeKey(second);
    expect(store.resealing!.left).toBeGreaterThan(0);
    // Used meanwhile: what comes is sealed by the new key, what goes is not sealed anew, and a record that changes is the new one.
    await changed(store, user('bob', 'early'));
    for (let n = 0; n < 10; n++) await commit(store, (batch) => batch.dropPage(page(store, batch, 1, 9000)));
    await changed(store, user('bob', 'late'));
    await expect.poll(() => store.resealing!.left).toBe(0);
    expect(await keyIds()).toBe('2');
    expect(store.resealing!.done).toBeGreaterThan(300);
    await store.close();
    await expect(open(first)).rejects.toThrow('is sealed with another key');
    const again = await open(second);
    await expectAll(again, 300);
    expect(await sql(`SELECT count(*) FROM page WHERE substr(data, 1, 2) <> '\\x0200'`)).toBe('0');
  });

  it('may change again while what is there is sealed anew', async () => {
    const store = await open(first);
    await fill(store, 300);
    await store.changeKey(second);
    const both = await Promise.allSettled([store.changeKey(third), store.changeKey(second)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect.poll(keyIds).toBe('3');
    await expect.poll(() => store.resealing!.left).toBe(0);
    await store.close();
    await expectAll(await open(third), 300);
  });

  it('is the business of the next node when one ends meanwhile, which has the key read again', async () => {
    const store = await open(first, { name: 'one' });
    await fill(store, 1000);
    let key = first;
    const waits = Promise.withResolvers<string>();
    const next = PostgresStore.open({ url, name: 'two', key: () => key, onWaiting: waits.resolve });
    next.then((two) => opened.push(two)).catch(() => undefined);
    expect(await waits.promise).toBe('one');
    await store.changeKey(second);
    key = second;
    await store.close();
    const two = await next;
    await expectAll(two, 1000);
    await expect.poll(keyIds).toBe('2');
    await expect.poll(() => two.resealing!.left).toBe(0);
    await two.close();
    await expectAll(await open(second), 1000);
  });

  it('refuses a node that waited without the new one when its turn comes', async () => {
    const store = await open(first, { name: 'one' });
    await fill(store, 1);
    const waits = Promise.withResolvers<string>();
    const next = PostgresStore.open({ url, name: 'two', key: () => first, onWaiting: waits.resolve });
    const refused = expect(next).rejects.toThrow('is sealed with another key');
    await waits.promise;
    await store.changeKey(second);
    await store.close();
    await refused;
  });

  it('stays where something is damaged: that stays so, and so does the key that it is sealed by', async () => {
    const warned: string[] = [];
    const store = await open(first, { log: (level, _, message) => level === 'warn' && warned.push(message) });
    await fill(store, 3);
    await sql(
      `UPDATE page SET data = data || '\\x00' WHERE id = 2; UPDATE entity SET record = '{}' WHERE kind = 'user'`,
    );
    await store.changeKey(second);
    await expect.poll(() => store.resealing!.left).toBe(0);
    expect(store.resealing!.damaged).toBe(2);
    expect(await keyIds()).toBe('1,2');
    expect(warned).toEqual(expect.arrayContaining([expect.stringContaining('page 2 is damaged: it stays as it is')]));
    await expect(readPages(store, [2])).rejects.toThrow('does not match its checksum');
    expect((await readPages(store, [1])).length).toBe(1);
  });

  it('is none of a store that is not sealed', async () => {
    const store = await open(undefined);
    await expect(store.changeKey(second)).rejects.toThrow('the store is not sealed');
    await store.close();
    await expect(store.changeKey(second)).rejects.toThrow('is closed');
  });

  it.each([
    ['sealing it for the first time', undefined, first],
    ['having it be sealed no more', first, undefined],
  ])('%s changes all of it, or nothing if something is damaged', async (_, from, to) => {
    const store = await open(from);
    await fill(store, 5);
    const sound = await sql('SELECT data FROM page WHERE id = 3');
    await sql(`UPDATE page SET data = data || '\\x00' WHERE id = 3`);
    await expect(store.reseal(to)).rejects.toThrow('page 3 cannot be opened');
    await store.close();
    const damaged = await open(from);
    await expect(readPages(damaged, [3])).rejects.toThrow('does not match its checksum');
    expect((await readPages(damaged, [1])).length).toBe(1);
    await sql(`UPDATE page SET data = '${sound}' WHERE id = 3`);
    await damaged.reseal(to);
    await damaged.close();
    await expect(open(from)).rejects.toThrow(/sealed/);
    await expectAll(await open(to), 5);
  });
});
