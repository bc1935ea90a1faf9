/** What is in the store, counted without reading the messages: `leveret store stats`. The nodes may run meanwhile. */
import { type CountedStore, countStore } from '../engine/store-stats.ts';
import { UNSEALED } from '../sealing/seal.ts';
import { damagedIn } from './damaged.ts';
import { type NodeRow, readNodes } from './nodes.ts';
import type { Look } from './reading.ts';
import { readState } from './recovery.ts';
import { SCHEMA_VERSION } from './schema.ts';
import type { Session } from './session.ts';

/** A node that has used the database. */
export type NodeStats = Pick<NodeRow, 'name' | 'active' | 'alive' | 'version'>;

export interface DatabaseStats extends CountedStore {
  /** The database, without the password. */
  readonly place: string;
  /** Bytes of the tables with their indexes. */
  readonly tableBytes: number;
  /** Rows that were removed and whose room is not free again yet: that is the work of PostgreSQL's autovacuum. */
  readonly deadRows: number;
  readonly schemaVersion: number;
  readonly nodes: readonly NodeStats[];
}

export async function databaseStats({ session, place }: Look): Promise<DatabaseStats> {
  const contents = await readState(session, false, UNSEALED, damagedIn(place));
  const [[tableBytes, deadRows]] = await numbers(
    session,
    `SELECT coalesce(sum(pg_total_relation_size(relid)), 0), coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables
      WHERE schemaname = current_schema()`,
  );
  const seenKeys = await numbers(session, 'SELECT queue_id, sum(count) FROM seen GROUP BY queue_id');
  return {
    place,
    tableBytes,
    deadRows,
    schemaVersion: SCHEMA_VERSION,
    nodes: (await readNodes(session)).map(({ name, active, alive, version }) => ({ name, active, alive, version })),
    ...countStore(contents, seenKeys as [number, number][]),
  };
}

async function numbers(session: Session, sql: string): Promise<number[][]> {
  return (await session.query(sql)).rows.map((row) => row.map(Number));
}
