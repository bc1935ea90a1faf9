/** The columns that are sealed, as they are read from the database and written to it anew. */
import { BODY, BODY_PART, PAGE, type PageRow, type SealedColumn, SEEN } from '../engine/sealed-columns.ts';
import type { SeenHeader } from '../stored-records.ts';
import type { CopiedRow } from './copy-out.ts';
import { PAGE_COLUMNS, pageHeaderIn } from './page-columns.ts';

/** A column that is sealed, and what its rows are found and read by. */
export interface ResealedColumn<Row> extends SealedColumn<Row> {
  /** Of the type bigint. */
  readonly key: readonly string[];
  keyOf(row: Row): readonly number[];
  /** What `row` is read from, so many columns. */
  readonly others: string;
  readonly count: number;
  row(columns: CopiedRow): Row;
}

const PAGES: ResealedColumn<PageRow> = {
  ...PAGE,
  key: ['id', 'first_seq'],
  keyOf: ({ id, first }) => [id, first],
  others: `${PAGE_COLUMNS}, bodies`,
  count: 7,
  row: (columns) => ({ ...pageHeaderIn(columns), bodies: columns.blob(6) }),
};
const BODIES: ResealedColumn<{ readonly id: number; readonly bytes: number }> = {
  ...BODY,
  key: ['id'],
  keyOf: ({ id }) => [id],
  others: 'id, bytes',
  count: 2,
  row: (columns) => ({ id: columns.bigint(0), bytes: columns.bigint(1) }),
};
const BODY_PARTS: ResealedColumn<{ readonly id: number; readonly start: number }> = {
  ...BODY_PART,
  key: ['body_id', 'start'],
  keyOf: ({ id, start }) => [id, start],
  others: 'body_id, start',
  count: 2,
  row: (columns) => ({ id: columns.bigint(0), start: columns.bigint(1) }),
};
const SEEN_KEYS: ResealedColumn<SeenHeader & { readonly id: number }> = {
  ...SEEN,
  key: ['id'],
  keyOf: ({ id }) => [id],
  others: 'id, queue_id, newest, count',
  count: 4,
  row: (columns) => ({
    id: columns.bigint(0),
    queueId: columns.bigint(1),
    newest: columns.bigint(2),
    count: columns.int(3),
  }),
};
export const COLUMNS: readonly ResealedColumn<object>[] = [PAGES, BODIES, BODY_PARTS, SEEN_KEYS];

/** The tables that have something sealed. */
export const SEALED_TABLES: readonly string[] = [...COLUMNS.map(({ table }) => table), 'entity'];

/** Of a row only what tells it and its bytes: no row is written twice, and no number is given twice. */
export function updateOf({ table, column, key }: ResealedColumn<object>): string {
  const types = [...key.map(() => 'bigint'), 'int', 'bytea'];
  return `UPDATE ${table} SET ${column} = new.sealed, checksum = new.checksum
     FROM unnest(${types.map((type, n) => `$${n + 1}::${type}[]`).join()}) AS new (${key.join()}, checksum, sealed)
    WHERE ${key.map((name) => `${table}.${name} = new.${name}`).join(' AND ')}`;
}
