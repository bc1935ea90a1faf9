/** `leveret store copy`: from a data folder into a database, from there into a folder, or from one to another of a kind. */
import { seenHeaderOf } from '../broker/deduplication/seen-log.ts';
import { compareStates, copyStore, recoverAll } from '../store/copy-store.ts';
import { type Store, StoreError } from '../store/store.ts';
import { isAddress } from '../store/postgres/address.ts';
import { readMasterKey } from '../store/sealing/master-key.ts';
import { checkThere, databasePath } from '../store/sqlite/database-file.ts';
import { size } from './sizes.ts';

/** How long a database may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** Returns what is printed. `keySource`: of folders that are sealed. Throws StoreError; `to` is not complete then. */
export async function copyStores(from: string, to: string, keySource: string | undefined): Promise<string> {
  const key = keySource === undefined ? undefined : readMasterKey(keySource);
  if (!isAddress(from)) checkThere(databasePath(from));
  const source = await open(from, key);
  try {
    const found = await recoverAll(source);
    const target = await open(to, key);
    const { queues, messages, bytes } = await copyStore(source, found, target, seenHeaderOf).finally(() =>
      target.close(),
    );
    const copy = await open(to, key);
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

async function open(place: string, key: Uint8Array | undefined): Promise<Store> {
  if (!isAddress(place)) {
    const { SqliteStore } = await import('../store/sqlite/sqlite-store.ts');
    return SqliteStore.open({ folder: place, key, thread: false });
  }
  const { PostgresStore } = await import('../store/postgres/postgres-store.ts');
  const impatience = new AbortController();
  let user: string | undefined;
  const onWaiting = (active: string): void => {
    user = active;
    impatience.abort();
  };
  const options = { url: place, name: 'leveret store copy', startMs: ANSWER_MS, signal: impatience.signal, onWaiting };
  return PostgresStore.open(options).catch((error: unknown) => {
    if (user === undefined) throw error;
    throw new StoreError(`The node ${user} uses the database: stop all nodes first.`);
  });
}
