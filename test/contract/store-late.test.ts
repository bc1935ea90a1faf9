/** A store that answers reads later keeps the contract, through closing and opening again: so the contract's tests wait for answers. */
import { describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { LateStore } from '../support/late-store.ts';
import { storeContract } from './store.contract.ts';
import { storesInFolders } from './stores-in-folders.ts';

describe('A store that answers some turns later, in any order', () => {
  const stores = storesInFolders(
    async (options) =>
      new LateStore(await SqliteStore.open({ synchronous: 'normal', thread: false, ...options }), { shuffled: 11 }),
  );

  storeContract(stores);

  it('does not answer in the same call', async () => {
    const store = await stores.open();
    store.recover();
    let answers = 0;
    for (const id of [1, 2, 3]) store.readBody(id, () => answers++);
    expect(answers).toBe(0);
    await store.close();
    expect(answers).toBe(3);
  });
});
