/**
 * A process that writes to a store until it is killed: node store-child.ts <folder> <seed>.
 * It prints `open`, and then `committed <n>` when its n-th batch is on disk. Batch n holds two pages of queue 1 whose first
 * sequence number is n, of `pageBytes(seed, n)` bytes each, and drops both pages of batch n - 50.
 */
import { writeSync } from 'node:fs';
import type { Batch } from '../../src/store/batch.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { pageBytes } from './store-crash.ts';

const [folder = '', seed = '1'] = process.argv.slice(2);

/** At once: what a stream holds until somebody reads would be lost with the process, and count as not reported. */
function say(line: string): void {
  while (!written(line));
}

/** False if whoever reads has fallen behind, and there is no room for the line yet. */
function written(line: string): boolean {
  try {
    writeSync(1, `${line}\n`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return false;
  }
}

const store = await SqliteStore.open({ folder });
store.recover();
say('open');

const pages = new Map<number, number[]>();
let n = 0;
const log = {
  collect(batch: Batch): void {
    n++;
    const ids = [store.nextPageId(), store.nextPageId()];
    const bytes = pageBytes(Number(seed), n);
    for (const id of ids) batch.page({ id, queueId: 1, base: 0, first: n, last: n, count: 1 }, bytes).fill(n & 255);
    pages.set(n, ids);
    for (const id of pages.get(n - 50) ?? []) batch.dropPage(id);
    pages.delete(n - 50);
  },
  committed(): void {
    say(`committed ${n}`);
    store.schedule(log, true);
  },
};
store.schedule(log, true);
