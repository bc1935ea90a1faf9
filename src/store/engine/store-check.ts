/**
 * What is wrong with the rows of a store, whatever its engine: `leveret store check`. The engine reads the rows, and says which it cannot read;
 * what is known to go together is told here row by row.
 */
import { bitAt } from '../../util/bytes.ts';
import { NOT_OPENED, type Place, type Seal, UNKNOWN } from '../sealing/seal.ts';
import type { PageHeader, ParameterRecord, UserRecord } from '../stored-records.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from './checksum.ts';
import { bodyPartPlace, bodyPlace, pagePlace, parameterPlace, passwordPlace, seenPlace } from './places.ts';
import { bodiesIn } from './page-bodies.ts';
import { knownProblem, pageProblem } from './row-problems.ts';
import type { StoredBody, StoredPage, StoredPart, StoredSeen } from './stored-rows.ts';

/** What is wrong with the records in a page's data, which the store does not know; undefined if nothing is. */
export type RecordsCheck = (page: PageHeader, data: Buffer) => string | undefined;

export interface CheckReport {
  /** A line each; empty if the store is sound. */
  readonly problems: readonly string[];
  /** What is unusual and does no harm. */
  readonly notes: readonly string[];
  readonly pages: number;
  readonly bodies: number;
  /** Messages that are not settled, in all queues. */
  readonly messages: number;
}

export interface CheckedPage extends StoredPage {
  /** Of the data, unsealed. */
  readonly bytes: number;
  readonly bitmap: Uint8Array | null;
  readonly bitmapChecksum: number | null;
  readonly messages: Uint8Array | null;
  readonly messagesChecksum: number | null;
  /** Null if there is no such queue, and no exchange with such a log. */
  readonly owner: number | null;
}

export interface CheckedSeen extends StoredSeen {
  /** Null if there is no such queue. */
  readonly owner: number | null;
}

/** Rows that belong to others: `sql` selects the numbers of those that are not there, in a dialect that all engines speak. */
export interface Reference {
  readonly sql: string;
  readonly isHarmless: boolean;
  readonly say: (id: number) => string;
}

export const REFERENCES: readonly Reference[] = [
  {
    sql: missing('body_part', 'body_id', 'body'),
    isHarmless: true,
    say: (id) => `body ${id} is there in part and belongs to no message; the next start removes it`,
  },
  {
    sql: missing('settled', 'page_id', 'page'),
    isHarmless: false,
    say: (id) => `page ${id} is settled in part, and is not there`,
  },
  {
    sql: missing('redelivered', 'page_id', 'page'),
    isHarmless: false,
    say: (id) => `messages of page ${id} were delivered again, and it is not there`,
  },
];

function missing(table: string, column: string, target: string): string {
  return `SELECT DISTINCT ${column} FROM ${table} WHERE NOT EXISTS (SELECT 1 FROM ${target} WHERE ${target}.id = ${table}.${column})`;
}

export class StoreCheck {
  readonly #checkRecords: RecordsCheck;
  readonly #seal: Seal;
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  /** Bodies that messages refer to. */
  readonly #referenced = new Set<number>();
  /** By body: the bytes of its parts, as far as they follow one another. */
  readonly #parts = new Map<number, number>();
  #pages = 0;
  #bodies = 0;
  #messages = 0;
  /** The page that was checked last, and the messages in its rows. */
  #last = { id: NaN, count: 0 };

  /** `seal`: what rows are opened by. With `UNKNOWN` nothing is checked of what sealed bytes hold. */
  constructor(checkRecords: RecordsCheck, seal: Seal) {
    this.#checkRecords = checkRecords;
    this.#seal = seal;
  }

  get report(): CheckReport {
    const [problems, notes] = [this.#problems, this.#notes];
    return { problems, notes, pages: this.#pages, bodies: this.#bodies, messages: this.#messages };
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  unreadable(what: string, error: unknown): void {
    this.problem(`${what} cannot be read: ${(error as Error).message}`);
  }

  /** An engine may have a page in several rows, which come one behind the other. */
  page(row: CheckedPage): void {
    const isFirst = row.id !== this.#last.id;
    if (isFirst) {
      this.#pages++;
      this.#last = { id: row.id, count: 0 };
    }
    const problem = this.#pageProblem(row, this.#last.count);
    if (problem !== undefined) this.problem(`page ${row.id} ${problem}`);
    this.#last.count += row.count;
  }

  /** `before`: the messages of the page in rows before this one. */
  #pageProblem(row: CheckedPage, before: number): string | undefined {
    const { id, queueId, base, first, last, count, bytes, bitmap } = row;
    if (pageChecksum(row, row.bodies, row.data) !== row.checksum) return 'does not match its checksum';
    const data = this.#seal.open(pagePlace(row), row.data);
    if (data === undefined) return NOT_OPENED;
    if (data.length !== bytes) return `has ${data.length} bytes and should have ${bytes}`;
    if (row.owner === null) return `belongs to queue ${queueId}, which is not there`;
    const header: PageHeader = { id, queueId, base, first, last, count, ...bodiesIn(row.bodies) };
    const { bodies } = header;
    const problem =
      pageProblem({ ...header, bytes }) ??
      knownProblem(id, 'settled', bitmap, row.bitmapChecksum) ??
      knownProblem(id, 'delivered again', row.messages, row.messagesChecksum);
    if (problem !== undefined) return problem;
    const isSettled = (position: number): boolean => bitmap !== null && bitAt(bitmap, before + position);
    for (let position = 0; position < count; position++) if (!isSettled(position)) this.#messages++;
    for (let i = 0; i < (bodies?.length ?? 0); i += 2) if (!isSettled(bodies![i])) this.#referenced.add(bodies![i + 1]);
    const damaged = this.#seal === UNKNOWN ? undefined : this.#checkRecords(header, data);
    return damaged === undefined ? undefined : `has content that makes no sense: ${damaged}`;
  }

  /** A part that a body begins with: before the body, and in their order. */
  part(bodyId: number, { start, checksum, data: stored }: StoredPart): void {
    const isWhole = bodyPartChecksum(bodyId, start, stored) === checksum;
    const data = isWhole ? this.#seal.open(bodyPartPlace(bodyId, start), stored) : undefined;
    if (!isWhole) this.problem(`the part of body ${bodyId} at ${start} does not match its checksum`);
    else if (data === undefined) this.problem(`the part of body ${bodyId} at ${start} ${NOT_OPENED}`);
    const at = this.#parts.get(bodyId) ?? 0;
    if (start === at) this.#parts.set(bodyId, at + (data ?? stored).length);
  }

  /** After all pages. */
  body(id: number, { bytes, checksum, data: stored }: StoredBody): void {
    this.#bodies++;
    const start = this.#parts.get(id) ?? 0;
    const isWhole = bodyChecksum(id, bytes, stored) === checksum;
    const data = isWhole ? this.#seal.open(bodyPlace(id, bytes), stored) : undefined;
    if (!isWhole) this.problem(`body ${id} does not match its checksum`);
    else if (data === undefined) this.problem(`body ${id} ${NOT_OPENED}`);
    else if (start + data.length !== bytes)
      this.problem(`body ${id} has ${start + data.length} bytes and should have ${bytes}`);
    if (!this.#referenced.delete(id)) this.#notes.push(`body ${id} belongs to no message; the next start removes it`);
  }

  /** All bodies were there that are. */
  bodiesEnd(): void {
    for (const id of this.#referenced) this.problem(`body ${id} is missing, and a message refers to it`);
  }

  seen(row: CheckedSeen): void {
    const { id, queueId, data } = row;
    if (seenChecksum(row, data) !== row.checksum) this.problem(`keys ${id} do not match their checksum`);
    else if (this.#seal.open(seenPlace(row), data) === undefined)
      this.problem(`keys ${id} were sealed for another place or with another key`);
    else if (row.owner === null) this.problem(`keys ${id} belong to queue ${queueId}, which is not there`);
  }

  password(user: Pick<UserRecord, 'name' | 'passwordHash'>): void {
    this.#text(passwordPlace(user), user.passwordHash);
  }

  parameter(parameter: ParameterRecord): void {
    this.#text(parameterPlace(parameter), parameter.value);
  }

  /** `ids`: what the SQL of the reference selects. */
  dangling({ isHarmless, say }: Reference, ids: readonly number[]): void {
    for (const id of ids) (isHarmless ? this.#notes : this.#problems).push(say(id));
  }

  #text(place: Place, stored: string): void {
    if (this.#seal.openText(place, stored) === undefined) this.problem(`${place.join(' ')} ${NOT_OPENED}`);
  }
}
