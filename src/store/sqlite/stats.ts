/** What is in the file, counted without reading the messages: `leveret store stats`. The broker may run meanwhile. */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { RecoveredPage } from '../records.ts';
import { readState } from './recovery.ts';

export interface QueueStats {
  readonly vhost: string;
  readonly name: string;
  /** Persistent messages that are not settled: ready after a start. */
  readonly messages: number;
  /** Bytes of the pages of the queue. What is settled in part keeps its bytes until the whole page is. */
  readonly bytes: number;
  /** Bytes of the bodies kept apart that its messages refer to. Other queues may refer to the same ones. */
  readonly bodyBytes: number;
  /** Keys of messages that the queue would drop if they came again. */
  readonly keys: number;
}

export interface StoreStats {
  readonly path: string;
  /** Bytes of the file, and of the write-ahead log beside it. */
  readonly fileBytes: number;
  readonly logBytes: number;
  /** Bytes in the file that nothing uses; the broker gives most of them back when it rests, `leveret store compact` all. */
  readonly freeBytes: number;
  readonly schemaVersion: number;
  readonly vhosts: number;
  readonly users: number;
  readonly exchanges: number;
  readonly bindings: number;
  /** In all queues. */
  readonly messages: number;
  readonly bytes: number;
  /** Bodies kept apart, each counted once. */
  readonly bodies: number;
  readonly bodyBytes: number;
  /** Those with the most bytes first. */
  readonly queues: readonly QueueStats[];
}

export function storeStats(database: Database): StoreStats {
  const path = database.name;
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number;
  return database.transaction(() => {
    const state = readState(database, false);
    const queues = new Map(
      state.queues.map(({ id, vhost, name }) => [id, { vhost, name, messages: 0, bytes: 0, bodyBytes: 0, keys: 0 }]),
    );
    for (const page of state.pages) {
      const queue = queues.get(page.queueId);
      if (queue === undefined) continue;
      queue.messages += page.count - settledCount(page);
      queue.bytes += page.bytes;
      for (const body of bodiesOf(page)) queue.bodyBytes += state.bodies.get(body) ?? 0;
    }
    for (const [queueId, keys] of seenKeys(database)) {
      const queue = queues.get(queueId);
      if (queue !== undefined) queue.keys = keys;
    }
    const rows = [...queues.values()].sort((a, b) => b.bytes + b.bodyBytes - a.bytes - a.bodyBytes);
    const bodySizes = [...state.bodies.values()];
    return {
      path,
      fileBytes: statSync(path).size,
      logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
      freeBytes: pragma('freelist_count') * pragma('page_size'),
      schemaVersion: pragma('user_version'),
      vhosts: state.vhosts.length,
      users: state.users.length,
      exchanges: state.exchanges.length,
      bindings: state.bindings.length,
      messages: sum(rows.map((queue) => queue.messages)),
      bytes: sum(rows.map((queue) => queue.bytes)),
      bodies: bodySizes.length,
      bodyBytes: sum(bodySizes),
      queues: rows,
    };
  })();
}

function seenKeys(database: Database): [queueId: number, keys: number][] {
  const sql = 'SELECT queue_id, sum(count) FROM seen GROUP BY queue_id';
  return database.prepare(sql).raw().all() as [number, number][];
}

function isSettled({ settled }: RecoveredPage, position: number): boolean {
  return settled !== undefined && (((settled[position >>> 3] ?? 0) >>> (position & 7)) & 1) === 1;
}

function settledCount(page: RecoveredPage): number {
  let count = 0;
  if (page.settled !== undefined) for (let n = 0; n < page.count; n++) if (isSettled(page, n)) count++;
  return count;
}

/** Ids of the bodies that unsettled messages of the page refer to. */
function* bodiesOf(page: RecoveredPage): IterableIterator<number> {
  const { bodies } = page;
  for (let i = 0; i < (bodies?.length ?? 0); i += 2) if (!isSettled(page, bodies![i])) yield bodies![i + 1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
