/**
 * The segments of a log in their order, found by sequence number. Messages are added to the last, the tail, if there is one that takes
 * them.
 */
import { Records } from './segment-records.ts';
import { Segment } from './segment.ts';
import type { SegmentBuffers } from './segment-buffers.ts';

/** Of a log without messages. Nothing is ever added to it. */
const NO_SEGMENTS: Segment[] = [];

export class SegmentList {
  readonly #buffers: SegmentBuffers;
  #next: number;
  #segments = NO_SEGMENTS;
  #tail: Segment | undefined;
  /** The segment found last: calls come in runs. */
  #recent: Segment | undefined;

  /** `next`: number of the first message. */
  constructor(buffers: SegmentBuffers, next = 0) {
    this.#buffers = buffers;
    this.#next = next;
  }

  /** Number of the next message. */
  get next(): number {
    return this.#next;
  }

  /** The next message was added to the tail: returns its number. */
  takeNumber(): number {
    return this.#next++;
  }

  get length(): number {
    return this.#segments.length;
  }

  /** The last segment, if it takes messages or may take them again: undefined if a new one is to begin with the next. */
  get tail(): Segment | undefined {
    return this.#tail;
  }

  /** Undefined only if the list is empty. */
  get first(): Segment | undefined {
    return this.#segments[0];
  }

  /** There is one at each position below `length`. */
  at(position: number): Segment {
    return this.#segments[position];
  }

  [Symbol.iterator](): IterableIterator<Segment> {
    return this.#segments[Symbol.iterator]();
  }

  /** The segment of a message that is there. */
  find(seq: number): Segment {
    const recent = this.#recent;
    if (recent !== undefined && seq >= recent.base && seq < recent.base + recent.count) return recent;
    return (this.#recent = this.#segments[this.position(seq)]);
  }

  /** Position of the last segment that begins at or before `seq`, or of the first if none does. */
  position(seq: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#segments[middle].base <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Begins a new tail with the next message; the old one goes if nothing is left in it. */
  startTail(): Segment {
    const old = this.#tail;
    const tail = old?.follower(this.#next, this.#buffers) ?? new Segment(this.#next, Records.empty(this.#buffers));
    if (old?.settled === true) this.#take(old);
    // An array of just this length: a push would leave room for many, of which there are none in most logs.
    this.#segments = this.#segments.concat(tail);
    return (this.#tail = tail);
  }

  /** Removes a segment in which nothing is left, unless it is the tail and in memory: that is used again. */
  remove(segment: Segment): void {
    if (segment !== this.#tail || segment.footprint === 0) this.#take(segment);
  }

  /** Lets go of a tail in which nothing is left. */
  endTail(): void {
    this.#take(this.#tail!);
  }

  /** Puts stored segments into the empty list. `reopenable`: the last of them may take more messages. */
  recover(segments: readonly Segment[], next: number, reopenable: boolean): void {
    this.#segments = [...segments];
    this.#next = next;
    const last = segments.at(-1);
    this.#tail = reopenable && last !== undefined && last.base + last.count === next ? last : undefined;
  }

  #take(segment: Segment): void {
    if (this.#segments[0] === segment) this.#segments.shift();
    else this.#segments.splice(this.position(segment.base), 1);
    if (this.#recent === segment) this.#recent = undefined;
    if (this.#tail === segment) this.#tail = undefined;
    segment.release();
  }
}
