/** The PostgreSQL store keeps what it is given while that is sealed; and nobody reads or changes it without the key. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyPartChecksum, pageChecksum, seenChecksum } from '../../src/store/engine/checksum.ts';
import type { CheckReport } from '../../src/store/engine/store-check.ts';
import { checkDatabase } from '../../src/store/postgres/check.ts';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { readDatabase } from '../../src/store/postgres/reading.ts';
import { readSealedKeys } from '../../src/store/postgres/sealing-table.ts';
import { sealToLook } from '../../src/store/sealing/data-keys.ts';
import { type Store, StoreError } from '../../src/store/store.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile, schemaOf } from '../support/postgres/shared.ts';
import { readBody, readPages, readSeen, recover } from '../support/store-reads.ts';
import { contentContract } from './store.content.ts';
import { modelTest } from './store.model.ts';
import { changed, commit, queue } from './store.support.ts';

/** Each stands somewhere in what is stored. */
const SECRETS = ['in-a-page', 'in-what-was-added', 'in-a-part', 'in-a-body', 'in-keys', 'in-a-password', 'in-a-value'];
const NOT_OPENED = 'was sealed for another place or with another key';
const [PAGE, ADDED, PART, BODY, KEYS, PASSWORD, VALUE] = SECRETS;

describe.skipIf(!hasPostgres)('PostgresStore, sealed', () => {
  const postgres = postgresOfFile();
  const key = randomBytes(32);
  let opened: Map<Store, string>;
  /** When something of the secrets was written first, about. */
  let begun: number;

  beforeEach(() => {
    opened = new Map();
  });

  afterEach(async () => {
    for (const store of opened.keys()) await store.close();
  });

  async function open(url: string, options: { readonly lazyMs?: number; readonly key?: () => Uint8Array } = {}) {
    const store = await PostgresStore.open({ url, key: () => key, startMs: 5000, ...options });
    opened.set(store, url);
    return store;
  }

  const reopen = async (store: Store): Promise<Store> => {
    await store.close();
    return open(opened.get(store)!);
  };

  describe('what it is given', () => {
    let store: Store;

    beforeEach(async () => {
      store = await open(postgres.newUrl());
      store.recover();
    });

    contentContract(
      () => store,
      async () => recover((store = await reopen(store))),
    );
  });

  modelTest({ open: () => open(postgres.newUrl()), reopen, modelRuns: 2 });

  /** Two queues with a page each, the second one's extended, and a large body. */
  async function fill(store: Store): Promise<void> {
    begun = Date.now() - 1000;
    store.recover();
    const user = (name: string) => ({ name, passwordHash: `${PASSWORD} of ${name}`, hashingAlgorithm: '', tags: [] });
    await changed(
      store,
      { op: 'put-vhost', record: { name: '/', description: '', tags: [] } },
      ...[1, 2].map((id) => ({ op: 'put-queue', record: queue(id) }) as const),
      ...['ann', 'bob'].map((name) => ({ op: 'put-user', record: user(name) }) as const),
      { op: 'put-parameter', record: { component: 'policy', vhost: '/', name: 'p', value: VALUE } },
    );
    await commit(store, (batch) => {
      const [one, two, body] = [store.nextPageId(), store.nextPageId(), store.nextBodyId()];
      const of = (id: number, first = 0) => ({ id, queueId: id, base: 0, first, last: first + 9, count: 10 });
      batch.page(of(one), PAGE.length).set(Buffer.from(PAGE));
      batch.page(of(two), PAGE.length).set(Buffer.from(PAGE));
      batch.extendPage(of(two, 10), ADDED.length).set(Buffer.from(ADDED));
      batch.bodyPart(body, 0, Buffer.from(PART));
      batch.body(body, Buffer.from(BODY), PART.length + BODY.length);
      for (const queueId of [1, 2]) batch.seen({ queueId, newest: 1000, count: 1 }, KEYS.length).set(Buffer.from(KEYS));
    });
  }

  /** What of the secrets can be read in the files of the server, its log of what is written included. */
  async function readable(): Promise<string[]> {
    await postgres.server.sql('CHECKPOINT');
    const folder = join(postgres.server.folder, 'data');
    const found = new Set<string>();
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = statSync(join(folder, name), { throwIfNoEntry: false });
      // Others are those of the template.
      if (file?.isFile() !== true || file.mtimeMs < begun) continue;
      const content = readFileSync(join(folder, name));
      for (const secret of SECRETS) if (content.includes(secret)) found.add(secret);
    }
    return SECRETS.filter((secret) => found.has(secret));
  }

  const damage = (url: string, sql: string): Promise<string> =>
    postgres.server.sql(`SET search_path = ${schemaOf(url)}; ${sql}`);

  const check = (url: string, master: Uint8Array | undefined): Promise<CheckReport> =>
    readDatabase(url, async ({ session, place }) =>
      checkDatabase(session, () => undefined, sealToLook(await readSealedKeys(session), master, place)),
    );

  it('shows nothing of what is stored to who has the files of the server, and gives all of it back', async () => {
    const url = postgres.newUrl();
    const store = await open(url);
    await fill(store);
    await store.close();
    expect(await readable()).toEqual([]);
    const again = await open(url);
    const { users, parameters } = await recover(again);
    expect(users.map(({ passwordHash }) => passwordHash).sort()).toEqual([`${PASSWORD} of ann`, `${PASSWORD} of bob`]);
    expect(parameters).toMatchObject([{ value: VALUE }]);
    expect((await readPages(again, [1, 2])).map(String)).toEqual([PAGE, PAGE + ADDED]);
    expect(String(await readBody(again, 1))).toBe(PART + BODY);
    expect((await readSeen(again, 1)).map(String)).toEqual([KEYS]);
    const sound = { problems: [], pages: 2, bodies: 1, messages: 30 };
    expect(await check(url, key)).toMatchObject(sound);
    expect(await check(url, undefined)).toMatchObject(sound);
  });

  it('shows all of it to them without a key, so that the test above can fail', async () => {
    const url = postgres.newUrl();
    const store = await PostgresStore.open({ url });
    opened.set(store, url);
    await fill(store);
    expect(await readable()).toEqual(SECRETS);
  });

  it('is refused without its key and with another, before it waits for its turn, and a key for one that is not sealed', async () => {
    const url = postgres.newUrl();
    const store = await open(url);
    await fill(store);
    const other = () => randomBytes(32);
    await expect(PostgresStore.open({ url, name: 'two' })).rejects.toThrow('is sealed: name its key with --store-key');
    await expect(open(url, { key: other })).rejects.toThrow('is sealed with another key');
    await expect(check(url, other())).rejects.toThrow('is sealed with another key');
    const plain = postgres.newUrl();
    await (await PostgresStore.open({ url: plain })).close();
    await expect(open(plain)).rejects.toThrow(/is not sealed, and a key is given for it.*leveret store seal/);
    await expect(open(plain)).rejects.not.toThrow(key.toString('hex'));
  });

  it('notices what changed places, and each bit that is another, though the checksums are right', async () => {
    const url = postgres.newUrl();
    const store = await open(url);
    await fill(store);
    const bytes = async (sql: string): Promise<Buffer> =>
      Buffer.from((await damage(url, sql)).replace('\\x', ''), 'hex');
    const put = (table: string, column: string, data: Uint8Array, checksum: number, where: string) =>
      damage(
        url,
        `UPDATE ${table} SET ${column} = '\\x${Buffer.from(data).toString('hex')}', checksum = ${checksum | 0} WHERE ${where}`,
      );
    const header = (id: number, first: number) => ({ id, queueId: id, base: 0, first, last: first + 9, count: 10 });

    const [one, two] = [
      await bytes('SELECT data FROM page WHERE id = 1'),
      await bytes('SELECT data FROM page WHERE id = 2 AND first_seq = 0'),
    ];
    await put('page', 'data', two, pageChecksum(header(1, 0), null, two), 'id = 1');
    await put('page', 'data', one, pageChecksum(header(2, 10), null, one), 'id = 2 AND first_seq = 10');
    await expect(readPages(store, [1])).rejects.toThrow(`page 1 of queue 1 ${NOT_OPENED}`);
    await expect(readPages(store, [2])).rejects.toThrow(`page 2 of queue 2 ${NOT_OPENED}`);

    const part = await bytes('SELECT data FROM body_part');
    await put('body_part', 'data', part.subarray(0, -1), bodyPartChecksum(1, 0, part.subarray(0, -1)), 'true');
    await expect(readBody(store, 1)).rejects.toThrow(StoreError);
    await damage(url, 'UPDATE seen SET queue_id = 3 - queue_id');
    const keys = await bytes('SELECT keys FROM seen WHERE queue_id = 1');
    await put('seen', 'keys', keys, seenChecksum({ queueId: 1, newest: 1000, count: 1 }, keys), 'queue_id = 1');
    await expect(readSeen(store, 1)).rejects.toThrow(NOT_OPENED);

    for (let at = 0; at < one.length; at += 7) {
      const flipped = Buffer.from(one);
      flipped[at] ^= 1 << (at % 8);
      await put('page', 'data', flipped, pageChecksum(header(1, 0), null, flipped), 'id = 1');
      await expect(readPages(store, [1])).rejects.toThrow(NOT_OPENED);
    }
    await put('page', 'data', one, pageChecksum(header(1, 0), null, one), 'id = 1');
    expect((await readPages(store, [1])).map(String)).toEqual([PAGE]);

    const { problems } = await check(url, key);
    expect(problems).toEqual(expect.arrayContaining([`page 2 ${NOT_OPENED}`, `the part of body 1 at 0 ${NOT_OPENED}`]));
    await store.close();
    // The password of one becomes that of another.
    await damage(
      url,
      `UPDATE entity SET record = jsonb_set(record::jsonb, '{passwordHash}',
         (SELECT record::jsonb -> 'passwordHash' FROM entity WHERE username = '"ann"'))::text WHERE username = '"bob"'`,
    );
    await expect(open(url)).rejects.toThrow(`password bob ${NOT_OPENED}`);
    expect((await check(url, key)).problems).toContain(`password bob ${NOT_OPENED}`);
  });
});
