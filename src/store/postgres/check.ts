/** Reads the whole store and says all that is wrong with it: `leveret store check`. The nodes may run meanwhile. */
import { type CheckReport, type RecordsCheck, REFERENCES, StoreCheck } from '../engine/store-check.ts';
import { topologyProblems } from '../engine/topology-check.ts';
import { UNSEALED } from '../sealing/seal.ts';
import type {
  BindingRecord,
  ExchangeRecord,
  ParameterRecord,
  PermissionRecord,
  QueueRecord,
  UserRecord,
  VhostRecord,
} from '../stored-records.ts';
import { bigints } from './arrays.ts';
import type { CopiedRow } from './copy-out.ts';
import { decodeRecord } from './entities.ts';
import { readCounters } from './recovery.ts';
import { isDamage, type Session } from './session.ts';

/** Rows are read so many numbers at a time. */
const NUMBERS_AT_A_TIME = 200;

/** A table whose rows are read by their numbers; a number may have several rows. */
interface Scanned {
  /** A row of it, for who reads of it. */
  readonly what: string;
  /** All of its numbers. */
  readonly numbers: string;
  /** Columns of the rows whose number is one of `$numbers`: the number is the first. */
  readonly rows: string;
  readonly take: (row: CopiedRow) => void;
}

/** `session`: in a transaction of one snapshot. Rejects with what the database says that is no damage. */
export async function checkDatabase(session: Session, checkRecords: RecordsCheck): Promise<CheckReport> {
  const check = new StoreCheck(checkRecords, UNSEALED);
  for (const scanned of tablesOf(check)) await new Scan(session, check, scanned).run();
  check.bodiesEnd();
  await attempt(session, check, 'what is declared', () => checkTopology(session, check));
  return check.report;
}

function tablesOf(check: StoreCheck): readonly Scanned[] {
  return [
    {
      what: 'page',
      numbers: 'SELECT DISTINCT id FROM page ORDER BY id',
      rows: `SELECT page.id, queue_id, base, first_seq, last_seq, count, bytes, page.checksum, bodies, data, settled.checksum, bitmap,
          redelivered.checksum, messages, log
        FROM page LEFT JOIN settled ON settled.page_id = page.id LEFT JOIN redelivered ON redelivered.page_id = page.id
          LEFT JOIN entity ON log = queue_id
        WHERE page.id = ANY($numbers) ORDER BY page.id, first_seq`,
      take: (row) =>
        check.page({
          id: row.bigint(0),
          queueId: row.bigint(1),
          base: row.bigint(2),
          first: row.bigint(3),
          last: row.bigint(4),
          count: row.int(5),
          bytes: row.int(6),
          checksum: row.int(7),
          bodies: row.blob(8),
          data: row.bytes(9),
          bitmapChecksum: row.isNull(10) ? null : row.int(10),
          bitmap: row.blob(11),
          messagesChecksum: row.isNull(12) ? null : row.int(12),
          messages: row.blob(13),
          owner: row.isNull(14) ? null : row.bigint(14),
        }),
    },
    {
      what: 'the parts of body',
      numbers: 'SELECT DISTINCT body_id FROM body_part ORDER BY body_id',
      rows: 'SELECT body_id, start, checksum, data FROM body_part WHERE body_id = ANY($numbers) ORDER BY body_id, start',
      take: (row) => check.part(row.bigint(0), { start: row.bigint(1), checksum: row.int(2), data: row.bytes(3) }),
    },
    {
      what: 'body',
      numbers: 'SELECT id FROM body ORDER BY id',
      rows: 'SELECT id, bytes, checksum, data FROM body WHERE id = ANY($numbers) ORDER BY id',
      take: (row) => check.body(row.bigint(0), { bytes: row.bigint(1), checksum: row.int(2), data: row.bytes(3) }),
    },
    {
      what: 'keys',
      numbers: 'SELECT id FROM seen ORDER BY id',
      rows: `SELECT id, queue_id, newest, count, checksum, keys, log FROM seen LEFT JOIN entity ON log = queue_id AND kind = 'queue'
        WHERE id = ANY($numbers) ORDER BY id`,
      take: (row) =>
        check.seen({
          id: row.bigint(0),
          queueId: row.bigint(1),
          newest: row.bigint(2),
          count: row.int(3),
          checksum: row.int(4),
          data: row.bytes(5),
          owner: row.isNull(6) ? null : row.bigint(6),
        }),
    },
  ];
}

/** Reads a table past what of it cannot be read. */
class Scan {
  readonly #session: Session;
  readonly #check: StoreCheck;
  readonly #table: Scanned;
  /** The number whose rows came last, and how many. */
  #number = NaN;
  #taken = 0;

  constructor(session: Session, check: StoreCheck, table: Scanned) {
    this.#session = session;
    this.#check = check;
    this.#table = table;
  }

  async run(): Promise<void> {
    const numbers: number[] = [];
    const { what, numbers: list } = this.#table;
    await attempt(this.#session, this.#check, `the list of ${what}`, () =>
      this.#session.copyOut(`COPY (${list}) TO STDOUT BINARY`, (row) => numbers.push(row.bigint(0))),
    );
    for (let at = 0; at < numbers.length; at += NUMBERS_AT_A_TIME) {
      await this.#read(numbers.slice(at, at + NUMBERS_AT_A_TIME));
    }
  }

  async #read(numbers: readonly number[]): Promise<void> {
    if (await isRead(this.#session, () => this.#copy(numbers, 0))) return;
    // One of them cannot be: not before the one whose rows came last.
    const from = Math.max(numbers.indexOf(this.#number), 0);
    for (const number of numbers.slice(from)) {
      const skipped = number === this.#number ? this.#taken : 0;
      await attempt(this.#session, this.#check, `${this.#table.what} ${number}`, () => this.#copy([number], skipped));
    }
  }

  /** `skipped`: rows that were taken before. */
  #copy(numbers: readonly number[], skipped: number): Promise<void> {
    const rows = this.#table.rows.replace('$numbers', `'${bigints(numbers)}'`);
    return this.#session.copyOut(`COPY (${rows}) TO STDOUT BINARY`, (row) => {
      if (skipped-- > 0) return;
      const number = row.bigint(0);
      this.#taken = number === this.#number ? this.#taken + 1 : 1;
      this.#number = number;
      this.#table.take(row);
    });
  }
}

async function checkTopology(session: Session, check: StoreCheck): Promise<void> {
  for (const reference of REFERENCES) check.dangling(reference, await numbersOf(session, reference.sql));
  const records = new Map<string, object[]>();
  for (const [kind, record] of (await session.query('SELECT kind, record FROM entity')).rows) {
    try {
      const list = records.get(kind!);
      if (list === undefined) records.set(kind!, [decodeRecord(record!)]);
      else list.push(decodeRecord(record!));
    } catch (error) {
      check.problem(`a record of kind ${kind} makes no sense: ${(error as Error).message}`);
    }
  }
  const of = <Row>(kind: string): Row[] => (records.get(kind) ?? []) as Row[];
  for (const user of of<UserRecord>('user')) check.password(user);
  for (const parameter of of<ParameterRecord>('parameter')) check.parameter(parameter);
  const last = async (ids: string): Promise<number> =>
    (await numbersOf(session, `SELECT coalesce(max(id), 0) FROM (${ids}) AS used (id)`))[0];
  const problems = topologyProblems({
    vhosts: of<VhostRecord>('vhost'),
    exchanges: of<ExchangeRecord>('exchange'),
    queues: of<QueueRecord>('queue'),
    bindings: of<BindingRecord>('binding'),
    permissions: of<PermissionRecord>('permission'),
    deliveredOf: await numbersOf(session, 'SELECT DISTINCT queue_id FROM progress'),
    counters: await readCounters(session),
    used: {
      queue: await last('SELECT log FROM entity'),
      page: await last('SELECT id FROM page'),
      body: await last('SELECT id FROM body UNION ALL SELECT body_id FROM body_part'),
    },
  });
  for (const problem of problems) check.problem(problem);
}

async function numbersOf(session: Session, sql: string): Promise<number[]> {
  return (await session.query(sql)).rows.map(([number]) => Number(number));
}

/** What the database finds damaged is a finding too. */
async function attempt(session: Session, check: StoreCheck, what: string, read: () => Promise<void>): Promise<void> {
  await isRead(session, read, (error) => check.unreadable(what, error));
}

/** False if the database finds damaged what is read: the transaction goes on. */
async function isRead(
  session: Session,
  read: () => Promise<void>,
  damaged?: (error: unknown) => void,
): Promise<boolean> {
  await session.query('SAVEPOINT before');
  try {
    await read();
    await session.query('RELEASE before');
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged?.(error);
    await session.query('ROLLBACK TO before');
    return false;
  }
}
