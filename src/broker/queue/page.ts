/** A page of a segment: a run of its records that one commit wrote, and which of them are settled since. */

export interface PageOrigin {
  /** Indexes of the records, where some between the first and the last are missing. */
  readonly indexes?: Uint32Array | undefined;
  readonly settled?: Uint8Array | undefined;
  readonly bodies?: Float64Array | undefined;
}

export class Page {
  readonly id: number;
  /** Index in the segment of the page's first and last record. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  #indexes: Uint32Array | undefined;
  /** What was settled when the records were last out of memory. */
  #settled: Uint8Array | undefined;
  /** References of a recovered page to bodies, as in PageHeader. */
  readonly bodies: Float64Array | undefined;
  /** Records that are not settled. */
  live: number;
  /** True while it waits in the log's list of pages to write. */
  dirty = false;
  /** True where a message of it was delivered again, or waits, since that was written. */
  redelivered = false;

  constructor(id: number, first: number, last: number, count: number, origin: PageOrigin = {}) {
    this.id = id;
    this.first = first;
    this.last = last;
    this.count = count;
    this.#indexes = origin.indexes;
    this.#settled = origin.settled;
    this.bodies = origin.bodies;
    this.live = count;
    if (origin.settled !== undefined) for (let i = 0; i < count; i++) if (this.wasSettled(i)) this.live--;
  }

  /** True where the record at a position was settled before the records came into memory. */
  wasSettled(position: number): boolean {
    return this.#settled !== undefined && bitAt(this.#settled, position);
  }

  /** True where some records between the first and the last are missing, and `noteIndexes` has yet to tell which. */
  get hasUnknownGaps(): boolean {
    return this.#indexes === undefined && this.last - this.first + 1 !== this.count;
  }

  noteIndexes(indexes: Uint32Array): void {
    this.#indexes = indexes;
  }

  /** The records go out of memory: notes which of them are settled. */
  noteSettled(settled: (index: number) => boolean): void {
    if (this.live > 0 && this.live < this.count) this.#settled = this.bitmap(settled);
  }

  indexAt(position: number): number {
    return this.#indexes === undefined ? this.first + position : this.#indexes[position];
  }

  /** One bit a record, set where `settled` says so of its index. */
  bitmap(settled: (index: number) => boolean): Uint8Array {
    const bits = new Uint8Array((this.count + 7) >>> 3);
    for (let position = 0; position < this.count; position++) {
      if (settled(this.indexAt(position))) bits[position >>> 3] |= 1 << (position & 7);
    }
    return bits;
  }
}

function bitAt(bitmap: Uint8Array, position: number): boolean {
  return (bitmap[position >>> 3] & (1 << (position & 7))) !== 0;
}
