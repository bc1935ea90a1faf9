/** The SQLite store: what a group commit costs, from the publish to the confirm. The disk of the temporary folder counts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { messageOf, queueOn } from './broker.ts';
import type { Micro } from './loop.ts';

const COMMITS = [
  { messages: 1, size: 1024 },
  { messages: 1000, size: 16 },
  { messages: 200, size: 1024 },
] as const;

export const store: readonly Micro[] = COMMITS.map(({ messages, size }) => ({
  name: `store commit ${messages} x ${size} B`,
  description: 'messages of one turn accepted and confirmed, then purged, which the next commit writes',
  prepare: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-micro-'));
    const own = await SqliteStore.open({ folder });
    const queue = queueOn(own);
    const message = messageOf(size, true);
    await new Promise<void>((resolve) => own.afterCommit(resolve));
    return {
      operations: 1,
      run: async () => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const tracker = {
          wait: () => undefined,
          confirmed: (number: number) => void (number === messages && resolve()),
          rejected: () => reject(new Error('the queue refused a message')),
        };
        for (let i = 1; i <= messages; i++) queue.accept(message, true, tracker, i);
        await promise;
        return queue.purge();
      },
      end: async () => {
        await own.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
}));
