/** `leveret store copy`: from a data folder into a database, from there into a folder, or from one to another of a kind. */
import { seenHeaderOf } from '../broker/deduplication/seen-log.ts';
import { compareStates, copyStore, recoverAll } from '../store/copy-store.ts';
import { isAddress } from '../store/postgres/address.ts';
import { readDatabase } from '../store/postgres/reading.ts';
import { checkThere, databasePath } from '../store/sqlite/database-file.ts';
import type { Store } from '../store/store.ts';
import { size } from './sizes.ts';

/** A store, and the key that it is sealed with; undefined: it is not. */
export interface CopyPlace {
  readonly place: string;
  readonly key: Uint8Array | undefined;
}

/** Returns what is printed. Throws StoreError; `to` is not complete then. */
export async function copyStores(from: CopyPlace, to: CopyPlace): Promise<string> {
  // Of one that is not there nothing is made.
  if (isAddress(from.place)) await readDatabase(from.place, () => Promise.resolve());
  else checkThere(databasePath(from.place));
  const source = await open(from);
  try {
    const found = await recoverAll(source);
    const target = await open(to);
    const { queues, messages, bytes } = await copyStore(source, found, target, seenHeaderOf).finally(() =>
      target.close(),
    );
    const copy = await open(to);
    try {
      compareStates(found, await recoverAll(copy));
    } finally {
      await copy.close();
    }
    return `${queues} queues with ${messages} messages copied, ${size(bytes)}, and compared\n`;
  } finally {
    await source.close();
  }
}

async function open({ place, key }: CopyPlace): Promise<Store> {
  if (isAddress(place)) {
    const { openAlone } = await import('./sole-node.ts');
    return openAlone(place, 'leveret store copy', key);
  }
  const { SqliteStore } = await import('../store/sqlite/sqlite-store.ts');
  return SqliteStore.open({ folder: place, key, thread: false });
}
