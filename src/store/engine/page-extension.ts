/** The row of a page that gets more records behind those that it has. */
import type { Seal } from '../sealing/seal.ts';
import type { PageHeader } from '../stored-records.ts';
import { pageChecksum } from './checksum.ts';
import { bodiesIn, storedBodies } from './page-bodies.ts';
import { pagePlace } from './places.ts';
import type { StoredPage } from './stored-rows.ts';

/** What is new in the row. */
export interface ExtendedPage {
  readonly last: number;
  readonly count: number;
  /** Of all records, unsealed. */
  readonly bytes: number;
  readonly checksum: number;
  readonly bodies: Uint8Array | null;
  readonly data: Uint8Array;
}

/** No row has this checksum. */
const DAMAGED = -1;

export class PageExtension {
  readonly #seal: Seal;
  /** Used again and again: pages that are extended are small. */
  #room = Buffer.alloc(0);

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  /**
   * `before`: the row as it is; such a page refers to no bodies. `added`: the header of the records in `data`. What it returns is good until the next
   * call. A row that is damaged stays so for whoever reads it: a new checksum must not cover that up.
   */
  extend(before: StoredPage, added: PageHeader, data: Uint8Array): ExtendedPage {
    const { last } = added;
    const count = before.count + added.count;
    const whole = { ...before, last, count };
    // In a damaged row a column may be of any type.
    const isBlob = before.data instanceof Uint8Array;
    const isSound = isBlob && pageChecksum(before, before.bodies, before.data) === before.checksum;
    const opened = isBlob ? this.#seal.open(pagePlace(before), before.data) : undefined;
    const joined = opened === undefined ? data : this.#joined(opened, data);
    const sealed = this.#seal.close(pagePlace(whole), joined);
    const bodies = extendedBodies(before.bodies, added);
    const checksum = isSound && opened !== undefined ? pageChecksum(whole, bodies, sealed) : DAMAGED;
    return { last, count, bytes: joined.length, checksum, bodies, data: sealed };
  }

  #joined(before: Uint8Array, data: Uint8Array): Uint8Array {
    const length = before.length + data.length;
    if (length > this.#room.length) this.#room = Buffer.allocUnsafeSlow(2 * length);
    this.#room.set(before);
    this.#room.set(data, before.length);
    return this.#room.subarray(0, length);
  }
}

function extendedBodies(before: Uint8Array | null, { bodyBytes: added }: PageHeader): Uint8Array | null {
  const { bodyBytes } = bodiesIn(before);
  return storedBodies(bodyBytes === undefined || added === undefined ? undefined : bodyBytes + added);
}
