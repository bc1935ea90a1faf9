/** The PostgreSQL store keeps the contract, through closing and opening again. */
import { afterEach, beforeEach, describe } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile } from '../support/postgres/shared.ts';
import { storeContract } from './store.contract.ts';

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
});
