/** The keys that rows are sealed by, each itself sealed under the master key, which is in no row. A store without such keys is not sealed. */
import { randomBytes } from 'node:crypto';
import { StoreError } from '../store.ts';
import { KEY_BYTES, Keyring, type Seal, UNKNOWN, UNSEALED } from './seal.ts';

/** By their numbers: what crosses to a writer thread. */
export type DataKeys = ReadonlyMap<number, Uint8Array>;

/** A data key as a row has it. */
export type SealedKey = readonly [id: number, sealed: Uint8Array];

/** Master keys have one number. */
const MASTER = 0;

/**
 * `store`: what it is called in errors. Throws StoreError if the master key is not the one, is there for a store that is not sealed, or is
 * missing.
 */
export function openDataKeys(
  rows: readonly SealedKey[],
  master: Uint8Array | undefined,
  store: string,
): DataKeys | undefined {
  if (rows.length === 0) {
    if (master === undefined) return undefined;
    throw new StoreError(
      `${store} is not sealed, and a key is given for it. Seal it with "leveret store seal" while the broker is stopped, or start without the key.`,
    );
  }
  if (master === undefined) throw new StoreError(`${store} is sealed: name its key with --store-key.`);
  const seal = sealUnder(master);
  const keys = new Map<number, Uint8Array>();
  for (const [id, sealed] of rows) {
    const key = seal.open(placeOf(id), sealed);
    if (key === undefined) throw new StoreError(`${store} is sealed with another key than --store-key names.`);
    keys.set(id, key);
  }
  return keys;
}

/** Throws StoreError for a store that is sealed, if it is to be sealed for the first time. */
export function refuseSealed(rows: readonly SealedKey[], store: string): void {
  if (rows.length > 0)
    throw new StoreError(`${store} is sealed already: "leveret store rotate" seals it with another key.`);
}

/** The number of the key that a store is sealed by first. */
export const FIRST_KEY = 1;

/** A new data key, sealed: what rows are sealed by from now on if its number is the highest. */
export function newDataKey(id: number, master: Uint8Array): SealedKey {
  return [id, sealUnder(master).close(placeOf(id), randomBytes(KEY_BYTES))];
}

/** The same keys, sealed under another master key, and a new one behind them. */
export function underNewMaster(keys: DataKeys, master: Uint8Array): readonly SealedKey[] {
  const seal = sealUnder(master);
  const again = [...keys].map(([id, key]): SealedKey => [id, seal.close(placeOf(id), key)]);
  return [...again, newDataKey(Math.max(...keys.keys()) + 1, master)];
}

export function sealBy(keys: DataKeys | undefined): Seal {
  return keys === undefined ? UNSEALED : new Keyring(keys);
}

/** For who only looks: `UNKNOWN` if rows are sealed and no key is given. Throws as `openDataKeys` does. */
export function sealToLook(rows: readonly SealedKey[], master: Uint8Array | undefined, store: string): Seal {
  return rows.length > 0 && master === undefined ? UNKNOWN : sealBy(openDataKeys(rows, master, store));
}

function sealUnder(master: Uint8Array): Seal {
  return new Keyring(new Map([[MASTER, master]]));
}

function placeOf(id: number) {
  return ['data key', id] as const;
}
