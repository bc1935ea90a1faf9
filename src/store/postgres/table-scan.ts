/**
 * Reads a table past what of it cannot be read: some numbers at a time, and one at a time among those of which one is damaged. All of it in one
 * transaction, which goes on after that.
 */
import type { StoreCheck } from '../engine/store-check.ts';
import { bigints } from './arrays.ts';
import type { CopiedRow } from './copy-out.ts';
import { isDamage } from './server-errors.ts';
import type { Session } from './session.ts';

/** Rows are read so many numbers at a time. */
const NUMBERS_AT_A_TIME = 200;

/** A table whose rows are read by their numbers; a number may have several rows. */
export interface Scanned {
  /** A row of it, for who reads of it. */
  readonly what: string;
  /** All of its numbers. */
  readonly numbers: string;
  /** Columns of the rows whose number is one of `$numbers`: the number is the first. */
  readonly rows: string;
  readonly take: (row: CopiedRow) => void;
}

export class TableScan {
  readonly #session: Session;
  readonly #check: StoreCheck;
  readonly #table: Scanned;
  /** The number whose rows came last, and how many. */
  #number = NaN;
  #taken = 0;

  constructor(session: Session, check: StoreCheck, table: Scanned) {
    this.#session = session;
    this.#check = check;
    this.#table = table;
  }

  async run(): Promise<void> {
    const numbers: number[] = [];
    const { what, numbers: list } = this.#table;
    await attempt(this.#session, this.#check, `the list of ${what}`, () =>
      this.#session.copyOut(`COPY (${list}) TO STDOUT BINARY`, (row) => numbers.push(row.bigint(0))),
    );
    for (let at = 0; at < numbers.length; at += NUMBERS_AT_A_TIME) {
      await this.#read(numbers.slice(at, at + NUMBERS_AT_A_TIME));
    }
  }

  async #read(numbers: readonly number[]): Promise<void> {
    if (await isRead(this.#session, () => this.#copy(numbers, 0))) return;
    // One of them cannot be: not before the one whose rows came last.
    const from = Math.max(numbers.indexOf(this.#number), 0);
    for (const number of numbers.slice(from)) {
      const skipped = number === this.#number ? this.#taken : 0;
      await attempt(this.#session, this.#check, `${this.#table.what} ${number}`, () => this.#copy([number], skipped));
    }
  }

  /** `skipped`: rows that were taken before. */
  #copy(numbers: readonly number[], skipped: number): Promise<void> {
    const rows = this.#table.rows.replace('$numbers', `'${bigints(numbers)}'`);
    return this.#session.copyOut(`COPY (${rows}) TO STDOUT BINARY`, (row) => {
      if (skipped-- > 0) return;
      const number = row.bigint(0);
      this.#taken = number === this.#number ? this.#taken + 1 : 1;
      this.#number = number;
      this.#table.take(row);
    });
  }
}

/** What the database finds damaged is a finding too. */
export async function attempt(
  session: Session,
  check: StoreCheck,
  what: string,
  read: () => Promise<void>,
): Promise<void> {
  await isRead(session, read, (error) => check.unreadable(what, error));
}

/** False if the database finds damaged what is read: the transaction goes on. */
async function isRead(
  session: Session,
  read: () => Promise<void>,
  damaged?: (error: unknown) => void,
): Promise<boolean> {
  await session.query('SAVEPOINT before');
  try {
    await read();
    await session.query('RELEASE before');
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged?.(error);
    await session.query('ROLLBACK TO before');
    return false;
  }
}
