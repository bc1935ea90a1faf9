/** Stores of one kind for the contract, each in a folder of its own, closed and gone after the test. */
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { StoreUnderTest } from './store.support.ts';

export interface FolderOptions {
  readonly folder: string;
  readonly lazyMs?: number;
}

/** To be called where tests are declared. */
export function storesInFolders(make: (options: FolderOptions) => Promise<Store>): StoreUnderTest {
  let parent: string;
  let opened: Map<Store, string>;

  beforeEach(() => {
    parent = temporaryFolder();
    opened = new Map();
  });

  afterEach(async () => {
    for (const store of opened.keys()) await store.close();
  });

  async function open(options: FolderOptions): Promise<Store> {
    const store = await make(options);
    opened.set(store, options.folder);
    return store;
  }

  return {
    open: (options) => open({ folder: join(parent, `${opened.size}`), ...options }),
    reopen: async (store) => {
      await store.close();
      return open({ folder: opened.get(store)! });
    },
  };
}
