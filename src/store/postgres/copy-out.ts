/**
 * Reads what `COPY ... TO STDOUT BINARY` sends: a signature, and for each row the number of its columns and each column with its length in
 * front; -1 columns are the end.
 */
import { readU32, readU64 } from '../../util/bytes.ts';

const HEADER_BYTES = 19;

/** The columns of one row: parts of memory that is used again. */
export class CopiedRow {
  #data: Buffer<ArrayBuffer>;
  /** Where each column begins and ends; both -1 for NULL. */
  readonly #places: number[] = [];

  constructor() {
    this.#data = Buffer.alloc(0);
  }

  /** Reads the row at `at`, and returns where it ends; undefined if not all of it is there. */
  read(data: Buffer<ArrayBuffer>, at: number): number | undefined {
    if (at + 2 > data.length) return undefined;
    const count = data.readInt16BE(at);
    at += 2;
    this.#data = data;
    this.#places.length = 0;
    for (let n = 0; n < count; n++) {
      if (at + 4 > data.length) return undefined;
      const length = data.readInt32BE(at);
      at += 4;
      if (length === -1) {
        this.#places.push(-1, -1);
        continue;
      }
      if (at + length > data.length) return undefined;
      this.#places.push(at, at + length);
      at += length;
    }
    return at;
  }

  isNull(column: number): boolean {
    return this.#places[2 * column] === -1;
  }

  /** Of a column of type bigint that is not NULL: no negative one. */
  bigint(column: number): number {
    return readU64(this.#data, this.#places[2 * column]);
  }

  /** Of a column of type int, its bits taken for a number without a sign: a checksum, or what has none. */
  int(column: number): number {
    return readU32(this.#data, this.#places[2 * column]);
  }

  /** Of a column of type bytea: good until the next row. */
  bytes(column: number): Buffer<ArrayBuffer> {
    return this.#data.subarray(this.#places[2 * column], this.#places[2 * column + 1]);
  }

  /** Of a column of type text. */
  text(column: number): string {
    return this.#data.toString('utf8', this.#places[2 * column], this.#places[2 * column + 1]);
  }

  /** Of a column of type bytea: as `bytes`, or null. */
  blob(column: number): Buffer<ArrayBuffer> | null {
    return this.isNull(column) ? null : this.bytes(column);
  }
}

export class CopyOut {
  readonly #row = new CopiedRow();
  readonly #take: (row: CopiedRow) => void;
  /** What came of a row that is not whole. */
  #rest: Buffer<ArrayBuffer> | undefined;
  #begun = false;
  #ended = false;

  constructor(take: (row: CopiedRow) => void) {
    this.#take = take;
  }

  take(chunk: Buffer<ArrayBuffer>): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#begun && data.length >= HEADER_BYTES) {
      // The header may have an extension.
      at = HEADER_BYTES + readU32(data, HEADER_BYTES - 4);
      this.#begun = true;
    }
    while (this.#begun && at + 2 <= data.length) {
      if (data.readInt16BE(at) === -1) {
        this.#ended = true;
        return;
      }
      const end = this.#row.read(data, at);
      if (end === undefined) break;
      this.#take(this.#row);
      at = end;
    }
    // A server sends whole rows; the protocol does not promise that. What pg gives is a part of what it reads the next into.
    this.#rest = at === data.length ? undefined : Buffer.from(data.subarray(at));
  }

  /** Throws if the rows did not come to their end. */
  end(): void {
    if (!this.#ended) throw new Error('a COPY ended in the middle');
  }
}
