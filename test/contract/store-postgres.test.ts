/** The PostgreSQL store keeps the contract, through closing and opening again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile } from '../support/postgres/shared.ts';
import { storeContract } from './store.contract.ts';
import { commit, page } from './store.support.ts';

describe.skipIf(!hasPostgres)('PostgresStore', () => {
  const postgres = postgresOfFile();
  let opened: Map<Store, string>;

  beforeEach(() => {
    opened = new Map();
  });

  afterEach(async () => {
    for (const store of opened.keys()) await store.close();
  });

  async function open(url: string, options?: { readonly lazyMs?: number }): Promise<Store> {
    const store = await PostgresStore.open({ url, ...options });
    opened.set(store, url);
    return store;
  }

  storeContract({
    open: (options) => open(postgres.newUrl(), options),
    reopen: async (store) => {
      await store.close();
      return open(opened.get(store)!);
    },
    modelRuns: 5,
  });

  it('tells what somebody throws who is answered, and answers the others', async () => {
    const store = await open(postgres.newUrl());
    const faults: unknown[] = [];
    store.onFault((error) => faults.push((error as Error).message));
    let id = 0;
    await commit(store, (batch) => (id = page(store, batch, 1, 0)));
    store.readPages([id], () => {
      throw new Error('answer');
    });
    await expect.poll(() => faults).toEqual(['answer']);
    expect(await new Promise((resolve) => store.readPages([id], resolve))).toHaveLength(1);
  });
});
