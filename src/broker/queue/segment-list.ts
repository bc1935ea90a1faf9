/** The segments of a log in their order, found by sequence number. The last, where messages are added, is the tail. */
import { Deque } from '../../util/deque.ts';
import { Segment } from './segment.ts';

export class SegmentList {
  readonly #segments = new Deque<Segment>();
  #tail: Segment;
  /** The segment found last: calls come in runs. */
  #recent: Segment;

  constructor(next: number) {
    this.#tail = this.#recent = new Segment(next);
    this.#segments.push(this.#tail);
  }

  get length(): number {
    return this.#segments.length;
  }

  get tail(): Segment {
    return this.#tail;
  }

  at(position: number): Segment {
    return this.#segments.at(position);
  }

  [Symbol.iterator](): IterableIterator<Segment> {
    return this.#segments[Symbol.iterator]();
  }

  /** The segment of a message that is there. */
  find(seq: number): Segment {
    const recent = this.#recent;
    if (seq >= recent.base && seq < recent.base + recent.count) return recent;
    return (this.#recent = this.#segments.at(this.position(seq)));
  }

  /** Position of the last segment that begins at or before `seq`, or of the first where none does. */
  position(seq: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#segments.at(middle).base <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Begins a new tail with the message numbered `next`. Returns the old one where nothing is left in it: it is removed. */
  startTail(next: number): Segment | undefined {
    const old = this.#tail;
    const removed = old.settled ? old : undefined;
    // Before the new one comes: a tail that never had a message begins where the new one does.
    if (removed !== undefined) this.#segments.removeAt(this.#segments.length - 1);
    this.#tail = new Segment(next, old);
    this.#segments.push(this.#tail);
    if (this.#recent === removed) this.#recent = this.#tail;
    return removed;
  }

  /** Removes a segment in which nothing is left. The tail stays, and false is returned. */
  remove(segment: Segment): boolean {
    if (segment === this.#tail) return false;
    if (this.#segments.first === segment) this.#segments.shift();
    else this.#segments.removeAt(this.position(segment.base));
    if (this.#recent === segment) this.#recent = this.#tail;
    return true;
  }

  /** Puts stored segments, which come before all others, into the empty list. */
  recover(segments: readonly Segment[], next: number): void {
    this.#segments.clear();
    for (const segment of segments) this.#segments.push(segment);
    this.#tail = this.#recent = new Segment(next);
    this.#segments.push(this.#tail);
  }
}
