/**
 * A batch as the statements that carry it out. What comes and goes within the batch is never sent: first goes all that is removed, then all that
 * is new, by COPY, and then what is known of pages.
 */
import type { BatchRows } from '../engine/batch-rows.ts';
import { pageChecksum } from '../engine/checksum.ts';
import { storedBodies } from '../engine/page-bodies.ts';
import { pagePlace } from '../engine/places.ts';
import type { Seal } from '../sealing/seal.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import { type Column, type ColumnType, copyOf, type CopyRow, copyRow } from './copy-in.ts';
import { bigints, blobs, ints } from './arrays.ts';
import type { Statement } from './session.ts';

/** The columns that a batch writes, in their order. */
const TABLES = {
  page: {
    columns: 'id, queue_id, base, first_seq, last_seq, count, bytes, checksum, bodies, data',
    types: ['bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'int', 'int', 'int', 'bytea', 'bytea'],
  },
  body: { columns: 'id, bytes, checksum, data', types: ['bigint', 'bigint', 'int', 'bytea'] },
  body_part: { columns: 'body_id, start, checksum, data', types: ['bigint', 'bigint', 'int', 'bytea'] },
  seen: {
    columns: 'queue_id, newest, count, checksum, keys',
    types: ['bigint', 'bigint', 'int', 'int', 'bytea'],
  },
} as const satisfies Record<string, { readonly columns: string; readonly types: readonly ColumnType[] }>;

type Table = keyof typeof TABLES;

const DROP_PAGES_OF_QUEUES = `WITH gone AS (DELETE FROM page WHERE queue_id = ANY($1::bigint[]) RETURNING id),
    unsettled AS (DELETE FROM settled WHERE page_id IN (SELECT id FROM gone))
  DELETE FROM redelivered WHERE page_id IN (SELECT id FROM gone)`;
const DROP_PAGES = `WITH gone AS (DELETE FROM page WHERE id = ANY($1::bigint[])),
    unsettled AS (DELETE FROM settled WHERE page_id = ANY($1::bigint[]))
  DELETE FROM redelivered WHERE page_id = ANY($1::bigint[])`;
const DROP_BODIES = `WITH gone AS (DELETE FROM body WHERE id = ANY($1::bigint[]))
  DELETE FROM body_part WHERE body_id = ANY($1::bigint[])`;
const FORGET_SEEN = `DELETE FROM seen USING unnest($1::bigint[], $2::bigint[]) AS forgotten (queue_id, before)
  WHERE seen.queue_id = forgotten.queue_id AND seen.newest < forgotten.before`;
/** A page that is gone keeps nothing. */
const SETTLE = ofPage('settled', 'bitmap');
const REDELIVERED = ofPage('redelivered', 'messages');
/** Nor does a queue that is gone. */
const DELIVERED = `INSERT INTO progress (queue_id, lane, delivered)
  SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[]) AS new (queue_id, lane, delivered)
   WHERE EXISTS (SELECT FROM entity WHERE log = new.queue_id)
  ON CONFLICT (queue_id, lane) DO UPDATE SET delivered = excluded.delivered`;
const RESERVE = `UPDATE id_range SET next = CASE name WHEN 'page' THEN $1::bigint ELSE $2::bigint END WHERE name IN ('page', 'body')`;

/** More than any moment, and less than what does not fit. */
const FOREVER = Number.MAX_SAFE_INTEGER;

function ofPage(table: string, known: string): string {
  return `INSERT INTO ${table} (page_id, checksum, ${known})
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::bytea[]) AS new (page_id, checksum, known)
     WHERE EXISTS (SELECT FROM page WHERE id = new.page_id)
    ON CONFLICT (page_id) DO UPDATE SET checksum = excluded.checksum, ${known} = excluded.${known}`;
}

/** A row that is not sent yet: what is removed later in the batch is left out. `id`: of a page or a body. */
interface NewRow {
  readonly id: number;
  readonly queueId: number;
  /** Of keys: when the last of them was seen. */
  readonly newest: number;
  readonly row: CopyRow;
}

/** Keys of a queue that are forgotten: those that came before the `rows`-th new ones, and before a moment. */
interface Forgotten {
  readonly rows: number;
  readonly before: number;
}

interface Known {
  readonly checksum: number;
  readonly known: Uint8Array;
}

export class BatchStatements implements BatchRows {
  readonly #seal: Seal;
  readonly #new: Record<Table, NewRow[]> = { page: [], body: [], body_part: [], seen: [] };
  readonly #settled = new Map<number, Known>();
  readonly #redelivered = new Map<number, Known>();
  readonly #droppedPages = new Set<number>();
  /** With the number of new pages that there were then. */
  readonly #droppedQueues = new Map<number, number>();
  readonly #droppedBodies = new Set<number>();
  /** By queue. Each is of an earlier moment than the one before it, or that one would be no more than a part of it. */
  readonly #forgotten = new Map<number, Forgotten[]>();
  readonly #delivered = new Map<string, readonly [queueId: number, priority: number, seq: number]>();
  #reserved: readonly [nextPageId: number, nextBodyId: number] | undefined;

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  page(header: PageHeader, bytes: number, checksum: number, bodies: Uint8Array | null, data: Uint8Array): void {
    const { id, queueId, base, first, last, count } = header;
    this.#add('page', id, queueId, [id, queueId, base, first, last, count, bytes, checksum, bodies, data]);
  }

  /** A row of its own behind the others of the page: nothing is read, and nothing is written twice. */
  extendPage(added: PageHeader, data: Uint8Array): void {
    const sealed = this.#seal.close(pagePlace(added), data);
    const bodies = storedBodies(added.bodyBytes);
    this.page(added, data.length, pageChecksum(added, bodies, sealed), bodies, sealed);
  }

  settle(pageId: number, checksum: number, known: Uint8Array): void {
    this.#settled.set(pageId, { checksum, known });
  }

  redelivered(pageId: number, checksum: number, known: Uint8Array): void {
    this.#redelivered.set(pageId, { checksum, known });
  }

  dropPage(pageId: number): void {
    this.#droppedPages.add(pageId);
  }

  dropPages(queue: number): void {
    this.#droppedQueues.set(queue, this.#new.page.length);
  }

  body(id: number, size: number, _start: number, checksum: number, data: Uint8Array): void {
    this.#add('body', id, 0, [id, size, checksum, data]);
  }

  bodyPart(id: number, start: number, checksum: number, data: Uint8Array): void {
    this.#add('body_part', id, 0, [id, start, checksum, data]);
  }

  dropBody(bodyId: number): void {
    this.#droppedBodies.add(bodyId);
  }

  seen({ queueId, newest, count }: SeenHeader, checksum: number, keys: Uint8Array): void {
    this.#add('seen', 0, queueId, [queueId, newest, count, checksum, keys], newest);
  }

  forgetSeen(queue: number, before: number): void {
    let own = this.#forgotten.get(queue);
    if (own === undefined) this.#forgotten.set(queue, (own = []));
    while (own.length > 0 && own.at(-1)!.before <= before) own.pop();
    own.push({ rows: this.#new.seen.length, before });
  }

  delivered(queueId: number, priority: number, seq: number): void {
    this.#delivered.set(`${queueId} ${priority}`, [queueId, priority, seq]);
  }

  reserve(nextPageId: number, nextBodyId: number): void {
    this.#reserved = [nextPageId, nextBodyId];
  }

  /** In the order in which they have to be run. */
  statements(): Statement[] {
    const statements: Statement[] = [];
    const add = (name: string, text: string, values: Statement['values']): void => {
      statements.push({ name, text, values: values! });
    };
    if (this.#droppedQueues.size > 0) add('drop_queues', DROP_PAGES_OF_QUEUES, [bigints(this.#droppedQueues.keys())]);
    if (this.#droppedPages.size > 0) add('drop_pages', DROP_PAGES, [bigints(this.#droppedPages)]);
    if (this.#droppedBodies.size > 0) add('drop_bodies', DROP_BODIES, [bigints(this.#droppedBodies)]);
    if (this.#forgotten.size > 0) {
      const moments = [...this.#forgotten.values()].map(([{ before }]) => Math.min(Math.ceil(before), FOREVER));
      add('forget_seen', FORGET_SEEN, [bigints(this.#forgotten.keys()), bigints(moments)]);
    }
    for (const table of Object.keys(TABLES) as Table[]) {
      const rows = this.#new[table].filter((row, n) => !this.#isGone(table, row, n));
      if (rows.length === 0) continue;
      const text = `COPY ${table} (${TABLES[table].columns}) FROM STDIN BINARY`;
      statements.push({ name: `copy_${table}`, text, copy: copyOf(rows.map(({ row }) => row)) });
    }
    for (const [name, text, rows] of [
      ['settle', SETTLE, this.#settled],
      ['redelivered', REDELIVERED, this.#redelivered],
    ] as const) {
      const known = [...rows].filter(([id]) => !this.#droppedPages.has(id));
      if (known.length === 0) continue;
      const columns = [
        known.map(([id]) => id),
        known.map(([, row]) => row.checksum),
        known.map(([, row]) => row.known),
      ] as const;
      add(name, text, [bigints(columns[0]), ints(columns[1]), blobs(columns[2])]);
    }
    if (this.#delivered.size > 0) {
      const rows = [...this.#delivered.values()];
      const column = (n: 0 | 1 | 2): number[] => rows.map((row) => row[n]);
      add('delivered', DELIVERED, [bigints(column(0)), ints(column(1)), bigints(column(2))]);
    }
    if (this.#reserved !== undefined) add('reserve', RESERVE, this.#reserved);
    return statements;
  }

  #add(table: Table, id: number, queueId: number, columns: readonly Column[], newest = 0): void {
    this.#new[table].push({ id, queueId, newest, row: copyRow(TABLES[table].types, columns) });
  }

  /** True if the `n`-th new row of the table was removed later. No number of a page or a body is given twice: what was dropped does not come again. */
  #isGone(table: Table, { id, queueId, newest }: NewRow, n: number): boolean {
    switch (table) {
      case 'page':
        return this.#droppedPages.has(id) || n < (this.#droppedQueues.get(queueId) ?? 0);
      case 'seen': {
        const last = this.#forgotten.get(queueId)?.find(({ rows }) => n < rows);
        return last !== undefined && newest < last.before;
      }
      default:
        return this.#droppedBodies.has(id);
    }
  }
}
