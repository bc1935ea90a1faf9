/**
 * The memory of segments, used again and again: a broker under load fills and empties thousands of them, and what the system's
 * allocator is given back in pieces it seldom gives back to the system. Small ones are parts of larger pieces: there may be tens
 * of thousands of them, and three arrays of its own would cost each more than it holds.
 */

import { letGo } from '../../util/bytes.ts';

/** Memory for the records of one segment, or of several in equal parts: their bytes, where each begins, what became of it. */
export interface SegmentMemory {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly starts: Uint32Array;
  readonly states: Uint8Array<ArrayBuffer>;
  readonly parts: number;
  /** The parts that nobody has; undefined where there is but one. */
  readonly free?: number[];
  /** The others like it that are free or have free parts; undefined where it is of no size to be used again. */
  readonly likes?: SegmentMemory[] | undefined;
}

/** A segment's share: that part of the memory, counted from 0. */
export interface SegmentPlace {
  readonly memory: SegmentMemory;
  readonly part: number;
}

export const NO_MEMORY: SegmentMemory = {
  bytes: Buffer.alloc(0),
  starts: new Uint32Array(0),
  states: new Uint8Array(0),
  parts: 1,
};

/** Messages, and bytes for each of them, of what is part of a larger piece: each size is twice the one before. */
const SMALL_MESSAGES = [16, 32, 64, 128];
const SMALL_MESSAGE_BYTES = 32;
/** A start, a state. */
export const BESIDE_MESSAGE_BYTES = 5;
const PIECE_BYTES = 64 * 1024;

/** Spare memory is kept up to this many full-sized segments. */
const KEPT = 24;

export class SegmentBuffers {
  readonly #spare: SegmentMemory[] = [];
  /** Pieces that have free parts, by the size of these. */
  readonly #pieces = SMALL_MESSAGES.map((): SegmentMemory[] => []);

  /** Memory for `messages` and at least `bytes`; its contents are left over from before. */
  take(messages: number, bytes: number): SegmentMemory {
    const found = this.#spare.findLastIndex(
      (memory) => memory.bytes.length >= bytes && memory.states.length === messages,
    );
    if (found >= 0) return this.#spare.splice(found, 1)[0];
    return newMemory(messages, bytes, this.#spare);
  }

  /** Likewise for few messages with few bytes; undefined where it would be too large to be a part of a piece. */
  takeSmall(messages: number, bytes: number): SegmentPlace | undefined {
    const size = SMALL_MESSAGES.findIndex((most) => most >= messages && most * SMALL_MESSAGE_BYTES >= bytes);
    if (size < 0) return undefined;
    const pieces = this.#pieces[size];
    if (pieces.length === 0) pieces.push(newPiece(SMALL_MESSAGES[size], pieces));
    const memory = pieces[pieces.length - 1];
    const part = memory.free!.pop()!;
    if (memory.free!.length === 0) pieces.pop();
    return { memory, part };
  }

  /** Only for memory that nobody reads any more. What is not kept is freed at once: by the time it is collected there would be more of it. */
  give(memory: SegmentMemory, part: number): void {
    const { free, likes } = memory;
    if (likes === undefined || free === undefined) {
      if (likes !== undefined && likes.length < KEPT) likes.push(memory);
      else if (memory !== NO_MEMORY) letGo(memory.bytes);
      return;
    }
    if (free.length === 0) likes.push(memory);
    free.push(part);
    if (free.length < memory.parts || likes.length === 1) return;
    // One is kept for the next segments.
    likes.splice(likes.indexOf(memory), 1);
    memory.states.buffer.transfer(0);
  }
}

/** Memory that is one segment's alone. `likes`: where it goes when it is free, if it is of a size to be used again. */
export function newMemory(messages: number, bytes: number, likes?: SegmentMemory[]): SegmentMemory {
  return {
    bytes: Buffer.allocUnsafeSlow(bytes),
    starts: new Uint32Array(messages),
    states: new Uint8Array(messages),
    parts: 1,
    likes,
  };
}

function newPiece(messages: number, likes: SegmentMemory[]): SegmentMemory {
  const parts = Math.floor(PIECE_BYTES / (messages * (SMALL_MESSAGE_BYTES + BESIDE_MESSAGE_BYTES)));
  const all = parts * messages;
  const bytes = all * SMALL_MESSAGE_BYTES;
  const piece = new ArrayBuffer(bytes + all * BESIDE_MESSAGE_BYTES);
  return {
    bytes: Buffer.from(piece, 0, bytes),
    starts: new Uint32Array(piece, bytes, all),
    states: new Uint8Array(piece, bytes + all * 4, all),
    parts,
    free: Array.from({ length: parts }, (_, part) => part),
    likes,
  };
}
