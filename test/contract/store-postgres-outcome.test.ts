/** Whatever breaks in the middle of a commit: each batch is committed once, in its order, and only what is committed is reported so. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts';
import type { Clock } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/system.ts';
import { PATIENCE } from '../support/patience.ts';
import { Proxy } from '../support/postgres/proxy.ts';
import { giveToOwner, hasPostgres } from '../support/postgres/server.ts';
import { AWAY_MS, postgresOfFile, schemaOf, through } from '../support/postgres/shared.ts';
import { growDisk, smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { PageWriter } from './page-writer.ts';
import { recover, type Recovered } from '../support/store-reads.ts';
import { commit, page, Script } from './store.support.ts';

/** The end of an answer: the server has no transaction. */
const READY_FOR_QUERY = Buffer.from('5a0000000549', 'hex');

async function reopened(store: PostgresStore, url: string): Promise<Recovered> {
  await store.close();
  const again = await PostgresStore.open({ url });
  const state = await recover(again);
  await again.close();
  return state;
}

describe.skipIf(!hasPostgres)('a commit whose answer does not come', () => {
  const postgres = postgresOfFile();

  it('is asked for, and made once, if the server ends its session', async () => {
    const url = postgres.newUrl();
    const store = await PostgresStore.open({ url });
    const writer = new PageWriter();
    let ended = 0;
    const done = writer.write(store, () => ended >= 5);
    while (ended < 5) {
      const before = writer.written;
      await expect.poll(() => writer.written).toBeGreaterThan(before + 3);
      await postgres.server.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'rabbit@%'`,
      );
      ended++;
    }
    await done;
    writer.expectAll(await reopened(store, url));
  });

  it('is asked for, and made once, if the way to the server is cut', async () => {
    const { proxy, direct, store } = await overProxy();
    const schema = schemaOf(direct);
    const writer = new PageWriter();
    let cuts = 0;
    const done = writer.write(store, () => cuts >= 5);
    while (cuts < 5) {
      const before = writer.written;
      await expect.poll(() => writer.written).toBeGreaterThan(before + 3);
      proxy.hold('back');
      // One was committed, and nobody here knows of it.
      const committed = async (): Promise<number> =>
        Number(await postgres.server.sql(`SELECT batch FROM ${schema}.node`));
      await expect.poll(committed).toBeGreaterThan(writer.reported.length);
      proxy.cut();
      proxy.release();
      cuts++;
    }
    await done;
    writer.expectAll(await reopened(store, direct));
  });

  it('does not keep a store from leaving whose session breaks as it closes', async () => {
    const { proxy, direct, store } = await overProxy();
    await commit(store, (batch) => page(store, batch, 1, 0));
    proxy.cut();
    await store.close();
    expect(await postgres.server.sql(`SELECT alive FROM ${schemaOf(direct)}.node`)).toBe('f');
  });

  it('is asked for over another session, if the server ends its own and the socket does not end', async () => {
    let isToEnd = false;
    let ended = 0;
    // ErrorResponse, which nothing was asked for: FATAL 57P01. The end of the socket is lost on the way.
    const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
    const error = Buffer.concat([Buffer.of(0x45, 0, 0, 0, fields.length + 4), fields]);
    const proxy = await Proxy.to(postgres.server.port, (chunk) => {
      if (!isToEnd || !chunk.subarray(-6).equals(READY_FOR_QUERY)) return chunk;
      isToEnd = false;
      ended++;
      return Buffer.concat([chunk, error]);
    });
    const direct = postgres.newUrl();
    const store = await PostgresStore.open({ url: through(proxy, direct) });
    const writer = new PageWriter();
    const done = writer.write(store, () => ended >= 3);
    for (let times = 0; times < 3; times++) {
      const before = writer.written;
      await expect.poll(() => writer.written).toBeGreaterThan(before + 3);
      isToEnd = true;
      await expect.poll(() => isToEnd).toBe(false);
    }
    // The last one has ended by now: that is no reason for a close to fail.
    await done;
    writer.expectAll(await reopened(store, direct));
  });

  it('is waited for by publishers while the server is restarted', async () => {
    const url = postgres.newUrl();
    const store = await PostgresStore.open({ url });
    const troubles: boolean[] = [];
    // What is wrong may change meanwhile.
    store.onTrouble(
      (reason) => void (troubles.at(-1) !== (reason !== undefined) && troubles.push(reason !== undefined)),
    );
    const writer = new PageWriter();
    let isBack = false;
    const done = writer.write(store, () => isBack);
    await expect.poll(() => writer.written).toBeGreaterThan(3);
    await postgres.server.end('SIGKILL');
    await expect.poll(() => troubles).toEqual([true]);
    await postgres.server.begin();
    await expect.poll(() => troubles).toEqual([true, false]);
    isBack = true;
    await done;
    writer.expectAll(await reopened(store, url));
  });

  async function overProxy(options: Partial<PostgresStoreOptions> = {}) {
    const proxy = await Proxy.to(postgres.server.port);
    const direct = postgres.newUrl();
    const store = await PostgresStore.open({ url: through(proxy, direct), ...options });
    onTestFinished(() => store.close().catch(() => undefined));
    const troubles: (string | undefined)[] = [];
    store.onTrouble((reason) => troubles.push(reason));
    return { proxy, direct, store, troubles };
  }

  it('comes late over a slow way, and nobody else takes over meanwhile', async () => {
    const { proxy, direct, store } = await overProxy();
    const fenced: string[] = [];
    store.onFenced((reason) => fenced.push(reason));
    const waits = Promise.withResolvers<string>();
    const another = PostgresStore.open({ url: direct, name: 'another', onWaiting: waits.resolve });
    await waits.promise;
    proxy.slow({ delayMs: 120 });
    const writer = new PageWriter();
    await writer.write(store, () => writer.reported.length >= 5);
    expect(fenced).toEqual([]);
    proxy.slow({});
    await store.close();
    const next = await another;
    writer.expectAll(await recover(next));
    await next.close();
  });

  it('comes after more than a second, and once, over a way that takes that long', async () => {
    const { proxy, direct, store, troubles } = await overProxy();
    proxy.slow({ delayMs: 700 });
    const writer = new PageWriter();
    await writer.write(store, () => writer.reported.length >= 3);
    proxy.slow({});
    expect(troubles).toContain('the database has not answered for a second');
    expect(troubles.at(-1)).toBeUndefined();
    writer.expectAll(await reopened(store, direct));
  });

  it('is not asked for while a large batch is on a narrow way', async () => {
    const { proxy, store } = await overProxy();
    proxy.slow({ bytesPerSecond: 150_000 });
    await commit(store, (batch) => page(store, batch, 1, 0, 600_000));
    proxy.slow({});
  });

  const whyNot = whyNoSmallDisk();
  it(`is made once there is room, if the disk of the database is full${whyNot}`, { skip: whyNot !== '' }, async () => {
    const disk = smallDisk(2_000_000);
    await giveToOwner(disk);
    await postgres.server.sql(`CREATE TABLESPACE small LOCATION '${disk}'`);
    await postgres.server.sql(
      'CREATE ROLE crowded LOGIN; GRANT CREATE ON DATABASE leveret TO crowded; GRANT CREATE ON TABLESPACE small TO crowded; ALTER ROLE crowded SET default_tablespace = small',
    );
    const url = postgres.newUrl().replace('leveret@', 'crowded@');
    const store = await PostgresStore.open({ url });
    const troubles: (string | undefined)[] = [];
    store.onTrouble((reason) => troubles.push(reason));
    let fenced = false;
    store.onFenced(() => (fenced = true));
    const writer = new PageWriter(100_000);
    let isEnough = false;
    const done = writer.write(store, () => isEnough);
    await expect.poll(() => troubles.at(-1)).toContain('could not extend file');
    const { length } = writer.reported;
    expect(length).toBe(writer.written - 1);
    growDisk(disk, 50_000_000);
    await expect.poll(() => writer.reported.length).toBeGreaterThan(length + 1);
    isEnough = true;
    await done;
    expect(troubles.at(-1)).toBeUndefined();
    expect(fenced).toBe(false);
    writer.expectAll(await reopened(store, url));
    // Its files are gone before the disk is.
    await postgres.server.sql('DROP OWNED BY crowded CASCADE; DROP ROLE crowded');
    await postgres.server.sql('DROP TABLESPACE small');
  });

  it('is made when the database is back, which was away for a minute, and nobody was fenced', async () => {
    // Timers and leases pass so much faster than time does. Much faster, and a busy machine answers nothing in time.
    const pace = AWAY_MS === 0 ? 12 : 1;
    const hurried: Clock = {
      ...systemClock,
      elapsed: () => pace * systemClock.elapsed(),
      after: (ms, callback) => systemClock.after(ms / pace, callback),
      every: (ms, callback) => systemClock.every(ms / pace, callback),
    };
    const proxy = await Proxy.to(postgres.server.port);
    const direct = `${postgres.newUrl()}&lease=${1000 * pace}`;
    const url = through(proxy, direct);
    const store = await PostgresStore.open({ url, clock: hurried });
    const fenced: string[] = [];
    store.onFenced((reason) => fenced.push(reason));
    const waits = Promise.withResolvers<string>();
    const another = PostgresStore.open({ url, clock: hurried, name: 'another', onWaiting: waits.resolve });
    await waits.promise;
    const writer = new PageWriter();
    let isBack = false;
    const done = writer.write(store, () => isBack);
    await expect.poll(() => writer.reported.length).toBeGreaterThan(3);
    proxy.cut(true);
    const begun = hurried.elapsed();
    await expect
      .poll(() => hurried.elapsed() - begun, { timeout: PATIENCE + AWAY_MS })
      .toBeGreaterThan(AWAY_MS || 60_000);
    const { length } = writer.reported;
    proxy.open();
    await expect.poll(() => writer.reported.length).toBeGreaterThan(length + 3);
    expect(fenced).toEqual([]);
    isBack = true;
    await done;
    await store.close();
    const next = await another;
    writer.expectAll(await recover(next));
    await next.close();
  });

  it('is given up at the close of a node whose database is away for ever', async () => {
    const { proxy, store, troubles } = await overProxy({ closeMs: 100 });
    proxy.cut(true);
    store.schedule(
      new Script().next((batch) => page(store, batch, 1, 0)),
      true,
    );
    await expect.poll(() => troubles.length).toBeGreaterThan(0);
    await expect(store.close()).rejects.toThrow('closed with data not written');
  });
});
