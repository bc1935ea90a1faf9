/**
 * The keys that rows are sealed by, in the table `sealing`, each itself sealed under the master key, which is in no file of the store. A store
 * without such rows is not sealed.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { KEY_BYTES, Keyring, type Seal, UNKNOWN, UNSEALED } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';

/** By their numbers: what crosses to the writer thread. */
export type DataKeys = ReadonlyMap<number, Uint8Array>;

/** Master keys have one number. */
const MASTER = 0;

/** Throws StoreError if the master key is not the one, is there for a store that is not sealed, or is missing. */
export function readDataKeys(database: Database, master: Uint8Array | undefined): DataKeys | undefined {
  const rows = database.prepare('SELECT id, wrapped FROM sealing').raw().all() as [number, Buffer][];
  if (rows.length === 0) {
    if (master === undefined) return undefined;
    throw new StoreError(
      `${database.name} is not sealed, and a key is given for it. Seal it with "leveret store seal" while the broker is stopped, or start without the key.`,
    );
  }
  if (master === undefined) throw new StoreError(`${database.name} is sealed: name its key with --store-key.`);
  const seal = sealUnder(master);
  const keys = new Map<number, Uint8Array>();
  for (const [id, wrapped] of rows) {
    const key = seal.open(placeOf(id), wrapped);
    if (key === undefined) throw new StoreError(`${database.name} is sealed with another key than --store-key names.`);
    keys.set(id, key);
  }
  return keys;
}

/** Has what is sealed from now on be so by a new key. */
export function addDataKey(database: Database, master: Uint8Array): void {
  const id = database.prepare('SELECT ifnull(max(id), 0) + 1 FROM sealing').pluck().get() as number;
  const wrapped = sealUnder(master).close(placeOf(id), randomBytes(KEY_BYTES));
  database.prepare('INSERT INTO sealing VALUES (?, ?)').run(id, wrapped);
}

/** What rows are opened by: `UNKNOWN` if they are sealed and no key is given. Throws StoreError for another key. */
export function sealOf(database: Database, master: Uint8Array | undefined): Seal {
  const isSealed = database.prepare('SELECT 1 FROM sealing').get() !== undefined;
  return isSealed && master === undefined ? UNKNOWN : sealBy(readDataKeys(database, master));
}

export function sealBy(keys: DataKeys | undefined): Seal {
  return keys === undefined ? UNSEALED : new Keyring(keys);
}

function sealUnder(master: Uint8Array): Seal {
  return new Keyring(new Map([[MASTER, master]]));
}

function placeOf(id: number) {
  return ['data key', id] as const;
}
