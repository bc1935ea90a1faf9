/**
 * What is declared and configured, each as one row: its record as JSON, which keeps every character that a name may have. PostgreSQL's own text
 * has no U+0000 and no lone surrogates (octets that are no UTF-8 are these: codec/octet-text.ts).
 */
import { createHash } from 'node:crypto';
import { sealedRecord } from '../engine/sealed-record.ts';
import type { Seal } from '../sealing/seal.ts';
import type { BindingRecord, BoundRow, TopologyChange } from '../stored-records.ts';
import { deleteBetween, deleteFrom } from './binding-ends.ts';
import type { Statement } from './session.ts';

/** What a record is of, and what tells it from others of its kind. */
interface Identity {
  readonly kind: string;
  readonly key: string;
  /** Empty as JSON if it is of none. */
  readonly vhost: string;
  readonly username: string;
  /** Of the messages' log. */
  readonly log: number | null;
}

const PUT: Statement = {
  name: 'put',
  text: `INSERT INTO entity (kind, key, vhost, username, log, record) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (kind, key)
    DO UPDATE SET vhost = excluded.vhost, username = excluded.username, log = excluded.log, record = excluded.record`,
};
const DELETE: Statement = { name: 'delete', text: 'DELETE FROM entity WHERE kind = $1 AND key = $2' };
const DELETE_OF_VHOST: Statement = { name: 'delete_of_vhost', text: 'DELETE FROM entity WHERE vhost = $1' };
const DELETE_OF_USER: Statement = {
  name: 'delete_of_user',
  text: `DELETE FROM entity WHERE kind = 'permission' AND username = $1`,
};
const DELETE_QUEUE: Statement = {
  name: 'delete_queue',
  text: `DELETE FROM entity WHERE kind = 'queue' AND log = $1`,
};
/** The number takes another name. */
const RENAME: Statement = { name: 'rename', text: 'DELETE FROM entity WHERE log = $1 AND key <> $2' };
/** The number is not given again. */
const QUEUE_ID_USED: Statement = {
  name: 'queue_id_used',
  text: `UPDATE id_range SET next = $1::bigint + 1 WHERE name = 'queue' AND next <= $1::bigint`,
};

const DROP_CONTENT = dropContent('drop_content', 'SELECT $1::bigint AS log');
const DROP_CONTENT_OF_VHOST = dropContent('drop_content_of_vhost', 'SELECT log FROM entity WHERE vhost = $1');
const DROP_CONTENT_OF = dropContent(
  'drop_content_of',
  // All of it, or only what another number has that goes by the same name.
  'SELECT log FROM entity WHERE kind = $1 AND key = $2 AND log IS DISTINCT FROM $3::bigint',
);

/** Removes all that the logs have whose numbers `logs` selects. */
function dropContent(name: string, logs: string): Statement {
  return {
    name,
    text: `WITH logs AS (${logs}),
      gone AS (DELETE FROM page WHERE queue_id IN (SELECT log FROM logs) RETURNING id),
      unsettled AS (DELETE FROM settled WHERE page_id IN (SELECT id FROM gone)),
      forgiven AS (DELETE FROM redelivered WHERE page_id IN (SELECT id FROM gone)),
      undelivered AS (DELETE FROM progress WHERE queue_id IN (SELECT log FROM logs))
      DELETE FROM seen WHERE queue_id IN (SELECT log FROM logs)`,
  };
}

/**
 * The statements that carry changes out, in their order. The highest number is kept once: each version of a row that a transaction makes is one more for
 * the next to step over.
 */
export function topologyStatements(changes: readonly TopologyChange[], seal: Seal): Statement[] {
  const statements = changes.flatMap((change) => changeStatements(change, seal));
  const highest = changes.reduce((before, change) => Math.max(before, logOf(change)), 0);
  if (highest > 0) statements.push(withValues(QUEUE_ID_USED, highest));
  return statements;
}

/** The number that an exchange or a queue has from now on; 0 if it has none, or is none. */
function logOf(change: TopologyChange): number {
  if (change.op === 'put-queue') return change.record.id;
  return change.op === 'put-exchange' ? (change.record.logId ?? 0) : 0;
}

function changeStatements(change: TopologyChange, seal: Seal): Statement[] {
  switch (change.op) {
    case 'put-vhost':
    case 'put-binding':
    case 'put-user':
    case 'put-permission':
    case 'put-parameter':
      return [put(change, seal)];
    case 'put-exchange': {
      const { kind, key, log } = identityOf(change);
      return [withValues(DROP_CONTENT_OF, kind, key, log), put(change, seal)];
    }
    case 'put-queue': {
      const { kind, key } = identityOf(change);
      const { id } = change.record;
      return [withValues(DROP_CONTENT_OF, kind, key, id), withValues(RENAME, id, key), put(change, seal)];
    }
    case 'delete-vhost': {
      const vhost = JSON.stringify(change.name);
      return [withValues(DROP_CONTENT_OF_VHOST, vhost), withValues(DELETE_OF_VHOST, vhost)];
    }
    case 'delete-exchange': {
      const { kind, key } = identityOf(change);
      const { vhost, name } = change;
      const bindings = [deleteFrom(vhost, name), ...deleteTo('exchange', change)];
      return [withValues(DROP_CONTENT_OF, kind, key, null), ...bindings, withValues(DELETE, kind, key)];
    }
    case 'delete-queue':
      return [withValues(DROP_CONTENT, change.id), ...deleteTo('queue', change), withValues(DELETE_QUEUE, change.id)];
    case 'delete-user': {
      const { kind, key } = identityOf(change);
      return [withValues(DELETE_OF_USER, JSON.stringify(change.name)), withValues(DELETE, kind, key)];
    }
    case 'delete-binding':
    case 'delete-permission':
    case 'delete-parameter': {
      const { kind, key } = identityOf(change);
      return [withValues(DELETE, kind, key)];
    }
  }
}

/** Removes the bindings that lead to it. */
function deleteTo(type: BindingRecord['destinationType'], { vhost, name, boundFrom }: BoundRow): Statement[] {
  return boundFrom.map((source) => deleteBetween(vhost, source, type, name));
}

function put(change: TopologyChange, seal: Seal): Statement {
  const { kind, key, vhost, username, log } = identityOf(change);
  return withValues(PUT, kind, key, vhost, username, log, encodeRecord(sealedRecord(change, seal)));
}

function withValues(statement: Statement, ...values: NonNullable<Statement['values']>): Statement {
  return { ...statement, values };
}

/** The record of a put, or what else names it. */
function identityOf(change: TopologyChange): Identity {
  const kind = change.op.slice(change.op.indexOf('-') + 1);
  const row: Readonly<Record<string, unknown>> = { ...('record' in change ? change.record : change) };
  const text = (column: string): string => (row[column] as string | undefined) ?? '';
  const names = NAMES[kind].map((column) => (column === 'arguments' ? base64(row[column]) : text(column)));
  return {
    kind,
    key: createHash('sha256').update(JSON.stringify(names)).digest('base64url'),
    vhost: JSON.stringify(kind === 'vhost' ? text('name') : text('vhost')),
    username: JSON.stringify(kind === 'user' ? text('name') : text('user')),
    log: ((kind === 'queue' ? row['id'] : row['logId']) as number | undefined) ?? null,
  };
}

/** The columns that tell records of a kind apart. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  vhost: ['name'],
  exchange: ['vhost', 'name'],
  queue: ['vhost', 'name'],
  binding: ['vhost', 'source', 'destinationType', 'destination', 'routingKey', 'arguments'],
  user: ['name'],
  permission: ['user', 'vhost'],
  parameter: ['component', 'vhost', 'name'],
};

function base64(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('base64');
}

/** Argument tables are octets: they stand as base64. */
export function encodeRecord(record: object): string {
  if (!('arguments' in record)) return JSON.stringify(record);
  return JSON.stringify({ ...record, arguments: base64(record.arguments) });
}

/** Throws SyntaxError for what is no JSON. */
export function decodeRecord<Row>(text: string): Row {
  const record = JSON.parse(text) as { arguments?: string | Uint8Array; logId?: number | undefined };
  if (typeof record.arguments === 'string') record.arguments = argumentsIn(record.arguments);
  return record as Row;
}

/** An empty table, which most are: all share this one. */
const NONE = new Uint8Array(0);

function argumentsIn(text: string): Uint8Array {
  return text === '' ? NONE : new Uint8Array(Buffer.from(text, 'base64'));
}
