/** Writes topology changes: one prepared statement or a few for each kind of change. Runs on the writer thread. */
import type { Database } from 'better-sqlite3';
import type { Seal } from '../sealing/seal.ts';
import type { BindingRecord, BoundRow, TopologyChange } from '../stored-records.ts';
import { sealedRecord } from '../engine/sealed-record.ts';

/** Statements that remove all that the logs have whose numbers `queues` (an SQL expression) selects. */
function dropContentOf(queues: string): readonly string[] {
  return [
    `DELETE FROM settled WHERE page_id IN (SELECT id FROM page WHERE queue_id IN (${queues}))`,
    `DELETE FROM redelivered WHERE page_id IN (SELECT id FROM page WHERE queue_id IN (${queues}))`,
    `DELETE FROM page WHERE queue_id IN (${queues})`,
    `DELETE FROM seen WHERE queue_id IN (${queues})`,
    `DELETE FROM progress WHERE queue_id IN (${queues})`,
  ];
}

const OF_VHOST = `SELECT id FROM queue WHERE vhost = :name
   UNION ALL SELECT log_id FROM exchange WHERE vhost = :name`;
const OF_EXCHANGE = 'SELECT log_id FROM exchange WHERE vhost = :vhost AND name = :name';
const OF_SAME_NAME = 'SELECT id FROM queue WHERE vhost = :vhost AND name = :name AND id <> :id';

/** The SQL of each change, run in order with the parameters that `parameters` makes of it. */
const SQL: Readonly<Record<TopologyChange['op'], readonly string[]>> = {
  'put-vhost': ['INSERT OR REPLACE INTO vhost VALUES (:name, :description, :tags)'],
  'delete-vhost': [
    ...dropContentOf(OF_VHOST),
    'DELETE FROM queue WHERE vhost = :name',
    'DELETE FROM exchange WHERE vhost = :name',
    'DELETE FROM binding WHERE vhost = :name',
    'DELETE FROM permission WHERE vhost = :name',
    'DELETE FROM parameter WHERE vhost = :name',
    'DELETE FROM vhost WHERE name = :name',
  ],
  'put-exchange': [
    ...dropContentOf(`${OF_EXCHANGE} AND log_id IS NOT :logId`),
    `INSERT OR REPLACE INTO exchange (vhost, name, type, auto_delete, internal, arguments, log_id)
       VALUES (:vhost, :name, :type, :autoDelete, :internal, :arguments, :logId)`,
    idUsed(':logId'),
  ],
  'delete-exchange': [
    ...dropContentOf(OF_EXCHANGE),
    'DELETE FROM binding WHERE vhost = :vhost AND source = :name',
    'DELETE FROM exchange WHERE vhost = :vhost AND name = :name',
  ],
  'put-queue': [
    ...dropContentOf(OF_SAME_NAME),
    'DELETE FROM queue WHERE vhost = :vhost AND name = :name AND id <> :id',
    `INSERT INTO queue (id, vhost, name, auto_delete, arguments) VALUES (:id, :vhost, :name, :autoDelete, :arguments)
       ON CONFLICT (id) DO UPDATE SET vhost = :vhost, name = :name, auto_delete = :autoDelete, arguments = :arguments`,
    idUsed(':id'),
  ],
  'delete-queue': [...dropContentOf('SELECT :id'), 'DELETE FROM queue WHERE id = :id'],
  'put-binding': [
    `INSERT OR REPLACE INTO binding
       VALUES (:vhost, :source, :destinationType, :destination, :routingKey, :arguments)`,
  ],
  'delete-binding': [
    `DELETE FROM binding WHERE vhost = :vhost AND source = :source AND destination_type = :destinationType
       AND destination = :destination AND routing_key = :routingKey AND arguments = :arguments`,
  ],
  'put-user': ['INSERT OR REPLACE INTO user VALUES (:name, :passwordHash, :hashingAlgorithm, :tags)'],
  'delete-user': ['DELETE FROM permission WHERE user = :name', 'DELETE FROM user WHERE name = :name'],
  'put-permission': ['INSERT OR REPLACE INTO permission VALUES (:user, :vhost, :configure, :write, :read)'],
  'delete-permission': ['DELETE FROM permission WHERE user = :user AND vhost = :vhost'],
  'put-parameter': ['INSERT OR REPLACE INTO parameter VALUES (:component, :vhost, :name, :value)'],
  'delete-parameter': ['DELETE FROM parameter WHERE component = :component AND vhost = :vhost AND name = :name'],
};

/** By the beginning of the key: there may be very many. */
const DELETE_BETWEEN = `DELETE FROM binding
  WHERE vhost = :vhost AND source = :source AND destination_type = :type AND destination = :name`;

/** The statement that keeps the id of a queue from being given again. */
function idUsed(id: string): string {
  return `UPDATE counter SET next = ${id} + 1 WHERE name = 'queue' AND next <= ${id}`;
}

interface Statement {
  run(parameters: Record<string, unknown>): unknown;
}

export class TopologyWriter {
  readonly #database: Database;
  readonly #seal: Seal;
  /** Prepared when first needed: most processes never need most of them. */
  readonly #statements = new Map<TopologyChange['op'], readonly Statement[]>();
  #deleteBetween: Statement | undefined;

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  write(change: TopologyChange): void {
    let statements = this.#statements.get(change.op);
    if (statements === undefined) {
      statements = SQL[change.op].map((sql) => this.#database.prepare(sql));
      this.#statements.set(change.op, statements);
    }
    const values = parameters(sealedRecord(change, this.#seal));
    for (const statement of statements) statement.run(values);
    if (change.op === 'delete-exchange') this.#unbind('exchange', change);
    else if (change.op === 'delete-queue') this.#unbind('queue', change);
  }

  /** Removes the bindings that lead to it. */
  #unbind(type: BindingRecord['destinationType'], { vhost, name, boundFrom }: BoundRow): void {
    if (boundFrom.length === 0) return;
    this.#deleteBetween ??= this.#database.prepare(DELETE_BETWEEN);
    for (const source of boundFrom) this.#deleteBetween.run({ vhost, source, type, name });
  }
}

/** A record's fields as SQLite takes them: no booleans, NULL for undefined, lists as JSON. */
function parameters(record: object): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'boolean') values[name] = value ? 1 : 0;
    else values[name] = Array.isArray(value) ? JSON.stringify(value) : (value ?? null);
  }
  return values;
}
