/** The SQLite store keeps the contract while what it stores is sealed. */
import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { storeContract } from './store.contract.ts';
import { storesInFolders } from './stores-in-folders.ts';

describe('SqliteStore, sealed', () => {
  const key = randomBytes(32);
  storeContract(storesInFolders((options) => SqliteStore.open({ ...options, key, thread: false })));
});
