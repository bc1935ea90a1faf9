/**
 * The memory of segments, used again and again. What small and full-sized ones need are parts of larger pieces. There may be tens of
 * thousands of small ones, and three arrays of its own would cost each more than it holds. The pieces of full-sized ones are so large
 * that the C library takes each from the system alone, and gives it back when nobody has a part of it. Segments by themselves it would cut
 * out of a heap, which does not shrink below the last byte in use: after 600 MB of messages the process would keep 600 MB.
 */
import { letGo } from '../../util/bytes.ts';
import { afterCalls, type Fault, rethrow } from '../../util/guard.ts';

/** Memory for the records of one segment, or of several in equal parts: their bytes, where each begins, what became of it. */
export interface SegmentMemory {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly starts: Uint32Array;
  readonly states: Uint8Array<ArrayBuffer>;
  readonly parts: number;
  /** What is there to be shared; undefined for memory that is one segment's alone. */
  readonly shared?: { readonly free: number[]; readonly likes: SegmentMemory[] };
}

/** A segment's share: that part of the memory, counted from 0. */
export interface SegmentPlace {
  readonly memory: SegmentMemory;
  readonly part: number;
}

/** Pieces of one size. */
interface Pieces {
  /** Messages and bytes that a part has room for. */
  readonly messages: number;
  readonly bytes: number;
  readonly parts: number;
  /** Those that have free parts. */
  readonly open: SegmentMemory[];
}

export const NO_MEMORY: SegmentMemory = {
  bytes: Buffer.alloc(0),
  starts: new Uint32Array(0),
  states: new Uint8Array(0),
  parts: 1,
};

/** Records take no further message past either of these. */
export const FULL_BYTES = 1 << 20;
export const FULL_MESSAGES = 8192;

/** Messages, and bytes for each of them, of what is part of a small piece: each size is twice the one before. */
const SMALL_MESSAGES = [16, 32, 64, 128];
const SMALL_MESSAGE_BYTES = 32;
/** A start, a state. */
export const BESIDE_MESSAGE_BYTES = 5;
const PIECE_BYTES = 64 * 1024;

/**
 * Room for the message that makes a segment full, with headers of 128 KiB and a body that is not kept apart. What nobody writes to takes no
 * memory.
 */
const FULL_PART_BYTES = FULL_BYTES + FULL_BYTES / 2;
/** From 32 MiB on the C library takes memory from the system for each caller by itself, whatever went before. */
const FULL_PARTS = 24;

export class SegmentBuffers {
  readonly #fault: Fault;
  readonly #small = SMALL_MESSAGES.map((messages) => {
    const bytes = messages * SMALL_MESSAGE_BYTES;
    return pieces(messages, bytes, Math.floor(PIECE_BYTES / (bytes + messages * BESIDE_MESSAGE_BYTES)));
  });
  readonly #full = pieces(FULL_MESSAGES, FULL_PART_BYTES, FULL_PARTS);

  /** `fault`: told what goes wrong when memory is given back later. */
  constructor(fault: Fault = rethrow) {
    this.#fault = fault;
  }

  /**
   * Memory for at least so many messages and bytes, as a part of a piece; its contents are left over from before. Undefined if it would
   * be neither small nor at least half of what is full.
   */
  take(messages: number, bytes: number): SegmentPlace | undefined {
    const size = this.#small.find((small) => small.messages >= messages && small.bytes >= bytes) ?? this.#full;
    if (size === this.#full && bytes <= FULL_BYTES / 2 && messages <= FULL_MESSAGES / 2) return undefined;
    if (size.messages < messages || size.bytes < bytes) return undefined;
    if (size.open.length === 0) size.open.push(newPiece(size));
    const memory = size.open[size.open.length - 1];
    const { free } = memory.shared!;
    const part = free.pop()!;
    if (free.length === 0) size.open.pop();
    return { memory, part };
  }

  /** Does what gives memory back that is read until the calls that run now have returned. */
  later(giveBack: () => void): void {
    afterCalls(this.#fault, giveBack);
  }

  /** Only for memory that nobody reads any more. It is freed at once if no segment is to use it again: collected, there would be more by then. */
  give(memory: SegmentMemory, part: number): void {
    if (memory.shared === undefined) {
      if (memory !== NO_MEMORY) letGo(memory.bytes);
      return;
    }
    const { free, likes } = memory.shared;
    if (free.length === 0) likes.push(memory);
    free.push(part);
    if (free.length < memory.parts || likes.length === 1) return;
    // One is kept for the next segments.
    likes.splice(likes.indexOf(memory), 1);
    memory.states.buffer.transferToFixedLength(0);
  }
}

/** Memory that is one segment's alone. */
export function newMemory(messages: number, bytes: number): SegmentMemory {
  return {
    bytes: Buffer.allocUnsafeSlow(bytes),
    starts: new Uint32Array(messages),
    states: new Uint8Array(messages),
    parts: 1,
  };
}

function pieces(messages: number, bytes: number, parts: number): Pieces {
  return { messages, bytes, parts, open: [] };
}

function newPiece({ messages, bytes: partBytes, parts, open }: Pieces): SegmentMemory {
  const all = parts * messages;
  const bytes = parts * partBytes;
  const piece = new ArrayBuffer(bytes + all * BESIDE_MESSAGE_BYTES);
  return {
    bytes: Buffer.from(piece, 0, bytes),
    starts: new Uint32Array(piece, bytes, all),
    states: new Uint8Array(piece, bytes + all * 4, all),
    parts,
    shared: { free: Array.from({ length: parts }, (_, part) => parts - 1 - part), likes: open },
  };
}
