/** Reads pages, bodies and keys, each checked against its checksum: what is not as it was written is reported, never returned. */
import type { Database, Statement } from 'better-sqlite3';
import { letGo, newBuffer } from '../../util/bytes.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import { NOT_OPENED, type Place, type Seal } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';
import { bodyPartPlace, bodyPlace, pagePlace, seenPlace } from '../engine/places.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from '../engine/checksum.ts';

/** A page as the table has it. */
export interface StoredPage extends Omit<PageHeader, 'bodies'> {
  readonly checksum: number;
  readonly bodies: Uint8Array | null;
  readonly data: Buffer<ArrayBuffer>;
}

interface BodyRow {
  readonly bytes: number;
  readonly checksum: number;
  readonly data: Buffer;
}

/** A part of a body. */
export interface StoredPart {
  readonly start: number;
  readonly checksum: number;
  readonly data: Buffer<ArrayBuffer>;
}

interface SeenRow extends SeenHeader {
  readonly id: number;
  readonly checksum: number;
  readonly data: Buffer;
}

export class StoredRows {
  readonly #database: Database;
  readonly #path: string;
  readonly #seal: Seal;
  readonly #page: Statement;
  readonly #body: Statement;
  readonly #parts: Statement;
  readonly #seen: Statement;

  /** `path`: the file's, for what is reported. */
  constructor(database: Database, path: string, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
    this.#path = path;
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
    const row = this.#get<StoredPage>(this.#page, id, () => this.#describePage(id));
    if (!isWhole(row, () => pageChecksum(row, row.bodies, row.data))) {
      throw this.#damaged(this.#describePage(id), 'does not match its checksum');
    }
    return this.#opened(pagePlace(row), row.data, () => this.#describePage(id));
  }

  /** Throws StoreError if the body is missing or damaged. */
  body(id: number): Buffer {
    const row = this.#get<BodyRow>(this.#body, id, () => `body ${id}`);
    if (!isWhole(row, () => bodyChecksum(id, row.bytes, row.data))) {
      throw this.#damaged(`body ${id}`, 'does not match its checksum');
    }
    const end = this.#opened(bodyPlace(id, row.bytes), row.data, () => `body ${id}`);
    return end.length === row.bytes ? end : this.#joined(id, row.bytes, end);
  }

  /** A body in parts, one of which is in memory beside it at a time. */
  #joined(id: number, bytes: number, end: Buffer): Buffer {
    const body = newBuffer(bytes);
    let at = 0;
    try {
      for (const part of this.#parts.iterate(id) as IterableIterator<StoredPart>) {
        if (part.start !== at || !isWhole(part, () => bodyPartChecksum(id, part.start, part.data))) break;
        const data = this.#seal.open(bodyPartPlace(id, at), part.data);
        if (data === undefined) break;
        at += data.copy(body, at);
        letGo(data);
      }
    } catch (error) {
      throw this.#damaged(`body ${id}`, `cannot be read (${(error as Error).message})`);
    }
    if (at + end.length !== bytes) throw this.#damaged(`the part of body ${id} from ${at} on`, 'is damaged or missing');
    end.copy(body, at);
    return body;
  }

  /** The keys that a queue has seen. Throws StoreError if some are damaged. */
  seen(queueId: number): Buffer[] {
    let rows;
    try {
      rows = this.#seen.all(queueId) as SeenRow[];
    } catch (error) {
      throw this.#damaged(`what queue ${queueId} has seen`, `cannot be read (${(error as Error).message})`);
    }
    for (const row of rows) {
      if (!isWhole(row, () => seenChecksum(row, row.data))) {
        throw this.#damaged(`row ${row.id} of what queue ${queueId} has seen`, 'does not match its checksum');
      }
    }
    return rows.map((row) =>
      this.#opened(seenPlace(row), row.data, () => `row ${row.id} of what queue ${queueId} has seen`),
    );
  }

  #opened(place: Place, stored: Buffer, describe: () => string): Buffer<ArrayBuffer> {
    const data = this.#seal.open(place, stored);
    if (data === undefined) throw this.#damaged(describe(), NOT_OPENED);
    return data;
  }

  #get<Row>(statement: Statement, id: number, describe: () => string): Row {
    let row;
    try {
      row = statement.get(id);
    } catch (error) {
      throw this.#damaged(describe(), `cannot be read (${(error as Error).message})`);
    }
    if (row === undefined) throw this.#damaged(describe(), 'is missing');
    return row as Row;
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

/** In a damaged row a column may be of any type. */
function isWhole(row: { readonly checksum: number; readonly data: unknown }, checksum: () => number): boolean {
  return row.data instanceof Uint8Array && row.checksum === checksum();
}
