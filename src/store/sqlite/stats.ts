/** What is in the file, counted without reading the messages: `leveret store stats`. The broker may run meanwhile. */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { type CountedStore, countStore } from '../engine/store-stats.ts';
import { logBytes } from './log-inspection.ts';
import { readState } from './recovery.ts';

export interface StoreStats extends CountedStore {
  readonly path: string;
  /** Bytes of the file, and of the write-ahead log beside it. */
  readonly fileBytes: number;
  readonly logBytes: number;
  /** Bytes in the file that nothing uses; the broker gives most of them back when it rests, `leveret store compact` all. */
  readonly freeBytes: number;
  readonly schemaVersion: number;
}

export function storeStats(database: Database): StoreStats {
  const path = database.name;
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number;
  return database.transaction(() => ({
    path,
    fileBytes: statSync(path).size,
    logBytes: logBytes(path),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    schemaVersion: pragma('user_version'),
    ...countStore(readState(database, false), seenKeys(database)),
  }))();
}

function seenKeys(database: Database): [queueId: number, keys: number][] {
  const sql = 'SELECT queue_id, sum(count) FROM seen GROUP BY queue_id';
  return database.prepare(sql).raw().all() as [number, number][];
}
