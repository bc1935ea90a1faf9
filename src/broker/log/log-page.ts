/** A page of a segment: a run of its records that commits wrote, and which of them are settled since. */
import { bitAt } from '../../util/bytes.ts';

export interface PageOrigin {
  /** Length of the records in bytes. */
  readonly bytes: number;
  /** Indexes of the records, if some between the first and the last are missing. */
  readonly indexes?: Uint32Array | undefined;
  readonly settled?: Uint8Array | undefined;
  /** References to bodies, as in PageHeader. */
  readonly bodies?: Float64Array | undefined;
  /** True if records refer to bodies. */
  readonly hasBodies?: boolean;
}

export class LogPage {
  readonly id: number;
  /** Index in the segment of the page's first record. */
  readonly first: number;
  readonly hasBodies: boolean;
  /** Of a recovered page. */
  readonly bodies: Float64Array | undefined;
  #live: number;
  #dirty = false;
  /** A message of it was delivered again, or waits, since that was written. */
  #redelivered = false;
  #last: number;
  #count: number;
  #bytes: number;
  #indexes: Uint32Array | undefined;
  /** What was settled when the records were last out of memory: nothing of what came since, behind the end of the bitmap. */
  #settled: Uint8Array | undefined;

  constructor(id: number, first: number, last: number, count: number, origin: PageOrigin) {
    this.id = id;
    this.first = first;
    this.#last = last;
    this.#count = count;
    this.#bytes = origin.bytes;
    this.#indexes = origin.indexes;
    this.#settled = origin.settled;
    this.bodies = origin.bodies;
    this.hasBodies = origin.hasBodies ?? origin.bodies !== undefined;
    this.#live = count;
    if (origin.settled !== undefined) for (let i = 0; i < count; i++) if (this.wasSettled(i)) this.#live--;
  }

  /** Index in the segment of the page's last record. */
  get last(): number {
    return this.#last;
  }

  /** Records that are not settled. */
  get live(): number {
    return this.#live;
  }

  /** True while what changed is not written. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** Records, settled or not. */
  get count(): number {
    return this.#count;
  }

  /** Length of the records in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** More records were written, behind those there are. `indexes`: if some between their first and their last are missing. */
  extend(first: number, last: number, count: number, { bytes, indexes }: PageOrigin): void {
    if (indexes !== undefined || first !== this.#last + 1 || this.#indexes !== undefined) {
      this.#indexes = Uint32Array.from({ length: this.#count + count }, (_, position) => {
        if (position < this.#count) return this.indexAt(position);
        const added = position - this.#count;
        return indexes === undefined ? first + added : indexes[added];
      });
    }
    this.#last = last;
    this.#count += count;
    this.#bytes += bytes;
    this.#live += count;
  }

  /** So many more records are settled. */
  settle(count: number): void {
    this.#live -= count;
  }

  /** A message of it was delivered again, or waits. */
  redeliver(): void {
    this.#redelivered = true;
  }

  /** What changed is to be written. Returns false if that is known already. */
  markDirty(): boolean {
    if (this.#dirty) return false;
    return (this.#dirty = true);
  }

  /** What changed is being written: returns whether messages were delivered again. */
  clean(): boolean {
    const redelivered = this.#redelivered;
    this.#dirty = this.#redelivered = false;
    return redelivered;
  }

  /** True if the record at a position was settled before the records came into memory. */
  wasSettled(position: number): boolean {
    return this.#settled !== undefined && bitAt(this.#settled, position);
  }

  /** True if some records between the first and the last are missing, and `noteIndexes` has yet to tell which. */
  get hasUnknownGaps(): boolean {
    return this.#indexes === undefined && this.#last - this.first + 1 !== this.#count;
  }

  noteIndexes(indexes: Uint32Array): void {
    this.#indexes = indexes;
  }

  /** The records go out of memory: notes which of them are settled. */
  noteSettled(settled: (index: number) => boolean): void {
    if (this.#live > 0 && this.#live < this.#count) this.#settled = this.bitmap(settled);
  }

  /** All records whose index is below `end` are settled, while they are out of memory: returns how many more these are. */
  settleBelow(end: number): number {
    // Its gaps may not be known yet, and then nothing was added to it.
    if (this.#last < end) return this.#live;
    let settled = 0;
    for (let position = 0; position < this.#count && this.indexAt(position) < end; position++) {
      if (!this.wasSettled(position)) settled++;
    }
    this.#settled = this.bitmap((index) => index < end);
    return settled;
  }

  indexAt(position: number): number {
    return this.#indexes === undefined ? this.first + position : this.#indexes[position];
  }

  /** One bit a record, set where `settled` says so of its index, and where it was settled before it came into memory. */
  bitmap(settled: (index: number) => boolean): Uint8Array {
    const bits = new Uint8Array((this.#count + 7) >>> 3);
    for (let position = 0; position < this.#count; position++) {
      if (this.wasSettled(position) || settled(this.indexAt(position))) bits[position >>> 3] |= 1 << (position & 7);
    }
    return bits;
  }
}

/** Position of the page that holds a record, -1 if none does. `pages` are in order. */
export function pagePosition(pages: readonly LogPage[], index: number): number {
  let low = 0;
  let high = pages.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const page = pages[middle];
    if (index > page.last) low = middle + 1;
    else if (index < page.first) high = middle - 1;
    else return middle;
  }
  return -1;
}
