/** The SQLite store keeps the contract, through closing and opening again. */
import { describe } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { storeContract } from './store.contract.ts';
import { storesInFolders } from './stores-in-folders.ts';

describe('SqliteStore', () => {
  // A thread is started for each: the stores that are sealed or late go through more of them, and start none.
  const threaded = { ...storesInFolders((options) => SqliteStore.open(options)), modelRuns: 5 };
  storeContract(
    threaded,
    storesInFolders((options) => SqliteStore.open({ ...options, thread: false })),
  );
});
