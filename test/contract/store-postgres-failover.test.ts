/** A primary and its synchronous standby: what is reported committed is on both, whatever becomes of either. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { hasPostgres, PostgresServer } from '../support/postgres/server.ts';
import { PageWriter } from './page-writer.ts';
import { recover } from '../support/store-reads.ts';

/** Commits of the active node that wait for the standby. */
const WAITS = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'rabbit@%'";

describe.skipIf(!hasPostgres)('a primary with a synchronous standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  /** Both are as they were at first: the next test may have them. */
  let areSound = false;
  let tests = 0;
  let url: string;
  let store: PostgresStore;
  let writer: PageWriter;
  let isEnough: boolean;
  let done: Promise<void>;

  beforeEach(async () => {
    if (!areSound) {
      // Its sessions would not wait for a standby if they did not ask for that.
      primary = await PostgresServer.start('fsync = on\nsynchronous_commit = off');
      standby = await primary.follow();
    }
    areSound = false;
    tests++;
    url = addressOf(primary, standby);
    store = await PostgresStore.open({ url, requireSync: true });
    writer = new PageWriter();
    isEnough = false;
    done = writer.write(store, () => isEnough);
    await expect.poll(() => writer.reported.length).toBeGreaterThan(5);
  });

  afterEach(async () => {
    await store.close().catch(() => undefined);
    if (!areSound) await removeBoth();
  });

  afterAll(async () => {
    if (areSound) await removeBoth();
  });

  const removeBoth = () => Promise.all([primary.remove(), standby.remove()]);

  /** Of the running test's schema. */
  function addressOf(...servers: readonly PostgresServer[]): string {
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`);
    return `postgres://leveret@${hosts.join()}/leveret?schema=s${tests}`;
  }

  async function expectAllOn(server: PostgresServer): Promise<void> {
    isEnough = true;
    await done;
    await store.close();
    const again = await PostgresStore.open({ url: addressOf(server) });
    writer.expectAll(await recover(again));
    await again.close();
  }

  /** The new primary has no standby of its own. */
  async function promote(): Promise<void> {
    standby.configure("synchronous_standby_names = ''");
    await standby.promote();
    await standby.reload();
  }

  async function goesOn(): Promise<void> {
    const { length } = writer.reported;
    await expect.poll(() => writer.reported.length).toBeGreaterThan(length + 5);
  }

  it('goes on with the standby when that is promoted, as the primary was killed', async () => {
    await primary.end('SIGKILL');
    await promote();
    await goesOn();
    await expectAllOn(standby);
  });

  it('goes on with the standby when that is promoted, as the primary was frozen, and stays there when both are up', async () => {
    await primary.freeze();
    await promote();
    await goesOn();
    await primary.thaw();
    await goesOn();
    await expectAllOn(standby);
  });

  it('confirms nothing while the standby stands still, not even what a cancelled wait calls committed', async () => {
    const { troubles, fenced, another } = await watched();
    await standby.freeze();
    await expect.poll(() => troubles.at(-1)).toBeDefined();
    const { length } = writer.reported;
    for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
      const ended = async (): Promise<string> => primary.sql(`SELECT count(${end}(pid)) ${WAITS}`);
      await expect.poll(ended).toBe('1');
    }
    expect(writer.reported).toHaveLength(length);
    // The active node, which has a session again.
    await expect.poll(() => primary.sql(`SELECT count(*) ${WAITS}`)).toBe('1');
    await standby.thaw();
    await goesOn();
    expect(troubles.at(-1)).toBeUndefined();
    expect(fenced).toEqual([]);
    await another.end();
    await expectAllOn(primary);
    areSound = true;
  });

  it('confirms nothing while the standby is gone, and goes on when it is back', async () => {
    const { troubles, fenced, another } = await watched();
    await standby.end('SIGKILL');
    await expect.poll(() => troubles.at(-1)).toBeDefined();
    const { length } = writer.reported;
    const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    await expect.poll(() => primary.sql(waiting)).toBe('2');
    expect(writer.reported).toHaveLength(length);
    await standby.begin();
    await goesOn();
    expect(fenced).toEqual([]);
    await another.end();
    await expectAllOn(primary);
    areSound = true;
  });

  it('has lost what it had reported if the standby that is promoted has not all of it: that is said, and it begins anew', async () => {
    const { fenced, another } = await watched();
    await another.end();
    const onBoth = writer.reported.length;
    primary.configure("synchronous_standby_names = ''");
    standby.configure("primary_conninfo = ''\nsynchronous_standby_names = ''");
    await Promise.all([primary.reload(), standby.reload()]);
    await expect.poll(() => standby.sql('SELECT count(*) FROM pg_stat_wal_receiver')).toBe('0');
    await goesOn();
    await primary.end('SIGKILL');
    await standby.promote();
    await expect
      .poll(() => fenced)
      .toContainEqual(expect.stringMatching(/has lost what it had reported .*\(the last \d+ batches\)/));
    await expect(store.close()).rejects.toThrow('has lost');
    const again = await PostgresStore.open({ url });
    const found = (await recover(again)).pages.map(({ first }) => first / 10);
    expect(found).toEqual(Array.from(found, (_, n) => n));
    expect(found.length).toBeLessThan(writer.reported.length);
    expect(found.length).toBeGreaterThanOrEqual(onBoth);
    await again.close();
  });

  /** Another node waits for its turn, which it must not get. */
  async function watched() {
    const fenced: string[] = [];
    store.onFenced((reason) => fenced.push(reason));
    const troubles: (string | undefined)[] = [];
    store.onTrouble((reason) => troubles.push(reason));
    const impatience = new AbortController();
    const waits = Promise.withResolvers<string>();
    const options = { name: 'another', signal: impatience.signal, onWaiting: waits.resolve };
    const opening = PostgresStore.open({ url, ...options });
    opening.catch(() => undefined);
    await waits.promise;
    const end = async (): Promise<void> => {
      impatience.abort();
      await expect(opening).rejects.toThrow('given up');
    };
    return { troubles, fenced, another: { end } };
  }
});

describe.skipIf(!hasPostgres)('a server without a standby', () => {
  it('is used with a warning, and refused if that is asked for', async () => {
    const server = await PostgresServer.start();
    const warnings: string[] = [];
    const url = server.url('s');
    const store = await PostgresStore.open({ url, log: (level, _, text) => level === 'warn' && warnings.push(text) });
    await store.close();
    expect(warnings).toContainEqual(expect.stringContaining('synchronous_standby_names is empty'));
    await expect(PostgresStore.open({ url, requireSync: true })).rejects.toThrow(/synchronous_standby_names is empty/);
    await server.remove();
  });
});
