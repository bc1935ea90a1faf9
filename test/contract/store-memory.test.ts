/** The store without a data folder keeps the contract for as long as its process lives. */
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/testing/store/memory-store.ts';
import { storeContract } from './store.contract.ts';

describe('MemoryStore', () => {
  storeContract({
    open: (options) => Promise.resolve(new MemoryStore(options)),
    reopen: (store) => new Promise((resolve) => store.afterCommit(() => resolve(store))),
  });

  it('says that nothing outlives the process', () => {
    expect(new MemoryStore().durable).toBe(false);
  });
});
