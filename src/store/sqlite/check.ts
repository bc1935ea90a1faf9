/** Reads the whole file and says all that is wrong with it: `leveret store check`. The broker may run meanwhile. */
import type { Database } from 'better-sqlite3';
import {
  type CheckedPage,
  type CheckedSeen,
  type CheckReport,
  type RecordsCheck,
  REFERENCES,
  StoreCheck,
} from '../engine/store-check.ts';
import type { StoredBody, StoredPart } from '../engine/stored-rows.ts';
import { type CheckedTopology, topologyProblems } from '../engine/topology-check.ts';
import { type Seal, UNSEALED } from '../sealing/seal.ts';
import type { ParameterRecord, UserRecord } from '../stored-records.ts';
import { logProblem } from './log-inspection.ts';
import { readCounters } from './recovery.ts';
import { quickCheck } from './structure.ts';

/** Most problems that SQLite's own check lists. */
const SQLITE_PROBLEMS = 100;

/**
 * `database`: a connection that reads, to be closed after this. All is read as of one moment. `seal`: what rows are opened by. With
 * `UNKNOWN` nothing is checked of what sealed bytes hold.
 */
export function checkStore(database: Database, checkRecords: RecordsCheck, seal: Seal = UNSEALED): CheckReport {
  return new FileCheck(database, new StoreCheck(checkRecords, seal)).run();
}

class FileCheck {
  readonly #database: Database;
  readonly #check: StoreCheck;

  constructor(database: Database, check: StoreCheck) {
    this.#database = database;
    this.#check = check;
  }

  run(): CheckReport {
    this.#try('the log', () => this.#log());
    this.#try('the file', () => this.#database.exec('BEGIN'));
    this.#try('the structure', () => this.#structure());
    this.#try('the list of pages', () => this.#pages());
    this.#try('the list of bodies', () => this.#bodies());
    this.#try('the list of keys', () => this.#seen());
    this.#try('the list of users', () => this.#passwords());
    this.#try('the list of parameters', () => this.#parameters());
    this.#try('the references between tables', () => this.#references());
    return this.#check.report;
  }

  #log(): void {
    const problem = logProblem(this.#database.name, this.#database);
    if (problem !== undefined) this.#check.problem(problem);
  }

  #structure(): void {
    for (const problem of quickCheck(this.#database, `integrity_check(${SQLITE_PROBLEMS})`)) {
      this.#check.problem(`SQLite: ${problem}`);
    }
  }

  /** By id, so that a row that cannot be read does not hide those behind it. */
  #pages(): void {
    const row = this.#database.prepare<[number], CheckedPage>(
      `SELECT page.id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bytes, page.checksum, bodies,
              data, bitmap, settled.checksum AS bitmapChecksum, messages, redelivered.checksum AS messagesChecksum,
              ifnull(queue.id, log_id) AS owner
         FROM page LEFT JOIN settled ON settled.page_id = page.id LEFT JOIN redelivered ON redelivered.page_id = page.id
              LEFT JOIN queue ON queue.id = queue_id LEFT JOIN exchange ON log_id = queue_id WHERE page.id = ?`,
    );
    for (const id of this.#column<number>('SELECT id FROM page INDEXED BY page_of_queue')) {
      this.#try(`page ${id}`, () => {
        const page = row.get(id);
        if (page === undefined) this.#check.problem(`page ${id} is in the index and not in the table`);
        else this.#check.page(page);
      });
    }
  }

  #bodies(): void {
    const row = this.#database.prepare<[number], StoredBody>('SELECT bytes, checksum, data FROM body WHERE id = ?');
    const parts = this.#database.prepare<[number], StoredPart>(
      'SELECT start, checksum, data FROM body_part WHERE body_id = ? ORDER BY start',
    );
    for (const id of this.#column<number>('SELECT id FROM body')) {
      this.#try(`body ${id}`, () => {
        for (const part of parts.iterate(id)) this.#check.part(id, part);
        this.#check.body(id, row.get(id)!);
      });
    }
    this.#check.bodiesEnd();
  }

  #seen(): void {
    const row = this.#database.prepare<[number], CheckedSeen>(
      `SELECT seen.id, queue_id AS queueId, newest, count, checksum, keys AS data, queue.id AS owner
         FROM seen LEFT JOIN queue ON queue.id = queue_id WHERE seen.id = ?`,
    );
    for (const id of this.#column<number>('SELECT id FROM seen')) {
      this.#try(`keys ${id}`, () => this.#check.seen(row.get(id)!));
    }
  }

  #passwords(): void {
    const users = this.#rows<Pick<UserRecord, 'name' | 'passwordHash'>>(
      'SELECT name, password_hash AS passwordHash FROM user',
    );
    for (const user of users) this.#check.password(user);
  }

  #parameters(): void {
    const parameters = this.#rows<ParameterRecord>('SELECT component, vhost, name, value FROM parameter');
    for (const parameter of parameters) this.#check.parameter(parameter);
  }

  #references(): void {
    for (const reference of REFERENCES) this.#check.dangling(reference, this.#column<number>(reference.sql));
    const last = (ids: string): number => this.#column<number>(`SELECT ifnull(max(id), 0) FROM (${ids})`)[0];
    const topology: CheckedTopology = {
      vhosts: this.#rows('SELECT name FROM vhost'),
      exchanges: this.#rows('SELECT vhost, name FROM exchange'),
      queues: this.#rows('SELECT id, vhost, name FROM queue'),
      bindings: this.#rows('SELECT vhost, source, destination_type AS destinationType, destination FROM binding'),
      permissions: this.#rows('SELECT vhost FROM permission'),
      deliveredOf: this.#column('SELECT queue_id FROM progress'),
      counters: readCounters(this.#database),
      used: {
        queue: last('SELECT id FROM queue UNION ALL SELECT log_id FROM exchange'),
        page: last('SELECT id FROM page'),
        body: last('SELECT id FROM body UNION ALL SELECT body_id FROM body_part'),
      },
    };
    for (const problem of topologyProblems(topology)) this.#check.problem(problem);
  }

  #rows<Row>(sql: string): Row[] {
    return this.#database.prepare(sql).all() as Row[];
  }

  #column<Value>(sql: string): Value[] {
    return this.#database.prepare(sql).pluck().all() as Value[];
  }

  /** Damage may make SQLite throw, and any value be of the wrong type: that is a finding too. */
  #try(what: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#check.unreadable(what, error);
    }
  }
}
