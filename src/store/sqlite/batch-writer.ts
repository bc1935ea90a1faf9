/** Writes one batch in one transaction. Runs on the writer thread. */
import type { Database, Statement } from 'better-sqlite3';
import { letGo } from '../../util/bytes.ts';
import { type BatchRows, type WrittenBatch, writeRows } from '../engine/batch-rows.ts';
import { PageExtension } from '../engine/page-extension.ts';
import type { StoredPage } from '../engine/stored-rows.ts';
import { type Seal, UNSEALED } from '../sealing/seal.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import { FreshRows } from './fresh-rows.ts';
import { TopologyWriter } from './topology-writer.ts';

export class BatchWriter implements BatchRows {
  /** What it added and did not remove yet; for whoever checkpoints to clear. */
  readonly fresh = new FreshRows();
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #topology: TopologyWriter;
  readonly #extension: PageExtension;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #page: Statement;
  readonly #pageNow: Statement<[number], StoredPage>;
  readonly #extendPage: Statement;
  readonly #settle: Statement;
  readonly #redelivered: Statement;
  readonly #dropPage: readonly Statement[];
  readonly #dropPages: readonly Statement[];
  readonly #body: Statement;
  readonly #bodyPart: Statement;
  readonly #dropBody: readonly Statement[];
  readonly #delivered: Statement;
  readonly #reserve: Statement;
  readonly #seen: Statement;
  readonly #forgetSeen: Statement;

  constructor(database: Database, seal: Seal = UNSEALED) {
    this.#database = database;
    this.#seal = seal;
    this.#topology = new TopologyWriter(database, seal);
    this.#extension = new PageExtension(seal);
    const prepare = (sql: string) => database.prepare(sql);
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#rollback = prepare('ROLLBACK');
    this.#page = prepare('INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#pageNow = database.prepare(
      `SELECT id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, checksum, bodies, data
         FROM page WHERE id = ?`,
    );
    this.#extendPage = prepare(
      'UPDATE page SET last_seq = ?, count = ?, bytes = ?, checksum = ?, bodies = ?, data = ? WHERE id = ?',
    );
    // A page that is gone keeps nothing.
    this.#settle = prepare('INSERT OR REPLACE INTO settled SELECT id, ?, ? FROM page WHERE id = ?');
    this.#redelivered = prepare('INSERT OR REPLACE INTO redelivered SELECT id, ?, ? FROM page WHERE id = ?');
    this.#dropPage = [
      'DELETE FROM settled WHERE page_id = ?',
      'DELETE FROM redelivered WHERE page_id = ?',
      'DELETE FROM page WHERE id = ?',
    ].map(prepare);
    this.#dropPages = [
      'DELETE FROM settled WHERE page_id IN (SELECT id FROM page WHERE queue_id = ?)',
      'DELETE FROM redelivered WHERE page_id IN (SELECT id FROM page WHERE queue_id = ?)',
      'DELETE FROM page WHERE queue_id = ?',
    ].map(prepare);
    this.#body = prepare('INSERT INTO body VALUES (?, ?, ?, ?)');
    this.#bodyPart = prepare('INSERT INTO body_part VALUES (?, ?, ?, ?)');
    this.#dropBody = ['DELETE FROM body WHERE id = ?', 'DELETE FROM body_part WHERE body_id = ?'].map(prepare);
    // Nor does a queue that is gone.
    this.#delivered = prepare(
      `INSERT INTO progress SELECT id, ?, ? FROM queue WHERE id = ?
         ON CONFLICT DO UPDATE SET delivered = excluded.delivered`,
    );
    this.#reserve = prepare(
      `UPDATE counter SET next = CASE name WHEN 'page' THEN ? ELSE ? END WHERE name IN ('page', 'body')`,
    );
    this.#seen = prepare('INSERT INTO seen (queue_id, newest, count, checksum, keys) VALUES (?, ?, ?, ?, ?)');
    this.#forgetSeen = prepare('DELETE FROM seen WHERE queue_id = ? AND newest < ?');
  }

  /** Throws what SQLite throws, and then nothing of the batch is written: it can be written again. */
  write(batch: WrittenBatch): void {
    this.#begin.run();
    try {
      for (const change of batch.changes) this.#topology.write(change);
      writeRows(batch, this.#seal, this);
      this.#commit.run();
    } catch (error) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (this.#database.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  page(header: PageHeader, bytes: number, checksum: number, bodies: Uint8Array | null, data: Uint8Array): void {
    const { id, queueId, base, first, last, count } = header;
    this.#page.run(id, queueId, base, first, last, count, bytes, checksum, bodies, data);
    this.fresh.addPage(id, data.length);
  }

  extendPage(added: PageHeader, addedData: Uint8Array): void {
    const before = this.#pageNow.get(added.id);
    if (before === undefined) throw new Error(`page ${added.id} is not there to be extended`);
    const { last, count, bytes, checksum, bodies, data } = this.#extension.extend(before, added, addedData);
    this.#extendPage.run(last, count, bytes, checksum, bodies, data, added.id);
    if (before.data instanceof Uint8Array) letGo(before.data);
    this.fresh.addPage(added.id, data.length);
  }

  settle(pageId: number, checksum: number, bitmap: Uint8Array): void {
    this.#settle.run(checksum, bitmap, pageId);
  }

  redelivered(pageId: number, checksum: number, messages: Uint8Array): void {
    this.#redelivered.run(checksum, messages, pageId);
  }

  dropPage(pageId: number): void {
    for (const statement of this.#dropPage) statement.run(pageId);
    this.fresh.dropPage(pageId);
  }

  dropPages(queueId: number): void {
    for (const statement of this.#dropPages) statement.run(queueId);
  }

  body(id: number, size: number, start: number, checksum: number, data: Uint8Array): void {
    this.#body.run(id, size, checksum, data);
    this.fresh.addBody(id, start, data.length);
  }

  bodyPart(bodyId: number, start: number, checksum: number, data: Uint8Array): void {
    this.#bodyPart.run(bodyId, start, checksum, data);
    this.fresh.addBody(bodyId, start, data.length);
  }

  dropBody(id: number): void {
    for (const statement of this.#dropBody) statement.run(id);
    this.fresh.dropBody(id);
  }

  seen({ queueId, newest, count }: SeenHeader, checksum: number, keys: Uint8Array): void {
    this.#seen.run(queueId, newest, count, checksum, keys);
  }

  forgetSeen(queueId: number, before: number): void {
    this.#forgetSeen.run(queueId, before);
  }

  delivered(queueId: number, priority: number, seq: number): void {
    this.#delivered.run(priority, seq, queueId);
  }

  reserve(nextPageId: number, nextBodyId: number): void {
    this.#reserve.run(nextPageId, nextBodyId);
  }
}
