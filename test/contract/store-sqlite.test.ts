/** The SQLite store keeps the contract, through closing and opening again. */
import { describe } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { storeContract } from './store.contract.ts';
import { storesInFolders } from './stores-in-folders.ts';

describe('SqliteStore', () => {
  // The stores that are sealed or late go through more of them, and start no thread for each.
  storeContract({ ...storesInFolders((options) => SqliteStore.open(options)), modelRuns: 5 });
});
