/** Reads the whole file and says all that is wrong with it: `leveret store check`. The broker may run meanwhile. */
import type { Database } from 'better-sqlite3';
import { bitAt } from '../../util/bytes.ts';
import type { PageHeader, ParameterRecord, SeenHeader, UserRecord } from '../stored-records.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from '../engine/checksum.ts';
import { NOT_OPENED, type Place, type Seal, UNKNOWN, UNSEALED } from '../sealing/seal.ts';
import { bodyPartPlace, bodyPlace, pagePlace, parameterPlace, passwordPlace, seenPlace } from '../engine/places.ts';
import { logProblem } from './log-inspection.ts';
import { knownProblem, numbersIn, pageProblem } from '../engine/row-problems.ts';
import type { StoredPage, StoredPart } from '../engine/stored-rows.ts';
import { quickCheck } from './structure.ts';

/** What is wrong with the records in a page's data, which the store does not know; undefined if nothing is. */
export type RecordsCheck = (page: PageHeader, data: Buffer) => string | undefined;

export interface CheckReport {
  /** A line each; empty if the file is sound. */
  readonly problems: readonly string[];
  /** What is unusual and does no harm. */
  readonly notes: readonly string[];
  readonly pages: number;
  readonly bodies: number;
  /** Messages that are not settled, in all queues. */
  readonly messages: number;
}

interface CheckedPage extends StoredPage {
  readonly bytes: number;
  readonly bitmap: Uint8Array | null;
  readonly bitmapChecksum: number | null;
  readonly messages: Uint8Array | null;
  readonly messagesChecksum: number | null;
  /** Null if there is no such queue, and no exchange with such a log. */
  readonly owner: number | null;
}

interface SeenRow extends SeenHeader {
  readonly checksum: number;
  readonly keys: Buffer;
  /** Null if there is no such queue. */
  readonly owner: number | null;
}

/** Most problems that SQLite's own check lists. */
const SQLITE_PROBLEMS = 100;

/** Tables whose rows name a vhost. */
const OF_VHOST = ['exchange', 'queue', 'binding', 'permission'];
/** Each counter with the ids that it has to be past. */
const COUNTED = {
  queue: 'SELECT id FROM queue UNION ALL SELECT log_id FROM exchange',
  page: 'SELECT id FROM page',
  body: 'SELECT id FROM body UNION ALL SELECT body_id FROM body_part',
};

/**
 * `database`: a connection that reads, to be closed after this. All is read as of one moment. `seal`: what rows are opened by. With
 * `UNKNOWN` nothing is checked of what sealed bytes hold.
 */
export function checkStore(database: Database, checkRecords: RecordsCheck, seal: Seal = UNSEALED): CheckReport {
  return new Check(database, checkRecords, seal).run();
}

class Check {
  readonly #database: Database;
  readonly #checkRecords: RecordsCheck;
  readonly #seal: Seal;
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  readonly #referenced = new Set<number>();
  #messages = 0;

  constructor(database: Database, checkRecords: RecordsCheck, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
    this.#checkRecords = checkRecords;
  }

  run(): CheckReport {
    this.#try('the log', () => this.#log());
    this.#try('the file', () => this.#database.exec('BEGIN'));
    this.#try('the structure', () => this.#structure());
    const pages = this.#try('the list of pages', () => this.#pages()) ?? 0;
    const bodies = this.#try('the list of bodies', () => this.#bodies()) ?? 0;
    this.#try('the list of keys', () => this.#seen());
    this.#try('the list of users', () => this.#passwords());
    this.#try('the list of parameters', () => this.#parameters());
    this.#try('the references between tables', () => this.#references());
    return { problems: this.#problems, notes: this.#notes, pages, bodies, messages: this.#messages };
  }

  #log(): void {
    const problem = logProblem(this.#database.name, this.#database);
    if (problem !== undefined) this.#problems.push(problem);
  }

  #structure(): void {
    for (const problem of quickCheck(this.#database, `integrity_check(${SQLITE_PROBLEMS})`)) {
      this.#problems.push(`SQLite: ${problem}`);
    }
  }

  /** By id, so that a row that cannot be read does not hide those behind it. */
  #pages(): number {
    const ids = this.#column<number>('SELECT id FROM page INDEXED BY page_of_queue');
    const row = this.#database.prepare(
      `SELECT page.id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bytes, page.checksum, bodies,
              data, bitmap, settled.checksum AS bitmapChecksum, messages, redelivered.checksum AS messagesChecksum,
              ifnull(queue.id, log_id) AS owner
         FROM page LEFT JOIN settled ON settled.page_id = page.id LEFT JOIN redelivered ON redelivered.page_id = page.id
              LEFT JOIN queue ON queue.id = queue_id LEFT JOIN exchange ON log_id = queue_id WHERE page.id = ?`,
    );
    for (const id of ids) {
      this.#try(`page ${id}`, () => {
        const page = row.get(id) as CheckedPage | undefined;
        const problem = page === undefined ? 'is in the index and not in the table' : this.#page(page);
        if (problem !== undefined) this.#problems.push(`page ${id} ${problem}`);
      });
    }
    return ids.length;
  }

  #page(row: CheckedPage): string | undefined {
    const { id, bytes, bitmap } = row;
    if (pageChecksum(row, row.bodies, row.data) !== row.checksum) return 'does not match its checksum';
    const data = this.#seal.open(pagePlace(row), row.data);
    if (data === undefined) return NOT_OPENED;
    if (data.length !== bytes) return `has ${data.length} bytes and should have ${bytes}`;
    if (row.owner === null) return `belongs to queue ${row.queueId}, which is not there`;
    const bodies = row.bodies === null ? undefined : numbersIn(row.bodies);
    const { queueId, base, first, last, count } = row;
    const header = { id, queueId, base, first, last, count, ...(bodies === undefined ? undefined : { bodies }) };
    const problem =
      pageProblem({ ...header, bytes }) ??
      knownProblem(id, 'settled', bitmap, row.bitmapChecksum) ??
      knownProblem(id, 'delivered again', row.messages, row.messagesChecksum);
    if (problem !== undefined) return problem;
    const isSettled = (position: number) => bitmap !== null && bitAt(bitmap, position);
    for (let position = 0; position < count; position++) if (!isSettled(position)) this.#messages++;
    for (let i = 0; i < (bodies?.length ?? 0); i += 2) if (!isSettled(bodies![i])) this.#referenced.add(bodies![i + 1]);
    const damaged = this.#seal === UNKNOWN ? undefined : this.#checkRecords(header, data);
    return damaged === undefined ? undefined : `has content that makes no sense: ${damaged}`;
  }

  #bodies(): number {
    const ids = this.#column<number>('SELECT id FROM body');
    const row = this.#database.prepare('SELECT bytes, checksum, data FROM body WHERE id = ?');
    for (const id of ids) {
      this.#try(`body ${id}`, () => {
        const { bytes, checksum, data: stored } = row.get(id) as { bytes: number; checksum: number; data: Buffer };
        const start = this.#parts(id);
        const isWhole = bodyChecksum(id, bytes, stored) === checksum;
        const data = isWhole ? this.#seal.open(bodyPlace(id, bytes), stored) : undefined;
        if (!isWhole) this.#problems.push(`body ${id} does not match its checksum`);
        else if (data === undefined) this.#problems.push(`body ${id} ${NOT_OPENED}`);
        else if (start + data.length !== bytes)
          this.#problems.push(`body ${id} has ${start + data.length} bytes and should have ${bytes}`);
        if (!this.#referenced.delete(id))
          this.#notes.push(`body ${id} belongs to no message; the next start removes it`);
      });
    }
    for (const id of this.#referenced) this.#problems.push(`body ${id} is missing, and a message refers to it`);
    return ids.length;
  }

  /** Checks the parts that a body begins with; returns the bytes of those that are in their place. */
  #parts(id: number): number {
    const parts = this.#database.prepare(
      'SELECT start, checksum, data FROM body_part WHERE body_id = ? ORDER BY start',
    );
    let at = 0;
    for (const { start, checksum, data: stored } of parts.iterate(id) as IterableIterator<StoredPart>) {
      const isWhole = bodyPartChecksum(id, start, stored) === checksum;
      const data = isWhole ? this.#seal.open(bodyPartPlace(id, start), stored) : undefined;
      if (!isWhole) this.#problems.push(`the part of body ${id} at ${start} does not match its checksum`);
      else if (data === undefined) this.#problems.push(`the part of body ${id} at ${start} ${NOT_OPENED}`);
      if (start === at) at += (data ?? stored).length;
    }
    return at;
  }

  #seen(): void {
    const row = this.#database.prepare(
      `SELECT queue_id AS queueId, newest, count, checksum, keys, queue.id AS owner
         FROM seen LEFT JOIN queue ON queue.id = queue_id WHERE seen.id = ?`,
    );
    for (const id of this.#column<number>('SELECT id FROM seen')) {
      this.#try(`keys ${id}`, () => {
        const seen = row.get(id) as SeenRow;
        if (seenChecksum(seen, seen.keys) !== seen.checksum)
          this.#problems.push(`keys ${id} do not match their checksum`);
        else if (this.#seal.open(seenPlace(seen), seen.keys) === undefined)
          this.#problems.push(`keys ${id} were sealed for another place or with another key`);
        else if (seen.owner === null)
          this.#problems.push(`keys ${id} belong to queue ${seen.queueId}, which is not there`);
      });
    }
  }

  #passwords(): void {
    const users = this.#database.prepare('SELECT name, password_hash AS passwordHash FROM user');
    for (const user of users.iterate() as IterableIterator<Pick<UserRecord, 'name' | 'passwordHash'>>) {
      this.#text(passwordPlace(user), user.passwordHash);
    }
  }

  #parameters(): void {
    const parameters = this.#database.prepare('SELECT component, vhost, name, value FROM parameter');
    for (const parameter of parameters.iterate() as IterableIterator<ParameterRecord>) {
      this.#text(parameterPlace(parameter), parameter.value);
    }
  }

  #text(place: Place, stored: string): void {
    if (this.#seal.openText(place, stored) === undefined) this.#problems.push(`${place.join(' ')} ${NOT_OPENED}`);
  }

  #references(): void {
    for (const id of this.#dangling('body_part.body_id', 'body.id')) {
      this.#notes.push(`body ${id} is there in part and belongs to no message; the next start removes it`);
    }
    for (const id of this.#dangling('settled.page_id', 'page.id')) {
      this.#problems.push(`page ${id} is settled in part, and is not there`);
    }
    for (const id of this.#dangling('redelivered.page_id', 'page.id')) {
      this.#problems.push(`messages of page ${id} were delivered again, and it is not there`);
    }
    for (const id of this.#dangling('lane.queue_id', 'queue.id')) {
      this.#problems.push(`the delivered messages of a priority belong to queue ${id}, which is not there`);
    }
    for (const table of OF_VHOST) {
      for (const vhost of this.#dangling(`${table}.vhost`, 'vhost.name')) {
        this.#problems.push(`vhost '${vhost}' is not there, and the table ${table} has rows of it`);
      }
    }
    for (const end of ['source', 'destination'] as const) {
      for (const [vhost, name] of this.#danglingBindings(end)) {
        this.#problems.push(
          `a binding in vhost '${vhost}' has the ${end} '${name}', which is not there; the next start removes it`,
        );
      }
    }
    for (const [table, ids] of Object.entries(COUNTED)) {
      const sql = `SELECT 1 FROM counter WHERE name = '${table}' AND next > (SELECT ifnull(max(id), 0) FROM (${ids}))`;
      if (this.#column(sql).length === 0)
        this.#problems.push(`the counter of ${table} is behind: ids would be used twice`);
    }
  }

  /** The values of one column that another, which it refers to, does not have. Both are written as table.column. */
  #dangling(from: string, to: string): (number | string)[] {
    const [[table, column], [target, key]] = [from, to].map((name) => name.split('.'));
    return this.#column(
      `SELECT DISTINCT ${column} FROM ${table} WHERE ${column} NOT IN (SELECT ${key} FROM ${target})`,
    );
  }

  /** Exchanges that every vhost has stand in no table; no other's name begins as theirs. */
  #danglingBindings(end: 'source' | 'destination'): [vhost: string, name: string][] {
    const missing = (table: string) =>
      `NOT EXISTS (SELECT 1 FROM ${table} AS other WHERE other.vhost = binding.vhost AND name = ${end})`;
    const noExchange = `${end} NOT LIKE 'amq.%' AND ${missing('exchange')}`;
    const where =
      end === 'source'
        ? noExchange
        : `CASE destination_type WHEN 'queue' THEN ${missing('queue')} ELSE ${noExchange} END`;
    const sql = `SELECT DISTINCT vhost, ${end} FROM binding WHERE ${where}`;
    return this.#database.prepare(sql).raw().all() as [string, string][];
  }

  #column<Value>(sql: string): Value[] {
    return this.#database.prepare(sql).pluck().all() as Value[];
  }

  /** Damage may make SQLite throw, and any value be of the wrong type: that is a finding too. */
  #try<Result>(what: string, step: () => Result): Result | undefined {
    try {
      return step();
    } catch (error) {
      this.#problems.push(`${what} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }
}
