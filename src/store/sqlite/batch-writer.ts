/** Writes one batch in one transaction. Runs on the writer thread. */
import type { Database, Statement } from 'better-sqlite3';
import type { PageHeader, TopologyChange } from '../stored-records.ts';
import { LENGTH, OP, type Operation } from '../engine/batch-buffer.ts';
import { bodyChecksum, bodyPartChecksum, ofPageChecksum, pageChecksum, seenChecksum } from '../engine/checksum.ts';
import { FreshRows } from './fresh-rows.ts';
import { type Seal, UNSEALED } from '../sealing/seal.ts';
import { bodyPartPlace, bodyPlace, pagePlace, seenPlace } from '../engine/places.ts';
import { PageExtension } from './page-extension.ts';
import { TopologyWriter } from './topology-writer.ts';

/** A batch as it reaches the writer thread. */
export interface WrittenBatch {
  readonly numbers: ArrayBuffer;
  /** Numbers in use. */
  readonly length: number;
  readonly chunks: readonly ArrayBuffer[];
  /** Bytes in use of the chunks. */
  readonly bytes: number;
  readonly changes: readonly TopologyChange[];
}

export class BatchWriter {
  /** What it added and did not remove yet; for whoever checkpoints to clear. */
  readonly fresh = new FreshRows();
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #topology: TopologyWriter;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #page: Statement;
  readonly #pageExtension: PageExtension;
  readonly #settle: Statement;
  readonly #redelivered: Statement;
  readonly #dropPage: readonly Statement[];
  readonly #dropPages: readonly Statement[];
  readonly #body: Statement;
  readonly #bodyPart: Statement;
  readonly #dropBody: readonly Statement[];
  readonly #delivered: Statement;
  readonly #deliveredAtPriority: Statement;
  readonly #reserve: Statement;
  readonly #seen: Statement;
  readonly #forgetSeen: Statement;

  constructor(database: Database, seal: Seal = UNSEALED) {
    this.#database = database;
    this.#seal = seal;
    this.#topology = new TopologyWriter(database, seal);
    const prepare = (sql: string) => database.prepare(sql);
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#rollback = prepare('ROLLBACK');
    this.#page = prepare('INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#pageExtension = new PageExtension(database, seal);
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
    this.#delivered = prepare('UPDATE queue SET delivered = ? WHERE id = ?');
    // Nor does a queue that is gone.
    this.#deliveredAtPriority = prepare('INSERT OR REPLACE INTO lane SELECT id, ?, ? FROM queue WHERE id = ?');
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
      this.#operations(new Float64Array(batch.numbers, 0, batch.length), batch.chunks);
      this.#commit.run();
    } catch (error) {
      // SQLite itself rolls back on some errors, a full disk among them.
      if (this.#database.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  #operations(numbers: Float64Array, chunks: readonly ArrayBuffer[]): void {
    /** The place whose three numbers start at n. */
    const place = (n: number) => new Uint8Array(chunks[numbers[n]], numbers[n + 1], numbers[n + 2]);
    for (let n = 0; n < numbers.length; n += LENGTH[numbers[n] as Operation]) {
      const first = numbers[n + 1];
      switch (numbers[n]) {
        case OP.page: {
          const header = headerAt(numbers, n);
          const { queueId, base, last, count } = header;
          const bodies = numbers[n + 12] === 0 ? null : place(n + 10);
          const data = this.#seal.close(pagePlace(header), place(n + 7));
          const bytes = numbers[n + 9];
          const checksum = pageChecksum(header, bodies, data);
          this.#page.run(first, queueId, base, header.first, last, count, bytes, checksum, bodies, data);
          this.fresh.addPage(first, data.length);
          break;
        }
        case OP.extendPage:
          this.fresh.addPage(first, this.#pageExtension.write(headerAt(numbers, n), place(n + 7)));
          break;
        case OP.settle:
        case OP.redelivered: {
          const known = place(n + 2);
          const statement = numbers[n] === OP.settle ? this.#settle : this.#redelivered;
          statement.run(ofPageChecksum(first, known), known, first);
          break;
        }
        case OP.dropPage:
          for (const statement of this.#dropPage) statement.run(first);
          this.fresh.dropPage(first);
          break;
        case OP.dropPages:
          for (const statement of this.#dropPages) statement.run(first);
          break;
        case OP.body: {
          const bytes = numbers[n + 4];
          const size = numbers[n + 5];
          const data = this.#seal.close(bodyPlace(first, size), place(n + 2));
          this.#body.run(first, size, bodyChecksum(first, size, data), data);
          this.fresh.addBody(first, size - bytes, data.length);
          break;
        }
        case OP.bodyPart: {
          const start = numbers[n + 5];
          const data = this.#seal.close(bodyPartPlace(first, start), place(n + 2));
          this.#bodyPart.run(first, start, bodyPartChecksum(first, start, data), data);
          this.fresh.addBody(first, start, data.length);
          break;
        }
        case OP.dropBody:
          for (const statement of this.#dropBody) statement.run(first);
          this.fresh.dropBody(first);
          break;
        case OP.delivered: {
          const [priority, seq] = numbers.subarray(n + 2, n + 4);
          if (priority === 0) this.#delivered.run(seq, first);
          else this.#deliveredAtPriority.run(priority, seq, first);
          break;
        }
        case OP.reserve:
          this.#reserve.run(first, numbers[n + 2]);
          break;
        case OP.seen: {
          const header = { queueId: first, newest: numbers[n + 2], count: numbers[n + 3] };
          const keys = this.#seal.close(seenPlace(header), place(n + 4));
          this.#seen.run(first, header.newest, header.count, seenChecksum(header, keys), keys);
          break;
        }
        case OP.forgetSeen:
          this.#forgetSeen.run(first, numbers[n + 2]);
          break;
        default:
          throw new Error(`operation ${numbers[n]} at ${n} of a batch`);
      }
    }
  }
}

/** The header of a page, or of what is added to one, whose operation is at n. */
function headerAt(numbers: Float64Array, n: number): PageHeader {
  return {
    id: numbers[n + 1],
    queueId: numbers[n + 2],
    base: numbers[n + 3],
    first: numbers[n + 4],
    last: numbers[n + 5],
    count: numbers[n + 6],
  };
}
