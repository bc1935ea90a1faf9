/**
 * The memory of full-sized segments, used again and again: a broker under load fills and empties thousands of them, and what
 * the system's allocator is given back in pieces it seldom gives back to the system.
 */

/** What a segment's records take: their bytes, where each begins, what became of it. */
export interface SegmentMemory {
  readonly bytes: Buffer;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly states: Uint8Array<ArrayBuffer>;
}

/** Spare memory is kept up to this many segments. */
const KEPT = 24;

export class SegmentBuffers {
  readonly #free: SegmentMemory[] = [];

  /** Memory for `messages` and at least `bytes`; its contents are left over from before. */
  take(messages: number, bytes: number): SegmentMemory {
    const found = this.#free.findLastIndex(
      (memory) => memory.bytes.length >= bytes && memory.states.length === messages,
    );
    if (found >= 0) return this.#free.splice(found, 1)[0];
    return {
      bytes: Buffer.allocUnsafeSlow(bytes),
      starts: new Uint32Array(messages),
      states: new Uint8Array(messages),
    };
  }

  /** Only for memory that nobody reads any more. */
  give(memory: SegmentMemory): void {
    if (this.#free.length < KEPT) this.#free.push(memory);
  }
}
