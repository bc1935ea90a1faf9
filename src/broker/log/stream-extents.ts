/** How much the segments of a stream hold, and how old it is: what decides where one ends, and which go. */
import type { Segment } from './segment.ts';

/** Where segments end, if their own size has not ended them before. */
export interface SegmentLimits {
  /** Bytes of its messages. */
  readonly maxSegmentBytes: number;
  /** Milliseconds from its first message to its last. */
  readonly maxAge: number;
}

interface Extent {
  /** Of its messages in the store, their bodies included. */
  bytes: number;
  /**
   * When its first and its last message came, in milliseconds since the epoch. Of a recovered segment, the first is not known, and
   * the last not before somebody asks: that is read.
   */
  readonly oldest: number;
  newest: number | undefined;
}

export class StreamExtents {
  /** Of all segments that have messages. */
  readonly #bySegment = new Map<Segment, Extent>();
  #bytes = 0;

  /** Of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A segment that the store has. */
  recover(segment: Segment, bytes: number): void {
    this.#bySegment.set(segment, { bytes, oldest: Infinity, newest: undefined });
    this.#bytes += bytes;
  }

  /** A message of so many bytes came to the segment. `now`: in milliseconds since the epoch. */
  count(segment: Segment, bytes: number, now: number): void {
    const extent = this.#bySegment.get(segment);
    if (extent === undefined) this.#bySegment.set(segment, { bytes, oldest: now, newest: now });
    else {
      extent.bytes += bytes;
      extent.newest = now;
    }
    this.#bytes += bytes;
  }

  remove(segment: Segment): void {
    this.#bytes -= this.#bySegment.get(segment)!.bytes;
    this.#bySegment.delete(segment);
  }

  /** True if the segment has as much as it is to have, or is as old. */
  isEnough(segment: Segment, now: number, { maxSegmentBytes, maxAge }: SegmentLimits): boolean {
    const extent = this.#bySegment.get(segment);
    return extent !== undefined && (extent.bytes >= maxSegmentBytes || extent.oldest < now - maxAge);
  }

  /**
   * When the segment's last message came; Infinity if it has none yet, or none that can be read; undefined if that is not known yet. `use`: has it
   * in memory; false if it cannot be read, undefined if it is not here yet.
   */
  newest(segment: Segment, use: (segment: Segment) => boolean | undefined): number | undefined {
    const extent = this.#bySegment.get(segment);
    if (extent === undefined) return Infinity;
    if (extent.newest !== undefined) return extent.newest;
    const isHere = use(segment);
    if (isHere === undefined) return undefined;
    return (extent.newest = isHere ? segment.expiresAt(segment.count - 1) : Infinity);
  }
}
