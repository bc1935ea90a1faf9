/** Whatever breaks in the middle of a commit: each batch is committed once, in its order, and only what is committed is reported so. */
import { describe, expect, it } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { Proxy } from '../support/postgres/proxy.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile } from '../support/postgres/shared.ts';
import { PageWriter } from './page-writer.ts';
import { recover, type Recovered } from '../support/store-reads.ts';

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
    const proxy = await Proxy.to(postgres.server.port);
    const direct = postgres.newUrl();
    const schema = new URL(direct).searchParams.get('schema');
    const url = direct.replace(`:${postgres.server.port}`, `:${proxy.port}`);
    const store = await PostgresStore.open({ url });
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
    writer.expectAll(await reopened(store, url));
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
});
