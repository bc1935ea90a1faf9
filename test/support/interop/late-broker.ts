/**
 * A broker in this process whose store answers reads some turns later, as one over a network does, and which keeps nothing in memory nor in a
 * scratch file that it could ask for again: what clients get of durable queues comes from the store.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../../src/embed/assemble.ts';
import { openStore, type StoreOpener } from '../../../src/embed/open-store.ts';
import { LateStore } from '../late-store.ts';

/** Milliseconds. */
const EVICT_EVERY = 1;

export interface LateBroker {
  readonly url: string;
  /** Reads that it had to wait for. */
  readonly answered: number;
  stop(): Promise<void>;
}

export async function startLateBroker(): Promise<LateBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-late-'));
  const openLate: StoreOpener = async (request) => {
    const { store, scratch } = await openStore({ ...request, thread: false });
    scratch?.close();
    return { store: new LateStore(store, { shuffled: 7 }), scratch: undefined };
  };
  const { node, listeners, ending } = await assemble({ port: 0, dataDir: folder }, { openStore: openLate });
  const { memory, store } = node;
  // A budget of what there is: all that the store has goes out of memory, and no publisher is stopped.
  const evictions = setInterval(() => (memory.budget = Math.max(1, memory.bytes)), EVICT_EVERY);
  return {
    url: `amqp://guest:guest@127.0.0.1:${listeners.places[0].port}`,
    get answered() {
      return (store as LateStore).answered;
    },
    stop: async () => {
      clearInterval(evictions);
      await ending.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
