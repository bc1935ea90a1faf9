/** The table `sealing`: the keys that rows are sealed by. */
import type { Database } from 'better-sqlite3';
import {
  type DataKeys,
  newDataKey,
  openDataKeys,
  sealBy,
  type SealedKey,
  underNewMaster,
} from '../sealing/data-keys.ts';
import { type Seal, UNKNOWN } from '../sealing/seal.ts';

/** Throws StoreError as openDataKeys does. */
export function readDataKeys(database: Database, master: Uint8Array | undefined): DataKeys | undefined {
  const rows = database.prepare('SELECT id, wrapped FROM sealing').raw().all() as SealedKey[];
  return openDataKeys(rows, master, database.name);
}

/** Has what is sealed from now on be so by a new key. */
export function addDataKey(database: Database, master: Uint8Array): void {
  const id = database.prepare('SELECT ifnull(max(id), 0) + 1 FROM sealing').pluck().get() as number;
  database.prepare('INSERT INTO sealing VALUES (?, ?)').run(...newDataKey(id, master));
}

/** Has `master` be the master key, and what is sealed from now on be so by a new key. What is sealed by `keys` can still be opened. */
export function changeMasterKey(database: Database, keys: DataKeys, master: Uint8Array): void {
  const put = database.prepare('INSERT OR REPLACE INTO sealing VALUES (?, ?)');
  for (const key of underNewMaster(keys, master)) put.run(...key);
}

/** Forgets all keys but the newest: nothing may be sealed by another any more. */
export function forgetOldKeys(database: Database): void {
  database.exec('DELETE FROM sealing WHERE id < (SELECT max(id) FROM sealing)');
}

/** What rows are opened by: `UNKNOWN` if they are sealed and no key is given. Throws StoreError for another key. */
export function sealOf(database: Database, master: Uint8Array | undefined): Seal {
  const isSealed = database.prepare('SELECT 1 FROM sealing').get() !== undefined;
  return isSealed && master === undefined ? UNKNOWN : sealBy(readDataKeys(database, master));
}
