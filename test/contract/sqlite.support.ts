/** What the tests of the SQLite store share. */
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { changed, queue } from './store.support.ts';

/** A new store with the vhost `/` and queues of these numbers in it. */
export async function storeWithQueues(folder: string, ...ids: readonly number[]): Promise<SqliteStore> {
  const store = await SqliteStore.open({ folder, thread: false });
  store.recover();
  await changed(
    store,
    { op: 'put-vhost', record: { name: '/', description: '', tags: [] } },
    ...ids.map((id) => ({ op: 'put-queue', record: queue(id) }) as const),
  );
  return store;
}
