/** The segments of a log in their order, found by sequence number. The last, where messages are added, is the tail. */
import { Deque } from '../../util/deque.ts';
import { Records } from './records.ts';
import { Segment } from './segment.ts';
import type { SegmentBuffers } from './segment-buffers.ts';

export class SegmentList {
  readonly #segments = new Deque<Segment>();
  readonly #buffers: SegmentBuffers;
  #tail: Segment;
  /** The segment found last: calls come in runs. */
  #recent: Segment;

  /** `first`: number of the first message. */
  constructor(buffers: SegmentBuffers, first = 0) {
    this.#buffers = buffers;
    this.#tail = this.#recent = new Segment(first, Records.empty());
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

  /** Begins a new tail with the message numbered `next`; the old one goes where nothing is left in it. */
  startTail(next: number): void {
    const old = this.#tail;
    this.#tail = old.next(next, this.#buffers);
    if (old.settled) {
      // Before the new one comes: a tail that never had a message begins where the new one does.
      this.#segments.removeAt(this.#segments.length - 1);
      if (this.#recent === old) this.#recent = this.#tail;
      old.release(this.#buffers);
    }
    this.#segments.push(this.#tail);
  }

  /** Removes a segment in which nothing is left, unless it is the tail. */
  remove(segment: Segment): void {
    if (segment === this.#tail) return;
    if (this.#segments.first === segment) this.#segments.shift();
    else this.#segments.removeAt(this.position(segment.base));
    if (this.#recent === segment) this.#recent = this.#tail;
    segment.release(this.#buffers);
  }

  /** Puts stored segments, which come before all others, into the empty list. */
  recover(segments: readonly Segment[], next: number): void {
    this.#segments.clear();
    for (const segment of segments) this.#segments.push(segment);
    this.#tail = this.#recent = new Segment(next, Records.empty());
    this.#segments.push(this.#tail);
  }
}
