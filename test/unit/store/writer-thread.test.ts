/** A thread that writes for one store after the other. */
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ToWriter } from '../../../src/store/sqlite/messages.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { commit, page } from '../../contract/store.support.ts';
import { recover } from '../../support/store-reads.ts';

describe('the thread that writes', () => {
  let told: { readonly by: Worker; readonly kind: ToWriter['kind'] }[];

  beforeEach(() => {
    told = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { postMessage } = Worker.prototype;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
      told.push({ by: this, kind: (args[0] as ToWriter).kind });
      Reflect.apply(postMessage, this, args);
    });
  });

  /** Opens a store; tells which thread writes for it. */
  async function opened(folder = temporaryFolder()): Promise<[SqliteStore, Worker]> {
    const store = await SqliteStore.open({ folder });
    store.recover();
    return [store, told.findLast(({ kind }) => kind === 'begin')!.by];
  }

  test('writes for the next store when the first is closed, each into its own file', async () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    const threads: Worker[] = [];
    for (const [n, folder] of folders.entries()) {
      const [store, thread] = await opened(folder);
      await commit(store, (batch) => page(store, batch, 1, n * 10));
      await store.close();
      threads.push(thread);
    }
    expect(threads[1]).toBe(threads[0]);
    for (const [n, folder] of folders.entries()) {
      const store = await SqliteStore.open({ folder });
      expect((await recover(store)).pages.map(({ first }) => first)).toEqual([n * 10]);
      await store.close();
    }
  });

  test('is one for each of two stores that are open at a time', async () => {
    const [[first, one], [second, other]] = [await opened(), await opened()];
    expect(other).not.toBe(one);
    await Promise.all([first.close(), second.close()]);
  });

  test('is another if it ended before it had closed its store', async () => {
    const [store, thread] = await opened();
    await thread.terminate();
    await store.close().catch(() => undefined);
    const [next, other] = await opened();
    expect(other).not.toBe(thread);
    await commit(next, (batch) => page(next, batch, 1, 0));
    await next.close();
  });

  test('hears nothing more of a store that is closed', async () => {
    const [store, thread] = await opened();
    await store.close();
    const [next, same] = await opened();
    expect(same).toBe(thread);
    told = [];
    store.setDiskShort(true);
    expect(told).toEqual([]);
    await next.close();
  });
});
