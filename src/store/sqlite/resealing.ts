/**
 * Opens what is sealed in each table and closes it again: with another key, for the first time, or for good. Row by row, so that no two are in memory,
 * and so that whoever has it done may stop in between.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { Place, Seal } from '../sealing/seal.ts';
import type { PageHeader, ParameterRecord, SeenHeader, UserRecord } from '../stored-records.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from '../engine/checksum.ts';
import { bodyPartPlace, bodyPlace, pagePlace, parameterPlace, passwordPlace, seenPlace } from '../engine/places.ts';

/** Keys of rows that are looked up at once. */
const KEYS = 500;

/** A column that is sealed, in the rows of a table. */
interface SealedColumn<Columns> {
  readonly table: string;
  readonly key: readonly string[];
  readonly column: string;
  /** What `place` and `checksum` are told of. */
  readonly others: string;
  place(row: Columns): Place;
  /** Undefined for a text, which has none. */
  checksum?(row: Columns, data: Uint8Array): number;
}

const PAGE: SealedColumn<Omit<PageHeader, 'bodies'> & { readonly bodies: Buffer | null }> = {
  table: 'page',
  key: ['id'],
  column: 'data',
  others: 'id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bodies',
  place: pagePlace,
  checksum: (row, data) => pageChecksum(row, row.bodies, data),
};
const BODY: SealedColumn<{ readonly id: number; readonly bytes: number }> = {
  table: 'body',
  key: ['id'],
  column: 'data',
  others: 'id, bytes',
  place: ({ id, bytes }) => bodyPlace(id, bytes),
  checksum: ({ id, bytes }, data) => bodyChecksum(id, bytes, data),
};
const BODY_PART: SealedColumn<{ readonly id: number; readonly start: number }> = {
  table: 'body_part',
  key: ['body_id', 'start'],
  column: 'data',
  others: 'body_id AS id, start',
  place: ({ id, start }) => bodyPartPlace(id, start),
  checksum: ({ id, start }, data) => bodyPartChecksum(id, start, data),
};
const SEEN: SealedColumn<SeenHeader> = {
  table: 'seen',
  key: ['id'],
  column: 'keys',
  others: 'queue_id AS queueId, newest, count',
  place: seenPlace,
  checksum: seenChecksum,
};
const PASSWORD: SealedColumn<Pick<UserRecord, 'name'>> = {
  table: 'user',
  key: ['name'],
  column: 'password_hash',
  others: 'name',
  place: passwordPlace,
};
const PARAMETER: SealedColumn<Omit<ParameterRecord, 'value'>> = {
  table: 'parameter',
  key: ['component', 'vhost', 'name'],
  column: 'value',
  others: 'component, vhost, name',
  place: parameterPlace,
};
const COLUMNS: readonly SealedColumn<object>[] = [PAGE, BODY, BODY_PART, SEEN, PASSWORD, PARAMETER];

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
  isDone: (stored: Uint8Array) => boolean = () => false,
): Generator<Resealed> {
  for (const column of COLUMNS) {
    const rows = new Rows(database, column);
    for (const key of rows.keys()) {
      const row = rows.get(key);
      // It may have been removed since its key was looked up.
      if (row === undefined) continue;
      const place = column.place(row);
      const { stored } = row;
      if (isDone(typeof stored === 'string' ? Buffer.from(stored, 'base64') : stored)) yield { place, bytes: 0 };
      else yield { place, bytes: rows.put(key, row, again(place, stored)) };
    }
  }

  function again(place: Place, stored: Buffer | string): Uint8Array | string | undefined {
    if (typeof stored === 'string') {
      const text = from.openText(place, stored);
      return text === undefined ? undefined : to.closeText(place, text);
    }
    const data = from.open(place, stored);
    return data === undefined ? undefined : to.close(place, data);
  }
}

interface Row {
  readonly stored: Buffer | string;
}

type Key = readonly unknown[];

/** Those of one table. */
class Rows {
  readonly #column: SealedColumn<object>;
  readonly #first: Statement<[], Key>;
  readonly #next: Statement<unknown[], Key>;
  readonly #get: Statement<unknown[], Row>;
  readonly #put: Statement;

  constructor(database: Database, column: SealedColumn<object>) {
    this.#column = column;
    const { table, key, others, column: name } = column;
    const names = key.join(', ');
    const marks = key.map(() => '?').join(', ');
    const where = `(${names}) = (${marks})`;
    const changed = column.checksum === undefined ? `${name} = ?` : `${name} = ?, checksum = ?`;
    this.#first = database.prepare<[], Key>(`SELECT ${names} FROM ${table} ORDER BY ${names} LIMIT ${KEYS}`).raw();
    this.#next = database
      .prepare<unknown[], Key>(
        `SELECT ${names} FROM ${table} WHERE (${names}) > (${marks}) ORDER BY ${names} LIMIT ${KEYS}`,
      )
      .raw();
    this.#get = database.prepare(`SELECT ${others}, ${name} AS stored FROM ${table} WHERE ${where}`);
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

  /** Returns the bytes that are written; undefined if there is nothing to write. */
  put(key: Key, row: Row, sealed: Uint8Array | string | undefined): number | undefined {
    if (sealed === undefined) return undefined;
    if (typeof sealed === 'string') this.#put.run(sealed, ...key);
    else this.#put.run(sealed, this.#column.checksum!(row, sealed), ...key);
    return sealed.length;
  }
}
