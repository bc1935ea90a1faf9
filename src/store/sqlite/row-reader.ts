/** Reads pages, bodies and keys out of the file. */
import type { Database, Statement } from 'better-sqlite3';
import {
  type StoredBody,
  type StoredPage,
  type StoredPart,
  StoredRows,
  type StoredSeen,
} from '../engine/stored-rows.ts';
import type { Seal } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';

export class RowReader {
  readonly #database: Database;
  readonly #path: string;
  readonly #rows: StoredRows;
  readonly #page: Statement<[number], StoredPage>;
  readonly #body: Statement<[number], StoredBody>;
  readonly #parts: Statement<[number], StoredPart>;
  readonly #seen: Statement<[number], StoredSeen>;

  /** `path`: the file's, for what is reported. */
  constructor(database: Database, path: string, seal: Seal) {
    this.#database = database;
    this.#path = path;
    this.#rows = new StoredRows(seal, (what, how) => this.#damaged(what, how));
    this.#page = database.prepare(
      `SELECT id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, checksum, bodies, data
         FROM page WHERE id = ?`,
    );
    this.#body = database.prepare('SELECT bytes, checksum, data FROM body WHERE id = ?');
    this.#parts = database.prepare('SELECT start, checksum, data FROM body_part WHERE body_id = ? ORDER BY start');
    this.#seen = database.prepare(
      `SELECT id, queue_id AS queueId, newest, count, checksum, keys AS data FROM seen WHERE queue_id = ? ORDER BY id`,
    );
  }

  /** The data of a page. Throws StoreError if it is missing or damaged. */
  page(id: number): Buffer<ArrayBuffer> {
    const describe = (): string => this.#describePage(id);
    return this.#rows.page(this.#get(this.#page, id, describe), describe);
  }

  /** Throws StoreError if the body is missing or damaged. */
  body(id: number): Buffer {
    const row = this.#get(this.#body, id, () => `body ${id}`);
    return this.#rows.body(id, row, () => this.#readable(`body ${id}`, this.#parts.iterate(id)));
  }

  /** The keys that a queue has seen. Throws StoreError if some are damaged. */
  seen(queueId: number): Buffer[] {
    return this.#rows.seen([...this.#readable(`what queue ${queueId} has seen`, this.#seen.iterate(queueId))]);
  }

  #get<Row>(statement: Statement<[number], Row>, id: number, describe: () => string): Row {
    let row;
    try {
      row = statement.get(id);
    } catch (error) {
      throw this.#unreadable(describe(), error);
    }
    if (row === undefined) throw this.#damaged(describe(), 'is missing');
    return row;
  }

  /** The rows, one in memory at a time. */
  *#readable<Row>(what: string, rows: Iterable<Row>): Iterable<Row> {
    try {
      yield* rows;
    } catch (error) {
      throw this.#unreadable(what, error);
    }
  }

  #unreadable(what: string, error: unknown): StoreError {
    return this.#damaged(what, `cannot be read (${(error as Error).message})`);
  }

  #damaged(what: string, how: string): StoreError {
    return new StoreError(
      `${this.#path} is damaged: ${what} ${how}. "leveret store check" tells what else is. ` +
        'Restore the file from a backup, or purge or delete the queue to go on without its messages.',
    );
  }

  /** The page by the name of its queue. Its row may be the damaged one, so this takes whatever it finds. */
  #describePage(id: number): string {
    try {
      const row = this.#database
        .prepare(
          `SELECT ifnull(queue.vhost, exchange.vhost), queue.name, exchange.name, first_seq, last_seq
             FROM page LEFT JOIN queue ON queue.id = queue_id LEFT JOIN exchange ON log_id = queue_id WHERE page.id = ?`,
        )
        .raw()
        .get(id) as [string | null, string | null, string | null, number, number] | undefined;
      if (row === undefined) return `page ${id}`;
      const [vhost, queue, exchange, first, last] = row;
      const owner = exchange === null ? `queue '${queue}'` : `exchange '${exchange}'`;
      return `page ${id} (messages ${first} to ${last} of ${owner} in vhost '${vhost}')`;
    } catch {
      return `page ${id}`;
    }
  }
}
