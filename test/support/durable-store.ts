/** A store in memory that the broker takes for one that outlives the process: confirms wait for it, and what is recovered is out of memory. */
import { MemoryStore } from '../../src/testing/store/memory-store.ts';

export class DurableStore extends MemoryStore {
  override readonly durable = true;
}
