/**
 * The messages of a hot segment: their records end to end in one growing buffer, and beside it in typed arrays where each
 * begins and what became of it. A message is addressed by its index; there is no object for it.
 */
import { readU32, writeU32 } from '../../util/bytes.ts';
import { LENT_BODY_BYTES, type Message } from '../message.ts';
import type { SegmentBuffers } from './segment-buffers.ts';
import {
  recordBodySize,
  recordBytes,
  recordDeadline,
  recordLength,
  recordOffset,
  recordStoredBytes,
  viewRecord,
  writeRecord,
} from './record.ts';

/** Records take no further message past either of these. */
export const FULL_BYTES = 1 << 20;
export const FULL_MESSAGES = 8192;

const FIRST_BYTES = 512;
const FIRST_MESSAGES = 16;

const NO_BYTES = Buffer.alloc(0);
const NO_STARTS = new Uint32Array(0);
const NO_STATES = new Uint8Array(0);

/** Of an index that has no record. */
const NOWHERE = 0xffffffff;

export class Records {
  /** Indexes in use. */
  count = 0;
  #bytes: Buffer = NO_BYTES;
  #used = 0;
  #starts = NO_STARTS;
  #states = NO_STATES;
  /** Length of the largest record. */
  #largest = 0;

  /** Nothing is allocated before the first message. */
  static empty(): Records {
    return new Records();
  }

  /** Full-sized ones, to follow others that were full. */
  static after(full: Records, buffers: SegmentBuffers): Records {
    const records = new Records();
    if (!full.full) return records;
    const { bytes, starts, states } = buffers.take(FULL_MESSAGES, Math.min(full.#bytes.length, FULL_BYTES));
    records.#bytes = bytes;
    records.#starts = starts;
    records.#states = states;
    return records;
  }

  /** Nobody reads these records any more: their memory may be used again, unless a large body of them was lent out. */
  release(buffers: SegmentBuffers): void {
    if (this.#states.length !== FULL_MESSAGES || this.#largest >= LENT_BODY_BYTES) return;
    buffers.give({ bytes: this.#bytes, starts: this.#starts, states: this.#states });
  }

  /** Records that were read from the store: some indexes below `count` may have none, and those get `state`. */
  static from(bytes: Buffer, count: number, state: number): Records {
    const records = new Records();
    records.#bytes = bytes;
    records.#used = bytes.length;
    // What was read came with memory of its own, which is not to be used again.
    records.#largest = Infinity;
    records.#starts = new Uint32Array(count).fill(NOWHERE);
    records.#states = new Uint8Array(count).fill(state);
    records.count = count;
    for (let at = 0; at < bytes.length; at += recordLength(bytes, at)) records.#starts[recordOffset(bytes, at)] = at;
    return records;
  }

  /** What `pack` made. */
  static unpack(packed: Buffer): Records {
    const count = readU32(packed, 0);
    const records = Records.from(packed.subarray(4 + count), count, 0);
    records.#states.set(packed.subarray(4, 4 + count));
    return records;
  }

  /** All there is to know of the records: their number, their states, their bytes. */
  pack(): Buffer {
    const packed = Buffer.allocUnsafeSlow(4 + this.count + this.#used);
    writeU32(packed, 0, this.count);
    packed.set(this.#states.subarray(0, this.count), 4);
    this.#bytes.copy(packed, 4 + this.count, 0, this.#used);
    return packed;
  }

  /** Memory taken, in bytes. */
  get footprint(): number {
    return this.#bytes.length + this.#starts.byteLength + this.#states.byteLength;
  }

  get full(): boolean {
    return this.#used >= FULL_BYTES || this.count >= FULL_MESSAGES;
  }

  append(message: Message, state: number, deadline: number): number {
    const length = recordBytes(message, deadline);
    const bytes = this.#reserve(length);
    const index = this.count++;
    if (index === this.#states.length) this.#growArrays(index === 0 ? FIRST_MESSAGES : index * 2);
    this.#starts[index] = this.#used;
    this.#states[index] = state;
    writeRecord(bytes, this.#used, length, index, message, deadline);
    if (length > this.#largest) this.#largest = length;
    this.#used += length;
    return index;
  }

  state(index: number): number {
    return this.#states[index];
  }

  setState(index: number, state: number): void {
    this.#states[index] = state;
  }

  /** Index of the first record at or behind `from` whose state has `bits` under `mask`; `count` where there is none. */
  find(from: number, mask: number, bits: number): number {
    const states = this.#states;
    const { count } = this;
    let index = from;
    while (index < count && (states[index] & mask) !== bits) index++;
    return index;
  }

  view(index: number, message: Message): void {
    viewRecord(this.#bytes, this.#starts[index], message);
  }

  /** Size of a message's body, wherever that is kept. */
  bodySize(index: number): number {
    return recordBodySize(this.#bytes, this.#starts[index]);
  }

  /** When a message expires, in milliseconds since the epoch; Infinity for never. */
  deadline(index: number): number {
    return recordDeadline(this.#bytes, this.#starts[index]);
  }

  /** Length of the record. */
  length(index: number): number {
    return recordLength(this.#bytes, this.#starts[index]);
  }

  /** Length of the record and of the body that it refers to. */
  storedBytes(index: number): number {
    return recordStoredBytes(this.#bytes, this.#starts[index]);
  }

  /** The bytes of the records from `first` to `last`, which lie end to end. */
  range(first: number, last: number): Buffer {
    return this.#bytes.subarray(this.#starts[first], this.#starts[last] + this.length(last));
  }

  #reserve(length: number): Buffer {
    const bytes = this.#bytes;
    const needed = this.#used + length;
    if (needed <= bytes.length) return bytes;
    const size = Math.max(needed, FIRST_BYTES, Math.min(bytes.length * 2, FULL_BYTES + length));
    const grown = Buffer.allocUnsafeSlow(size);
    bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
    return grown;
  }

  #growArrays(size: number): void {
    const starts = new Uint32Array(size);
    const states = new Uint8Array(size);
    starts.set(this.#starts);
    states.set(this.#states);
    this.#starts = starts;
    this.#states = states;
  }
}
