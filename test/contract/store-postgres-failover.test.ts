/** A primary and its synchronous standby: what is reported committed is on both, whatever becomes of either. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { hasPostgres, PostgresServer } from '../support/postgres/server.ts';
import { PageWriter } from './page-writer.ts';
import { recover } from '../support/store-reads.ts';

describe.skipIf(!hasPostgres)('a primary with a synchronous standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let url: string;
  let store: PostgresStore;
  let writer: PageWriter;
  let isEnough: boolean;
  let done: Promise<void>;

  beforeEach(async () => {
    primary = await PostgresServer.start('fsync = on');
    standby = await primary.follow();
    url = `postgres://leveret@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/leveret`;
    store = await PostgresStore.open({ url, requireSync: true });
    writer = new PageWriter();
    isEnough = false;
    done = writer.write(store, () => isEnough);
    await expect.poll(() => writer.reported.length).toBeGreaterThan(5);
  });

  afterEach(async () => {
    await store.close().catch(() => undefined);
    await Promise.all([primary.remove(), standby.remove()]);
  });

  async function expectAllOn(server: PostgresServer): Promise<void> {
    isEnough = true;
    await done;
    await store.close();
    const again = await PostgresStore.open({ url: `postgres://leveret@127.0.0.1:${server.port}/leveret` });
    writer.expectAll(await recover(again));
    await again.close();
  }

  async function goesOn(): Promise<void> {
    const { length } = writer.reported;
    await expect.poll(() => writer.reported.length).toBeGreaterThan(length + 5);
  }

  it('goes on with the standby when that is promoted, as the primary was killed', async () => {
    await primary.end('SIGKILL');
    // The new one has no standby of its own.
    standby.configure("synchronous_standby_names = ''");
    await standby.promote();
    await standby.reload();
    await goesOn();
    await expectAllOn(standby);
  });

  it('goes on with the standby when that is promoted, as the primary was frozen, and stays there when both are up', async () => {
    await primary.freeze();
    standby.configure("synchronous_standby_names = ''");
    await standby.promote();
    await standby.reload();
    await goesOn();
    await primary.thaw();
    await goesOn();
    await expectAllOn(standby);
  });

  it('confirms nothing while the standby stands still, not even what a cancelled wait calls committed', async () => {
    let fenced = false;
    store.onFenced(() => (fenced = true));
    const troubles: (string | undefined)[] = [];
    store.onTrouble((reason) => troubles.push(reason));
    await standby.freeze();
    await expect.poll(() => troubles.at(-1)).toBeDefined();
    const { length } = writer.reported;
    for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
      const ended = async (): Promise<string> =>
        primary.sql(`SELECT count(${end}(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
      await expect.poll(ended).toBe('1');
    }
    expect(writer.reported).toHaveLength(length);
    await standby.thaw();
    await goesOn();
    expect(troubles.at(-1)).toBeUndefined();
    expect(fenced).toBe(false);
    await expectAllOn(primary);
  });
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
