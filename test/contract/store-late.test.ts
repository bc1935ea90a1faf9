/** A store that answers reads later keeps the contract, through closing and opening again: so the contract's tests wait for answers. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { LateStore } from '../support/late-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { storeContract } from './store.contract.ts';

describe('A store that answers some turns later, in any order', () => {
  let parent: string;
  let opened: Map<Store, string>;

  beforeEach(() => {
    parent = temporaryFolder();
    opened = new Map();
  });

  afterEach(async () => {
    for (const store of opened.keys()) await store.close();
  });

  async function open(folder: string, options: { readonly lazyMs?: number } = {}): Promise<Store> {
    const store = new LateStore(await SqliteStore.open({ folder, synchronous: 'normal', ...options }), {
      shuffled: 11,
    });
    opened.set(store, folder);
    return store;
  }

  storeContract({
    open: (options) => open(join(parent, `${opened.size}`), options),
    reopen: async (store) => {
      await store.close();
      return open(opened.get(store)!);
    },
  });

  it('does not answer in the same call', async () => {
    const store = await open(join(parent, 'late'));
    store.recover();
    let answers = 0;
    for (const id of [1, 2, 3]) store.readBody(id, () => answers++);
    expect(answers).toBe(0);
    await store.close();
    expect(answers).toBe(3);
  });
});
