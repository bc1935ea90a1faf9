/**
 * A batch on its way to the writer thread: one array of numbers (operations with their operands) and a few chunks of
 * bytes, all handed over by transfer and handed back for the next batch, so that a batch allocates and copies nothing else.
 * The writer thread's side is batch-writer.ts; the operations and their operands are listed in `OP`.
 */
import type { Batch } from '../batch.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';

/** Operations, each followed by its operands. `place` is three numbers: chunk, offset, length in bytes. */
export const OP = {
  /** id, queue id, base, first, last, count, place of the data, place of the body references. */
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
  /** page id, queue id, base, first, last, count, place of the data: of what is added. */
  extendPage: 12,
} as const;

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

  /** Numbers in use: 0 where the batch is empty. */
  get length(): number {
    return this.#length;
  }

  /** Bytes placed in the batch. */
  get bytes(): number {
    return this.#bytes;
  }

  page(header: PageHeader, bytes: number): Uint8Array {
    const n = this.#room(13);
    this.#header(n, OP.page, header);
    const bodies = header.bodies;
    if (bodies === undefined || bodies.length === 0) {
      this.#numbers[n + 12] = 0;
    } else {
      this.#place(n + 10, bodies.byteLength).set(bytesOf(bodies));
    }
    const place = this.#place(n + 7, bytes);
    this.#length = n + 13;
    return place;
  }

  extendPage(header: Omit<PageHeader, 'bodies'>, bytes: number): Uint8Array {
    const n = this.#room(10);
    this.#header(n, OP.extendPage, header);
    const place = this.#place(n + 7, bytes);
    this.#length = n + 10;
    return place;
  }

  settle(pageId: number, bitmap: Uint8Array): void {
    this.#ofPage(OP.settle, pageId, bitmap);
  }

  redelivered(pageId: number, messages: Float64Array): void {
    this.#ofPage(OP.redelivered, pageId, bytesOf(messages));
  }

  dropPage(pageId: number): void {
    this.#pair(OP.dropPage, pageId);
  }

  dropPages(queueId: number): void {
    this.#pair(OP.dropPages, queueId);
  }

  body(bodyId: number, bytes: Uint8Array, size = bytes.byteLength): void {
    this.#bodyBytes(OP.body, bodyId, bytes, size);
  }

  bodyPart(bodyId: number, start: number, bytes: Uint8Array): void {
    this.#bodyBytes(OP.bodyPart, bodyId, bytes, start);
  }

  dropBody(bodyId: number): void {
    this.#pair(OP.dropBody, bodyId);
  }

  seen(header: SeenHeader, bytes: number): Uint8Array {
    const n = this.#room(7);
    this.#numbers[n] = OP.seen;
    this.#numbers[n + 1] = header.queueId;
    this.#numbers[n + 2] = header.newest;
    this.#numbers[n + 3] = header.count;
    const place = this.#place(n + 4, bytes);
    this.#length = n + 7;
    return place;
  }

  forgetSeen(queueId: number, before: number): void {
    this.#triple(OP.forgetSeen, queueId, before);
  }

  delivered(queueId: number, priority: number, seq: number): void {
    const n = this.#room(4);
    this.#numbers[n] = OP.delivered;
    this.#numbers[n + 1] = queueId;
    this.#numbers[n + 2] = priority;
    this.#numbers[n + 3] = seq;
    this.#length = n + 4;
  }

  /** Page and body ids below these may have been handed out: no later process starts below them. */
  reserve(nextPageId: number, nextBodyId: number): void {
    this.#triple(OP.reserve, nextPageId, nextBodyId);
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

  #header(n: number, op: number, { id, queueId, base, first, last, count }: Omit<PageHeader, 'bodies'>): void {
    const numbers = this.#numbers;
    numbers[n] = op;
    numbers[n + 1] = id;
    numbers[n + 2] = queueId;
    numbers[n + 3] = base;
    numbers[n + 4] = first;
    numbers[n + 5] = last;
    numbers[n + 6] = count;
  }

  #ofPage(op: number, pageId: number, bytes: Uint8Array): void {
    const n = this.#room(5);
    this.#numbers[n] = op;
    this.#numbers[n + 1] = pageId;
    this.#place(n + 2, bytes.byteLength).set(bytes);
    this.#length = n + 5;
  }

  #bodyBytes(op: number, bodyId: number, bytes: Uint8Array, operand: number): void {
    const n = this.#room(6);
    this.#numbers[n] = op;
    this.#numbers[n + 1] = bodyId;
    this.#numbers[n + 5] = operand;
    this.#place(n + 2, bytes.byteLength).set(bytes);
    this.#length = n + 6;
  }

  #pair(op: number, operand: number): void {
    const n = this.#room(2);
    this.#numbers[n] = op;
    this.#numbers[n + 1] = operand;
    this.#length = n + 2;
  }

  #triple(op: number, first: number, second: number): void {
    const n = this.#room(3);
    this.#numbers[n] = op;
    this.#numbers[n + 1] = first;
    this.#numbers[n + 2] = second;
    this.#length = n + 3;
  }

  /** Has room for `count` more numbers, and returns the index of the first. */
  #room(count: number): number {
    const n = this.#length;
    if (n + count > this.#numbers.length) {
      const grown = new Float64Array(Math.max(this.#numbers.length * 2, FIRST_NUMBERS));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    return n;
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

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
