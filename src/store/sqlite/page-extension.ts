/** Adds records to a page that is in the file: its row is read, and written with more behind it. Runs on the writer thread. */
import type { Database, Statement } from 'better-sqlite3';
import type { PageHeader } from '../stored-records.ts';
import { letGo } from '../../util/bytes.ts';
import type { Seal } from '../sealing/seal.ts';
import { pageChecksum } from '../engine/checksum.ts';
import { pagePlace } from '../engine/places.ts';

interface Row {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly checksum: number;
  readonly data: Buffer<ArrayBuffer>;
}

/** No row has this checksum. */
const DAMAGED = -1;

export class PageExtension {
  readonly #read: Statement<[number], Row>;
  readonly #write: Statement;
  /** Used again and again: pages that are extended are small. */
  #room = Buffer.alloc(0);

  readonly #seal: Seal;

  constructor(database: Database, seal: Seal) {
    this.#seal = seal;
    this.#read = database.prepare(
      'SELECT first_seq AS first, last_seq AS last, count, checksum, data FROM page WHERE id = ?',
    );
    this.#write = database.prepare(
      'UPDATE page SET last_seq = ?, count = ?, bytes = ?, checksum = ?, data = ? WHERE id = ?',
    );
  }

  /** `added`: the header of the records in `data`, which go behind those of the page. Returns the bytes of all of them. */
  write(added: PageHeader, data: Uint8Array): number {
    const before = this.#read.get(added.id);
    if (before === undefined) throw new Error(`page ${added.id} is not there to be extended`);
    const whole = { ...added, first: before.first, count: before.count + added.count };
    // In a damaged row a column may be of any type. It stays damaged for whoever reads it: a new checksum must not cover that up.
    const isBlob = before.data instanceof Uint8Array;
    const header = { ...added, ...before };
    const isSound = isBlob && pageChecksum(header, null, before.data) === before.checksum;
    const opened = isBlob ? this.#seal.open(pagePlace(header), before.data) : undefined;
    const bytes = opened === undefined ? data : this.#joined(opened, data);
    const sealed = this.#seal.close(pagePlace(whole), bytes);
    const checksum = isSound && opened !== undefined ? pageChecksum(whole, null, sealed) : DAMAGED;
    this.#write.run(whole.last, whole.count, bytes.length, checksum, sealed, added.id);
    if (isBlob) letGo(before.data);
    return bytes.length;
  }

  #joined(before: Uint8Array, data: Uint8Array): Uint8Array {
    const length = before.length + data.length;
    if (length > this.#room.length) this.#room = Buffer.allocUnsafeSlow(2 * length);
    this.#room.set(before);
    this.#room.set(data, before.length);
    return this.#room.subarray(0, length);
  }
}
