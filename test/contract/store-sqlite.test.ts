/** The SQLite store keeps the contract, through closing and opening again. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { storeContract } from './store.contract.ts';

describe('SqliteStore', () => {
  let parent: string;
  let opened: Map<Store, string>;

  beforeEach(() => {
    parent = temporaryFolder();
    opened = new Map();
  });

  afterEach(async () => {
    for (const store of opened.keys()) await store.close();
  });

  async function open(folder: string, options: { readonly lazyMs?: number } = {}): Promise<Store> {
    const store = await SqliteStore.open({ folder, ...options });
    opened.set(store, folder);
    return store;
  }

  storeContract({
    open: (options) => open(join(parent, `${opened.size}`), options),
    reopen: async (store) => {
      await store.close();
      return open(opened.get(store)!);
    },
  });
});
