/** Reads what left memory: pages, bodies and keys, by COPY BINARY, which costs the event loop a quarter of what text would. */
import { newBuffer } from '../../util/bytes.ts';
import { attempt, type Fault } from '../../util/guard.ts';
import {
  type StoredPage,
  type StoredPart,
  type StoredRows,
  type StoredBody,
  type StoredSeen,
} from '../engine/stored-rows.ts';
import { type Answer, StoreError } from '../store.ts';
import { bigints } from './arrays.ts';
import type { CopiedRow } from './copy-out.ts';
import { PAGE_COLUMNS, pageHeaderIn } from './page-columns.ts';
import type { PrimaryLink } from './primary-link.ts';
import { isDamage } from './server-errors.ts';
import type { Session } from './session.ts';

/** Between two attempts, in milliseconds. */
const PAUSE = 250;

export class ColdReads {
  readonly #link: PrimaryLink;
  readonly #rows: StoredRows;
  readonly #damaged: (what: string, how: string) => StoreError;
  readonly #closedError: () => StoreError;
  readonly #fault: Fault;
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;

  /** `fault`: told of what those throw who are answered. */
  constructor(
    link: PrimaryLink,
    rows: StoredRows,
    damaged: (what: string, how: string) => StoreError,
    closedError: () => StoreError,
    fault: Fault,
  ) {
    this.#link = link;
    this.#rows = rows;
    this.#damaged = damaged;
    this.#closedError = closedError;
    this.#fault = fault;
  }

  pages(ids: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    this.#read(answer, `pages ${ids.join(', ')}`, async (session) => {
      const parts = new Map<number, Buffer<ArrayBuffer>[]>();
      await session.copyOut(
        `COPY (SELECT ${PAGE_COLUMNS}, checksum, bodies, data
           FROM page WHERE id = ANY('${bigints(ids)}') ORDER BY id, first_seq) TO STDOUT BINARY`,
        (row) => {
          const page = pageIn(row);
          const data = this.#rows.page(page, () => `page ${page.id} of queue ${page.queueId}`);
          const own = parts.get(page.id);
          if (own === undefined) parts.set(page.id, [data]);
          else own.push(data);
        },
      );
      return ids.map((id) => {
        const own = parts.get(id);
        if (own === undefined) throw this.#damaged(`page ${id}`, 'is missing');
        return own.length === 1 ? own[0] : joined(own);
      });
    });
  }

  body(id: number, answer: Answer<Buffer>): void {
    this.#read(answer, `body ${id}`, async (session) => {
      let body: StoredBody | undefined;
      await session.copyOut(
        `COPY (SELECT bytes, checksum, data FROM body WHERE id = ${id}) TO STDOUT BINARY`,
        (row) => (body = { bytes: row.bigint(0), checksum: row.int(1), data: owned(row.bytes(2)) }),
      );
      if (body === undefined) throw this.#damaged(`body ${id}`, 'is missing');
      const parts: StoredPart[] = [];
      if (body.data.length !== body.bytes) {
        await session.copyOut(
          `COPY (SELECT start, checksum, data FROM body_part WHERE body_id = ${id} ORDER BY start) TO STDOUT BINARY`,
          (row) => parts.push({ start: row.bigint(0), checksum: row.int(1), data: owned(row.bytes(2)) }),
        );
      }
      return this.#rows.body(id, body, () => parts);
    });
  }

  seen(queueId: number, answer: Answer<Buffer[]>): void {
    this.#read(answer, `what queue ${queueId} has seen`, async (session) => {
      const rows: StoredSeen[] = [];
      await session.copyOut(
        `COPY (SELECT id, newest, count, checksum, keys FROM seen WHERE queue_id = ${queueId} ORDER BY id) TO STDOUT BINARY`,
        (row) => {
          const [id, newest] = [row.bigint(0), row.bigint(1)];
          rows.push({ id, queueId, newest, count: row.int(2), checksum: row.int(3), data: owned(row.bytes(4)) });
        },
      );
      return this.#rows.seen(rows);
    });
  }

  /** Resolves when all that was asked for is answered: at once with an error, if `now`. */
  async close(now: boolean): Promise<void> {
    if (now) this.#closed = true;
    await Promise.all(this.#underWay);
    this.#closed = true;
  }

  #read<Value>(answer: Answer<Value>, what: string, read: (session: Session) => Promise<Value>): void {
    if (this.#closed) return answer(this.#closedError());
    const reading: Promise<void> = this.#untilRead(what, read).then((value) => {
      this.#underWay.delete(reading);
      attempt(this.#fault, answer, value);
    });
    this.#underWay.add(reading);
  }

  /** A session that breaks is no answer: it is tried again. */
  async #untilRead<Value>(what: string, read: (session: Session) => Promise<Value>): Promise<Value | StoreError> {
    for (;;) {
      try {
        return await this.#link.read(read);
      } catch (error) {
        if (error instanceof StoreError) return this.#closed ? this.#closedError() : error;
        if (isDamage(error)) return this.#damaged(what, `cannot be read (${(error as Error).message})`);
        if (this.#closed) return this.#closedError();
        await this.#link.pause(PAUSE);
      }
    }
  }
}

function pageIn(row: CopiedRow): StoredPage {
  return {
    ...pageHeaderIn(row),
    checksum: row.int(6),
    bodies: row.isNull(7) ? null : row.bytes(7),
    data: owned(row.bytes(8)),
  };
}

function owned(bytes: Buffer): Buffer<ArrayBuffer> {
  const copy = newBuffer(bytes.length);
  bytes.copy(copy);
  return copy;
}

function joined(parts: readonly Buffer[]): Buffer<ArrayBuffer> {
  const whole = newBuffer(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(whole, at);
  return whole;
}
