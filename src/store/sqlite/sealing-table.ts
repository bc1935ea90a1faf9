/** The table `sealing`: the keys that rows are sealed by. */
import type { Database } from 'better-sqlite3';
import {
  type DataKeys,
  newDataKey,
  openDataKeys,
  type SealedKey,
  sealToLook,
  underNewMaster,
} from '../sealing/data-keys.ts';
import type { Seal } from '../sealing/seal.ts';

/** Throws StoreError as openDataKeys does. */
export function readDataKeys(database: Database, master: Uint8Array | undefined): DataKeys | undefined {
  return openDataKeys(readSealedKeys(database), master, database.name);
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

/** For who only looks: see `sealToLook`. */
export function sealOf(database: Database, master: Uint8Array | undefined): Seal {
  return sealToLook(readSealedKeys(database), master, database.name);
}

export function readSealedKeys(database: Database): SealedKey[] {
  return database.prepare('SELECT id, wrapped FROM sealing').raw().all() as SealedKey[];
}
