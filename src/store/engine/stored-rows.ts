/** Rows as an engine reads them, each checked against its checksum and opened: what is not as it was written is reported, never returned. */
import { letGo, newBuffer } from '../../util/bytes.ts';
import { NOT_OPENED, type Place, type Seal } from '../sealing/seal.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import type { StoreError } from '../store.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from './checksum.ts';
import { bodyPartPlace, bodyPlace, pagePlace, seenPlace } from './places.ts';

/** A page as the table has it. */
export interface StoredPage extends Omit<PageHeader, 'bodies'> {
  readonly checksum: number;
  readonly bodies: Uint8Array | null;
  readonly data: Buffer<ArrayBuffer>;
}

export interface StoredBody {
  /** Of the whole body. */
  readonly bytes: number;
  readonly checksum: number;
  /** All of it, or its end if there are parts. */
  readonly data: Buffer<ArrayBuffer>;
}

/** A part of a body. */
export interface StoredPart {
  readonly start: number;
  readonly checksum: number;
  readonly data: Buffer<ArrayBuffer>;
}

export interface StoredSeen extends SeenHeader {
  readonly id: number;
  readonly checksum: number;
  readonly data: Buffer<ArrayBuffer>;
}

/** Makes the error for what is damaged, and how: it says what an operator can do. */
export type Damaged = (what: string, how: string) => StoreError;

/** All that it gives out it throws a StoreError instead of if the row is damaged. */
export class StoredRows {
  readonly #seal: Seal;
  readonly #damaged: Damaged;

  constructor(seal: Seal, damaged: Damaged) {
    this.#seal = seal;
    this.#damaged = damaged;
  }

  /** The data of a page. `describe`: which one it is, for who reads the error. */
  page(row: StoredPage, describe: () => string): Buffer<ArrayBuffer> {
    if (!isWhole(row, () => pageChecksum(row, row.bodies, row.data))) throw this.#mismatch(describe());
    return this.#opened(pagePlace(row), row.data, describe);
  }

  /** A body. `parts`: those it begins with, in their order; asked for only if there are some. */
  body(id: number, row: StoredBody, parts: () => Iterable<StoredPart>): Buffer<ArrayBuffer> {
    if (!isWhole(row, () => bodyChecksum(id, row.bytes, row.data))) throw this.#mismatch(`body ${id}`);
    const end = this.#opened(bodyPlace(id, row.bytes), row.data, () => `body ${id}`);
    return end.length === row.bytes ? end : this.#joined(id, row.bytes, parts, end);
  }

  /** The keys that a queue has seen. */
  seen(rows: readonly StoredSeen[]): Buffer[] {
    const describe = ({ id, queueId }: StoredSeen): string => `row ${id} of what queue ${queueId} has seen`;
    for (const row of rows) if (!isWhole(row, () => seenChecksum(row, row.data))) throw this.#mismatch(describe(row));
    return rows.map((row) => this.#opened(seenPlace(row), row.data, () => describe(row)));
  }

  /** One of the parts is in memory beside the body at a time, if the engine gives them so. */
  #joined(id: number, bytes: number, parts: () => Iterable<StoredPart>, end: Buffer): Buffer<ArrayBuffer> {
    const body = newBuffer(bytes);
    let at = 0;
    for (const part of parts()) {
      if (part.start !== at || !isWhole(part, () => bodyPartChecksum(id, part.start, part.data))) break;
      const data = this.#seal.open(bodyPartPlace(id, at), part.data);
      if (data === undefined) break;
      at += data.copy(body, at);
      letGo(data);
    }
    if (at + end.length !== bytes) throw this.#damaged(`the part of body ${id} from ${at} on`, 'is damaged or missing');
    end.copy(body, at);
    return body;
  }

  #opened(place: Place, stored: Buffer<ArrayBuffer>, describe: () => string): Buffer<ArrayBuffer> {
    const data = this.#seal.open(place, stored);
    if (data === undefined) throw this.#damaged(describe(), NOT_OPENED);
    return data;
  }

  #mismatch(what: string): StoreError {
    return this.#damaged(what, 'does not match its checksum');
  }
}

/** In a damaged row a column may be of any type. */
function isWhole(row: { readonly checksum: number; readonly data: unknown }, checksum: () => number): boolean {
  return row.data instanceof Uint8Array && row.checksum === checksum();
}
