/**
 * A batch on its way to the writer thread: one array of numbers (operations with their operands) and a few chunks of
 * bytes, all handed over by transfer and handed back for the next batch, so that a batch allocates and copies nothing else.
 * The writer thread's side is batch-writer.ts; the operations and their operands are listed in `OP`.
 */
import type { Batch } from '../batch.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import { bytesOf } from './page-bodies.ts';

/** Operations, each followed by its operands. `place` is three numbers: chunk, offset, length in bytes. */
export const OP = {
  /** id, queue id, base, first, last, count, size of the bodies (-1 if it is not known), place of the data, place of the body references. */
  page: 0,
  /** page id, place of the bitmap. */
  settle: 1,
  /** page id. */
  dropPage: 2,
  /** queue id. */
  dropPages: 3,
  /** body id, place of the bytes, size of the whole. */
  body: 4,
  /** body id. */
  dropBody: 5,
  /** queue id, priority, sequence number. */
  delivered: 6,
  /** next page id, next body id: what is below may have been used. */
  reserve: 7,
  /** queue id, newest, count, place of the keys. */
  seen: 8,
  /** queue id, moment. */
  forgetSeen: 9,
  /** body id, place of the bytes, where in the body they begin. */
  bodyPart: 10,
  /** page id, place of the numbers. */
  redelivered: 11,
  /** page id, queue id, base, first, last, count, size of the bodies, place of the data: of what is added. */
  extendPage: 12,
} as const;

export type Operation = (typeof OP)[keyof typeof OP];

/** How many numbers an operation takes: itself and its operands. */
export const LENGTH: Readonly<Record<Operation, number>> = {
  [OP.page]: 14,
  [OP.settle]: 5,
  [OP.dropPage]: 2,
  [OP.dropPages]: 2,
  [OP.body]: 6,
  [OP.dropBody]: 2,
  [OP.delivered]: 4,
  [OP.reserve]: 3,
  [OP.seen]: 7,
  [OP.forgetSeen]: 3,
  [OP.bodyPart]: 6,
  [OP.redelivered]: 5,
  [OP.extendPage]: 11,
};

/** What crosses to the writer thread and back. */
export interface BatchMemory {
  readonly numbers: ArrayBuffer;
  readonly chunks: readonly ArrayBuffer[];
}

const CHUNK_BYTES = 1024 * 1024;
/**
 * Chunks kept for the next batch: as many as a full one takes (4 MiB), which may follow one another by the dozen, faster than the
 * garbage collector.
 */
const CHUNKS_KEPT = 5;
const NUMBERS_KEPT = 64 * 1024;
const FIRST_NUMBERS = 1024;

export class BatchBuffer implements Batch {
  #numbers = new Float64Array(FIRST_NUMBERS);
  /** An operation counts when all of it is there: one that finds no memory leaves the batch as it was. */
  #length = 0;
  readonly #chunks: ArrayBuffer[] = [];
  /** The chunk in use, its index in #chunks, and how much of it is used. */
  #chunk = 0;
  #used = 0;
  #bytes = 0;

  /** Numbers in use: 0 if the batch is empty. */
  get length(): number {
    return this.#length;
  }

  /** Bytes placed in the batch. */
  get bytes(): number {
    return this.#bytes;
  }

  page(header: PageHeader, bytes: number): Uint8Array {
    const n = this.#header(OP.page, header);
    const bodies = header.bodies;
    if (bodies === undefined || bodies.length === 0) {
      this.#numbers[n + 13] = 0;
    } else {
      this.#place(n + 11, bodies.byteLength).set(bytesOf(bodies));
    }
    const place = this.#place(n + 8, bytes);
    this.#end(OP.page);
    return place;
  }

  extendPage(header: Omit<PageHeader, 'bodies'>, bytes: number): Uint8Array {
    const place = this.#place(this.#header(OP.extendPage, header) + 8, bytes);
    this.#end(OP.extendPage);
    return place;
  }

  settle(pageId: number, bitmap: Uint8Array): void {
    this.#ofPage(OP.settle, pageId, bitmap);
  }

  redelivered(pageId: number, messages: Float64Array): void {
    this.#ofPage(OP.redelivered, pageId, bytesOf(messages));
  }

  dropPage(pageId: number): void {
    this.#single(OP.dropPage, pageId);
  }

  dropPages(queueId: number): void {
    this.#single(OP.dropPages, queueId);
  }

  body(bodyId: number, bytes: Uint8Array, size = bytes.byteLength): void {
    this.#bodyBytes(OP.body, bodyId, bytes, size);
  }

  bodyPart(bodyId: number, start: number, bytes: Uint8Array): void {
    this.#bodyBytes(OP.bodyPart, bodyId, bytes, start);
  }

  dropBody(bodyId: number): void {
    this.#single(OP.dropBody, bodyId);
  }

  seen(header: SeenHeader, bytes: number): Uint8Array {
    const n = this.#begin(OP.seen, header.queueId);
    this.#numbers[n + 2] = header.newest;
    this.#numbers[n + 3] = header.count;
    const place = this.#place(n + 4, bytes);
    this.#end(OP.seen);
    return place;
  }

  forgetSeen(queueId: number, before: number): void {
    const n = this.#begin(OP.forgetSeen, queueId);
    this.#numbers[n + 2] = before;
    this.#end(OP.forgetSeen);
  }

  delivered(queueId: number, priority: number, seq: number): void {
    const n = this.#begin(OP.delivered, queueId);
    this.#numbers[n + 2] = priority;
    this.#numbers[n + 3] = seq;
    this.#end(OP.delivered);
  }

  /** Page and body ids below these may have been handed out: no later process starts below them. */
  reserve(nextPageId: number, nextBodyId: number): void {
    const n = this.#begin(OP.reserve, nextPageId);
    this.#numbers[n + 2] = nextBodyId;
    this.#end(OP.reserve);
  }

  /** Gives the memory away. The batch takes no more operations until `reuse`. */
  release(): BatchMemory {
    const memory = { numbers: this.#numbers.buffer, chunks: this.#chunks.splice(0) };
    this.#numbers = EMPTY;
    this.#length = 0;
    this.#bytes = 0;
    this.#chunk = 0;
    this.#used = 0;
    return memory;
  }

  /** Takes the memory back for the next batch. */
  reuse(memory: BatchMemory): void {
    const kept = memory.numbers.byteLength <= NUMBERS_KEPT * 8 ? memory.numbers : new ArrayBuffer(FIRST_NUMBERS * 8);
    this.#numbers = new Float64Array(kept);
    for (const chunk of memory.chunks) {
      if (chunk.byteLength === CHUNK_BYTES && this.#chunks.length < CHUNKS_KEPT) this.#chunks.push(chunk);
    }
  }

  #header(op: Operation, header: Omit<PageHeader, 'bodies'>): number {
    const { id, queueId, base, first, last, count, bodyBytes = -1 } = header;
    const n = this.#begin(op, id);
    const numbers = this.#numbers;
    numbers[n + 2] = queueId;
    numbers[n + 3] = base;
    numbers[n + 4] = first;
    numbers[n + 5] = last;
    numbers[n + 6] = count;
    numbers[n + 7] = bodyBytes;
    return n;
  }

  #ofPage(op: Operation, pageId: number, bytes: Uint8Array): void {
    const n = this.#begin(op, pageId);
    this.#place(n + 2, bytes.byteLength).set(bytes);
    this.#end(op);
  }

  #bodyBytes(op: Operation, bodyId: number, bytes: Uint8Array, operand: number): void {
    const n = this.#begin(op, bodyId);
    this.#numbers[n + 5] = operand;
    this.#place(n + 2, bytes.byteLength).set(bytes);
    this.#end(op);
  }

  /** An operation with one operand. */
  #single(op: Operation, operand: number): void {
    this.#begin(op, operand);
    this.#end(op);
  }

  /** Has room for an operation, writes it and its first operand down there, and returns the index of the first number. */
  #begin(op: Operation, operand: number): number {
    const n = this.#length;
    if (n + LENGTH[op] > this.#numbers.length) {
      const grown = new Float64Array(Math.max(this.#numbers.length * 2, FIRST_NUMBERS));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[n] = op;
    this.#numbers[n + 1] = operand;
    return n;
  }

  /** The operation is whole: it counts. */
  #end(op: Operation): void {
    this.#length += LENGTH[op];
  }

  /** Takes `bytes` of a chunk, writes the place down at numbers[n], and returns it. */
  #place(n: number, bytes: number): Uint8Array {
    let chunk = this.#chunks[this.#chunk];
    if (chunk === undefined || this.#used + bytes > chunk.byteLength) chunk = this.#nextChunk(bytes);
    const numbers = this.#numbers;
    numbers[n] = this.#chunk;
    numbers[n + 1] = this.#used;
    numbers[n + 2] = bytes;
    const place = new Uint8Array(chunk, this.#used, bytes);
    this.#used += bytes;
    this.#bytes += bytes;
    return place;
  }

  #nextChunk(bytes: number): ArrayBuffer {
    if (this.#used > 0) this.#chunk++;
    this.#used = 0;
    // What is larger than a chunk gets one of its own size, and the chunks kept for reuse move behind it.
    const kept = this.#chunks[this.#chunk];
    if (kept !== undefined && bytes <= kept.byteLength) return kept;
    const chunk = Buffer.allocUnsafeSlow(Math.max(bytes, CHUNK_BYTES)).buffer;
    this.#chunks.splice(this.#chunk, 0, chunk);
    return chunk;
  }
}

const EMPTY = new Float64Array(0);
