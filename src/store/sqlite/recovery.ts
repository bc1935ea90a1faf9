/** Reads back what the store holds: everything but the messages themselves, whose bytes start-up never touches. */
import type { Database } from 'better-sqlite3';
import type { BindingRecord, ExchangeRecord, Delivered, QueueRecord, RecoveredPage } from '../stored-records.ts';
import type { ParameterRecord, PermissionRecord, UserRecord, VhostRecord } from '../stored-records.ts';
import { NOT_OPENED, type Place, type Seal, UNSEALED } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';
import { parameterPlace, passwordPlace } from '../engine/places.ts';
import { bodiesIn, numbersIn } from '../engine/page-bodies.ts';
import { counterProblem, knownProblem, pageProblem } from '../engine/row-problems.ts';
import type { Counters } from '../engine/stored-ids.ts';
import { deliveredOf, type StoreContents } from '../engine/unloaded-logs.ts';
import { adviceOnDamage } from './inspection.ts';

/** An empty field table, which most arguments are: SQL gives NULL for it, and all share this one. */
const EMPTY_TABLE = new Uint8Array(0);
const ARGUMENTS = `NULLIF(arguments, x'') AS arguments`;

/** Those too of which a crash left only the beginning: nothing refers to them, and they are removed as such. */
const BODIES = `SELECT DISTINCT body_id, 0 FROM body_part WHERE body_id NOT IN (SELECT id FROM body)
  UNION ALL SELECT id, bytes FROM body`;

export function readCounters(database: Database): Counters {
  const rows = database.prepare('SELECT name, next FROM counter').raw().all() as [string, number][];
  return Object.fromEntries(rows) as unknown as Counters;
}

/** `seal`: what passwords and parameters are opened by. */
export function readState(database: Database, fresh: boolean, seal: Seal = UNSEALED): StoreContents {
  const pages = readPages(database);
  const parseTags = (row: { readonly name: string; tags: string | readonly string[] }): void => {
    const tags = listIn(row.tags);
    if (tags === undefined) throw damaged(database, `the tags of '${row.name}' make no sense`);
    row.tags = tags;
  };
  const opened = (place: Place, stored: string): string => {
    const text = seal.openText(place, stored);
    if (text === undefined) throw damaged(database, `${place.join(' ')} ${NOT_OPENED}`);
    return text;
  };
  // Rows are completed in place: there may be very many.
  const rows = <Row>(sql: string, complete?: (row: Raw<Row>) => void): Row[] => {
    const all = database.prepare(sql).all();
    if (complete !== undefined) for (const row of all) complete(row as Raw<Row>);
    return all as Row[];
  };
  const state: StoreContents['state'] = {
    fresh,
    vhosts: rows<VhostRecord>('SELECT name, description, tags FROM vhost', parseTags),
    exchanges: rows<ExchangeRecord>(
      `SELECT vhost, name, type, auto_delete AS autoDelete, internal, ${ARGUMENTS}, log_id AS logId FROM exchange`,
      (row) => {
        row.autoDelete = row.autoDelete === 1;
        row.internal = row.internal === 1;
        row.arguments ??= EMPTY_TABLE;
        row.logId ??= undefined;
      },
    ),
    queues: rows<QueueRecord>(
      `SELECT id, vhost, name, auto_delete AS autoDelete, ${ARGUMENTS} FROM queue ORDER BY id`,
      (row) => {
        row.autoDelete = row.autoDelete === 1;
        row.arguments ??= EMPTY_TABLE;
      },
    ),
    bindings: rows<BindingRecord>(
      `SELECT vhost, source, destination_type AS destinationType, destination, routing_key AS routingKey, ${ARGUMENTS}
         FROM binding`,
      (row) => {
        row.arguments ??= EMPTY_TABLE;
      },
    ),
    users: rows<UserRecord>(
      'SELECT name, password_hash AS passwordHash, hashing_algorithm AS hashingAlgorithm, tags FROM user',
      (row) => {
        parseTags(row);
        row.passwordHash = opened(passwordPlace(row), row.passwordHash);
      },
    ),
    permissions: rows<PermissionRecord>('SELECT user, vhost, configure, write, read FROM permission'),
    parameters: rows<ParameterRecord>('SELECT component, vhost, name, value FROM parameter', (row) => {
      row.value = opened(parameterPlace(row), row.value);
    }),
    bodies: new Map(database.prepare(BODIES).raw().all() as [number, number][]),
  };
  const problem = counterProblem(readCounters(database), state, pages);
  if (problem !== undefined) throw damaged(database, problem);
  return { state, pages, delivered: readDelivered(database) };
}

/** A row as SQLite gives it, before its booleans, lists and tables are what the record says. */
type Raw<Row> = {
  -readonly [Name in keyof Row]: Row[Name] extends boolean
    ? boolean | number
    : Row[Name] extends readonly string[]
      ? string | readonly string[]
      : Row[Name] extends Uint8Array
        ? Uint8Array | null
        : undefined extends Row[Name]
          ? Row[Name] | null
          : Row[Name];
};

/** JSON; undefined if it is no list. */
function listIn(json: unknown): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(json as string);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function readDelivered(database: Database): Map<number, Delivered> {
  const rows = database.prepare('SELECT queue_id, priority, delivered FROM progress').raw();
  return deliveredOf(rows.iterate() as IterableIterator<[number, number, number]>);
}

/** The columns of a page but its data, and what is known of its messages. */
type PageColumns = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  Buffer | null,
  Buffer | null,
  number | null,
  Buffer | null,
  number | null,
];

function readPages(database: Database): RecoveredPage[] {
  const rows = database
    .prepare(
      `SELECT id, queue_id, base, first_seq, last_seq, count, bytes, bodies, bitmap, settled.checksum, messages,
              redelivered.checksum
         FROM page NOT INDEXED LEFT JOIN settled ON settled.page_id = id LEFT JOIN redelivered ON redelivered.page_id = id
        ORDER BY id`,
    )
    .raw()
    .iterate() as IterableIterator<PageColumns>;
  const pages = new Map<number, RecoveredPage>();
  const known = { settled: 0, redelivered: 0 };
  for (const [id, queueId, base, first, last, count, bytes, bodies, settled, settledSum, again, againSum] of rows) {
    // There may be very many: most have none of the others.
    let page: RecoveredPage = { id, queueId, base, first, last, count, bytes };
    if (bodies !== null) page = { ...page, ...bodiesIn(bodies) };
    if (settled !== null) page = { ...page, settled };
    const problem =
      pageProblem(page) ??
      knownProblem(id, 'settled', settled, settledSum) ??
      knownProblem(id, 'delivered again', again, againSum);
    if (problem !== undefined) throw damaged(database, `page ${id} ${problem}`);
    if (settled !== null) known.settled++;
    if (again !== null) known.redelivered++;
    pages.set(id, again === null ? page : { ...page, redelivered: numbersIn(again) });
  }
  for (const [table, count] of Object.entries(known)) {
    const all = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    if (all !== count) throw damaged(database, `the table ${table} has rows of pages that are not there`);
  }
  return inOrder(database, pages);
}

/**
 * The pages as they come by the index of their queues, which has to say the same as the table: what it leaves out would be lost, and what it
 * takes for another queue's would go when that one is purged.
 */
function inOrder(database: Database, pages: ReadonlyMap<number, RecoveredPage>): RecoveredPage[] {
  const entries = database
    .prepare('SELECT queue_id, id FROM page INDEXED BY page_of_queue ORDER BY queue_id, id')
    .raw();
  const ordered: RecoveredPage[] = [];
  for (const [queueId, id] of entries.iterate() as IterableIterator<[number, number]>) {
    const page = pages.get(id);
    if (page?.queueId !== queueId) throw damaged(database, `the index of pages has page ${id} of queue ${queueId}`);
    ordered.push(page);
  }
  if (ordered.length !== pages.size)
    throw damaged(database, `the index of pages lacks ${pages.size - ordered.length} of them`);
  return ordered.sort((a, b) => a.queueId - b.queueId || a.first - b.first || a.id - b.id);
}

function damaged(database: Database, problem: string): StoreError {
  return new StoreError(`${database.name} is damaged: ${problem}. ${adviceOnDamage(database.name)}`);
}
