/**
 * The memory of segments, used again and again: a broker under load fills and empties thousands of them, and what the system's
 * allocator is given back in pieces it seldom gives back to the system. Small ones are cut from large pieces: there may be tens
 * of thousands of them, and each would cost more than it holds if it was allocated by itself.
 */

/** What a segment's records take: their bytes, where each begins, what became of it. */
export interface SegmentMemory {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly states: Uint8Array;
  /** Where it waits to be used again, if it is cut from a larger piece. */
  readonly home?: SegmentMemory[];
}

export const NO_MEMORY: SegmentMemory = {
  bytes: Buffer.alloc(0),
  starts: new Uint32Array(0),
  states: new Uint8Array(0),
};

/** Messages, and bytes for each of them, of what is cut from larger pieces: each size is twice the one before. */
const SMALL_MESSAGES = [16, 32, 64, 128];
const SMALL_MESSAGE_BYTES = 32;
/** A start, a state. */
const BESIDE_MESSAGE_BYTES = 5;
const PIECE_BYTES = 64 * 1024;

/** Spare memory is kept up to this many full-sized segments. */
const KEPT = 24;

export class SegmentBuffers {
  readonly #free: SegmentMemory[] = [];
  readonly #small = SMALL_MESSAGES.map((): SegmentMemory[] => []);
  #piece = new ArrayBuffer(0);
  #used = 0;

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
    if (memory.home !== undefined) memory.home.push(memory);
    else if (this.#free.length < KEPT) this.#free.push(memory);
  }

  /** Likewise for few messages with few bytes; undefined where it would be too large to be cut from a larger piece. */
  takeSmall(messages: number, bytes: number): SegmentMemory | undefined {
    const size = SMALL_MESSAGES.findIndex((most) => most >= messages && most * SMALL_MESSAGE_BYTES >= bytes);
    return size < 0 ? undefined : (this.#small[size].pop() ?? this.#cut(size));
  }

  #cut(size: number): SegmentMemory {
    const messages = SMALL_MESSAGES[size];
    const bytes = messages * SMALL_MESSAGE_BYTES;
    const length = bytes + messages * BESIDE_MESSAGE_BYTES;
    if (this.#used + length > this.#piece.byteLength) {
      this.#piece = new ArrayBuffer(PIECE_BYTES);
      this.#used = 0;
    }
    const [piece, at] = [this.#piece, this.#used];
    this.#used += length;
    return {
      bytes: Buffer.from(piece, at, bytes),
      starts: new Uint32Array(piece, at + bytes, messages),
      states: new Uint8Array(piece, at + bytes + messages * 4, messages),
      home: this.#small[size],
    };
  }
}
