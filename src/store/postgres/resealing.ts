/**
 * Opens what is sealed in each table and closes it again: with another key, for the first time, or for good. A portion at a time: what one has read
 * its statements put back, of rows that are still there by then. Whoever stops in between goes on with the portions that are left, or begins anew.
 */
import { sealedAnew, textSealedAnew } from '../engine/sealed-columns.ts';
import { parameterWith, type TextChange, userWith } from '../engine/sealed-record.ts';
import { Keyring, type Place, type Seal } from '../sealing/seal.ts';
import type { ParameterRecord, UserRecord } from '../stored-records.ts';
import { bigints, blobs, ints } from './arrays.ts';
import { decodeRecord, encodeRecord } from './entities.ts';
import { COLUMNS, type ResealedColumn, updateOf } from './resealed-columns.ts';
import type { Session, Statement } from './session.ts';

/** What a portion may have: rows, and bytes if it has more than one. */
const PORTION_ROWS = 200;
const PORTION_BYTES = 512 * 1024;

export interface Portion {
  /** To be run in one transaction. */
  readonly statements: readonly Statement[];
  /** Rows that were looked at. */
  readonly rows: number;
  /** Those that cannot be opened: they are left as they are. */
  readonly damaged: readonly string[];
}

/** What tells a row from the others of its table, as SQL has it. */
type Key = readonly string[];

interface Found {
  readonly portion: Portion;
  /** Of the last row that was looked at. */
  readonly last: Key;
}

export class Resealing {
  readonly #from: Seal;
  readonly #to: Seal;
  /** What has to be sealed by its newest key; undefined if all has to be sealed anew. */
  readonly #keyring: Keyring | undefined;
  /** Where the next portion begins: which table, and behind which of its rows. */
  #table = 0;
  #after: Key | undefined;

  /** `from` and `to` may be one keyring: what is sealed by its newest key is left as it is then. */
  constructor(from: Seal, to: Seal) {
    this.#from = from;
    this.#to = to;
    this.#keyring = from === to && to instanceof Keyring ? to : undefined;
  }

  /** How many rows there are to be looked at, if nothing changes. */
  async count(session: Session): Promise<number> {
    const counts = COLUMNS.map(({ table, column }) => `(SELECT count(*) FROM ${table} WHERE ${this.#isOld(column)})`);
    counts.push(`(SELECT count(*) FROM entity WHERE kind IN ('parameter', 'user'))`);
    return Number((await session.query(`SELECT ${counts.join(' + ')}`)).rows[0][0]);
  }

  /** Undefined if nothing is left. Rejects with what the session rejects with: the next call gives the same portion again. */
  async next(session: Session): Promise<Portion | undefined> {
    for (; this.#table <= COLUMNS.length; this.#table++, this.#after = undefined) {
      const column = COLUMNS.at(this.#table);
      const found = await (column === undefined ? this.#records(session) : this.#rows(session, column));
      if (found === undefined) continue;
      this.#after = found.last;
      return found.portion;
    }
    return undefined;
  }

  async #rows(session: Session, column: ResealedColumn<object>): Promise<Found | undefined> {
    const { table, key, column: name, others, count } = column;
    const last = await this.#end(session, column);
    if (last === undefined) return undefined;
    const [keys, checksums, sealed, damaged]: [(readonly number[])[], number[], Uint8Array[], string[]] = [
      [],
      [],
      [],
      [],
    ];
    let rows = 0;
    const upTo = `(${key.join()}) <= (${last.join()})`;
    await session.copyOut(
      `COPY (SELECT ${others}, checksum, ${name} FROM ${table} WHERE ${this.#isBehind(key)} AND ${upTo} AND ${this.#isOld(name)})
         TO STDOUT BINARY`,
      (columns) => {
        rows++;
        const row = column.row(columns);
        const stored = { checksum: columns.int(count), data: columns.bytes(count + 1) };
        const anew = sealedAnew(column, row, stored, this.#from, this.#to);
        if (anew === undefined) {
          damaged.push(nameOf(column.place(row)));
          return;
        }
        keys.push(column.keyOf(row));
        checksums.push(anew.checksum);
        sealed.push(anew.data);
      },
    );
    const values = [...key.map((_, n) => bigints(keys.map((own) => own[n]))), ints(checksums), blobs(sealed)];
    const statements = keys.length === 0 ? [] : [{ text: updateOf(column), values }];
    return { portion: { statements, rows, damaged }, last };
  }

  /** The last row of the next portion; undefined if there is none. */
  async #end(session: Session, { table, key, column }: ResealedColumn<object>): Promise<Key | undefined> {
    const { rows } = await session.query(
      `SELECT ${key.join()}, octet_length(${column}) FROM ${table} WHERE ${this.#isBehind(key)} AND ${this.#isOld(column)}
        ORDER BY ${key.join()} LIMIT ${PORTION_ROWS}`,
    );
    let bytes = 0;
    const more = rows.findIndex((row, n) => (bytes += Number(row.at(-1))) > PORTION_BYTES && n > 0);
    const last = rows.at(more === -1 ? -1 : more - 1);
    return last?.slice(0, -1) as Key | undefined;
  }

  #isBehind(key: readonly string[]): string {
    return this.#after === undefined ? 'true' : `(${key.join()}) > (${this.#after.join()})`;
  }

  /** Looked at by the server, of which a row's first bytes are cheap to have. */
  #isOld(column: string): string {
    if (this.#keyring === undefined) return 'true';
    return `substr(${column}, 1, 2) <> decode('${prefixOf(this.#keyring.current)}', 'hex')`;
  }

  async #records(session: Session): Promise<Found | undefined> {
    const { rows } = await session.run([
      {
        text: `SELECT kind, key, record FROM entity WHERE kind IN ('parameter', 'user') AND (kind, key) > ($1, $2)
          ORDER BY kind, key LIMIT ${PORTION_ROWS}`,
        values: [...(this.#after ?? ['', ''])],
      },
    ]);
    if (rows.length === 0) return undefined;
    const statements: Statement[] = [];
    const damaged: string[] = [];
    for (const [kind, key, record] of rows as readonly (readonly string[])[]) {
      const [name, anew] = this.#recordAnew(kind, record);
      if (anew === undefined) damaged.push(name);
      else if (anew !== record)
        statements.push({ name: 'reseal', text: PUT_RECORD, values: [kind, key, record, anew] });
    }
    return { portion: { statements, rows: rows.length, damaged }, last: rows.at(-1)!.slice(0, 2) as Key };
  }

  /** What it is called, and the record; undefined if that cannot be opened, or makes no sense. */
  #recordAnew(kind: string, text: string): [name: string, anew: string | undefined] {
    let name = `a ${kind}`;
    const change: TextChange = (place, stored) => {
      name = nameOf(place);
      if (this.#keyring?.isCurrent(stored) === true) return stored;
      return textSealedAnew(place, stored, this.#from, this.#to);
    };
    try {
      const record = decodeRecord<UserRecord & ParameterRecord>(text);
      const anew = kind === 'user' ? userWith(record, change) : parameterWith(record, change);
      return [name, anew && encodeRecord(anew)];
    } catch {
      return [name, undefined];
    }
  }
}

/** A record that has been replaced meanwhile is sealed as it should be. */
const PUT_RECORD = 'UPDATE entity SET record = $4 WHERE kind = $1 AND key = $2 AND record = $3';

/** What is sealed by a key begins with its number, lowest byte first. */
function prefixOf(key: number): string {
  return Buffer.of(key & 0xff, key >> 8).toString('hex');
}

/** For who reads of it. */
function nameOf(place: Place): string {
  return place.slice(0, 2).join(' ');
}
