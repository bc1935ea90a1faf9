/**
 * Opens what is sealed in each table and closes it again: with another key, for the first time, or for good. Row by row, so that no two are in memory,
 * and so that whoever has it done may stop in between.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Place, Seal } from '../sealing/seal.ts';
import type { ParameterRecord, UserRecord } from '../stored-records.ts';
import { parameterPlace, passwordPlace } from '../engine/places.ts';
import {
  BODY,
  BODY_PART,
  PAGE,
  sealedAnew,
  type SealedColumn,
  SEEN,
  textSealedAnew,
} from '../engine/sealed-columns.ts';

/** Keys of rows that are looked up at once. */
const KEYS = 500;

/** A column that is sealed, and what its rows are found and read by. */
type ResealedColumn<Row> = (SealedColumn<Row> | SealedText<Row>) & {
  readonly key: readonly string[];
  /** What `place` and `checksum` are told of. */
  readonly others: string;
};

/** One that has no checksum. */
interface SealedText<Row> extends Pick<SealedColumn<Row>, 'table' | 'column' | 'place'> {
  readonly checksum?: undefined;
}

const PASSWORD: ResealedColumn<Pick<UserRecord, 'name'>> = {
  table: 'user',
  key: ['name'],
  column: 'password_hash',
  others: 'name',
  place: passwordPlace,
};
const PARAMETER: ResealedColumn<Omit<ParameterRecord, 'value'>> = {
  table: 'parameter',
  key: ['component', 'vhost', 'name'],
  column: 'value',
  others: 'component, vhost, name',
  place: parameterPlace,
};
const COLUMNS: readonly ResealedColumn<object>[] = [
  {
    ...PAGE,
    key: ['id'],
    others: 'id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bodies',
  },
  { ...BODY, key: ['id'], others: 'id, bytes' },
  { ...BODY_PART, key: ['body_id', 'start'], others: 'body_id AS id, start' },
  { ...SEEN, key: ['id'], others: 'queue_id AS queueId, newest, count' },
  PASSWORD,
  PARAMETER,
];

/** What became of a row: the bytes that were written, 0 for one that was as it should be; undefined for one that cannot be opened. */
export interface Resealed {
  readonly place: Place;
  readonly bytes: number | undefined;
}

/** How many rows there are, whatever they are sealed by. */
export function countSealed(database: Database): number {
  const counts = COLUMNS.map(({ table }) => `(SELECT count(*) FROM ${table})`);
  return database
    .prepare(`SELECT ${counts.join(' + ')}`)
    .pluck()
    .get() as number;
}

/** Works as it is iterated: a row a step. `isDone`: true for what is sealed as it should be, and is left as it is. */
export function* reseal(
  database: Database,
  from: Seal,
  to: Seal,
  isDone: (stored: Uint8Array | string) => boolean = () => false,
): Generator<Resealed> {
  for (const column of COLUMNS) {
    const rows = new Rows(database, column);
    for (const key of rows.keys()) {
      const row = rows.get(key);
      // It may have been removed since its key was looked up.
      if (row === undefined) continue;
      const place = column.place(row);
      if (isDone(row.stored)) yield { place, bytes: 0 };
      else yield { place, bytes: rows.put(key, row, from, to) };
    }
  }
}

interface Row {
  readonly stored: Buffer | string;
  /** Undefined of a text. */
  readonly checksum?: number;
}

type Key = readonly unknown[];

/** Those of one table. */
class Rows {
  readonly #column: ResealedColumn<object>;
  readonly #first: Statement<[], Key>;
  readonly #next: Statement<unknown[], Key>;
  readonly #get: Statement<unknown[], Row>;
  readonly #put: Statement;

  constructor(database: Database, column: ResealedColumn<object>) {
    this.#column = column;
    const { table, key, others, column: name } = column;
    const names = key.join(', ');
    const marks = key.map(() => '?').join(', ');
    const where = `(${names}) = (${marks})`;
    const isText = column.checksum === undefined;
    this.#first = database.prepare<[], Key>(`SELECT ${names} FROM ${table} ORDER BY ${names} LIMIT ${KEYS}`).raw();
    this.#next = database
      .prepare<unknown[], Key>(
        `SELECT ${names} FROM ${table} WHERE (${names}) > (${marks}) ORDER BY ${names} LIMIT ${KEYS}`,
      )
      .raw();
    const read = isText ? '' : ', checksum';
    this.#get = database.prepare(`SELECT ${others}, ${name} AS stored${read} FROM ${table} WHERE ${where}`);
    const changed = isText ? `${name} = ?` : `${name} = ?, checksum = ?`;
    this.#put = database.prepare(`UPDATE ${table} SET ${changed} WHERE ${where}`);
  }

  /** In their order, some at a time: rows may come and go meanwhile. */
  *keys(): Generator<Key> {
    let found = this.#first.all();
    while (found.length > 0) {
      yield* found;
      found = this.#next.all(...found.at(-1)!);
    }
  }

  get(key: Key): Row | undefined {
    return this.#get.get(...key);
  }

  /** Returns the bytes that are written; undefined for a row that is left as it is, as it cannot be opened. */
  put(key: Key, row: Row, from: Seal, to: Seal): number | undefined {
    const column = this.#column;
    const { stored, checksum } = row;
    if (column.checksum === undefined) {
      const text = textSealedAnew(column.place(row), stored as string, from, to);
      if (text !== undefined) this.#put.run(text, ...key);
      return text?.length;
    }
    const anew = sealedAnew(column, row, { data: stored as Buffer, checksum: checksum! }, from, to);
    if (anew !== undefined) this.#put.run(anew.data, anew.checksum, ...key);
    return anew?.data.length;
  }
}
