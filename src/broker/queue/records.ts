/**
 * The messages of a hot segment: their records end to end in one growing buffer, and beside it in typed arrays where each
 * begins and what became of it. A message is addressed by its index; there is no object for it.
 */
import { readU32, writeU32 } from '../../util/bytes.ts';
import type { Message } from '../message.ts';
import { NO_MEMORY, type SegmentBuffers, type SegmentMemory } from './segment-buffers.ts';
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

/** What is too large for the small sizes begins with these, and doubles. */
const FIRST_BYTES = 8192;
const FIRST_MESSAGES = 256;

/** Objects and buffers' heads of the records of one segment, about, in bytes: most of what a small segment takes. */
const OVERHEAD_BYTES = 1024;

/** Of an index that has no record. */
const NOWHERE = 0xffffffff;

export class Records {
  /** The first index that has a record here. */
  readonly first: number;
  /** Indexes in use, with those before the first. */
  count: number;
  readonly #buffers: SegmentBuffers;
  #memory = NO_MEMORY;
  #used = 0;
  // Of #memory.
  #bytes = NO_MEMORY.bytes;
  #starts = NO_MEMORY.starts;
  #states = NO_MEMORY.states;
  /** A large body was lent out and may still be sent from here, or the memory is of no size to be used again. */
  #lent = false;
  #footprint = 0;

  private constructor(buffers: SegmentBuffers, first: number) {
    this.#buffers = buffers;
    this.first = this.count = first;
  }

  /** Nothing is allocated before the first message. `first`: its index. */
  static empty(buffers: SegmentBuffers, first = 0): Records {
    return new Records(buffers, first);
  }

  /** Full-sized ones, to follow others that were full. */
  static after(full: Records): Records {
    const records = new Records(full.#buffers, 0);
    if (!full.full) return records;
    const bytes = Math.min(full.#bytes.length, FULL_BYTES);
    records.#use(records.#buffers.take(FULL_MESSAGES, bytes));
    return records;
  }

  /** Nobody reads these records any more: their memory may be used again, unless a large body of them was lent out. */
  release(): void {
    const reusable = this.#memory.home !== undefined || this.#states.length === FULL_MESSAGES;
    if (reusable && !this.#lent) this.#buffers.give(this.#memory);
    this.#use(NO_MEMORY);
  }

  /**
   * Records that were read, in one or more parts; some indexes below `count` may have none, and those get `state`, as all others do. What
   * is too large for the small sizes stays where it is if it is in one part.
   */
  static from(parts: readonly Buffer[], count: number, state: number, buffers: SegmentBuffers): Records {
    const records = new Records(buffers, 0);
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    const small = buffers.takeSmall(count, bytes);
    // What was read came with memory of its own, which is not to be used again.
    if (small === undefined) records.#lent = true;
    const own = (): Buffer => (parts.length === 1 ? parts[0] : Buffer.concat(parts));
    records.#use(small ?? { bytes: own(), starts: new Uint32Array(count), states: new Uint8Array(count) });
    if (small !== undefined) for (let i = 0, at = 0; i < parts.length; i++) at += parts[i].copy(small.bytes, at);
    records.#starts.fill(NOWHERE, 0, count);
    records.#states.fill(state, 0, count);
    records.#used = bytes;
    records.count = count;
    const all = records.#bytes;
    for (let at = 0; at < bytes; at += recordLength(all, at)) records.#starts[recordOffset(all, at)] = at;
    return records;
  }

  /** What `pack` made; indexes before the first get `state`. */
  static unpack(packed: Buffer, state: number, buffers: SegmentBuffers): Records {
    const [count, first] = [readU32(packed, 0), readU32(packed, 4)];
    const bytesAt = 8 + count - first;
    const records = Records.from([packed.subarray(bytesAt)], count, state, buffers);
    records.#states.set(packed.subarray(8, bytesAt), first);
    return records;
  }

  /** All there is to know of the records: their numbers, their states, their bytes. */
  pack(): Buffer {
    const length = this.count - this.first;
    const packed = Buffer.allocUnsafeSlow(8 + length + this.#used);
    writeU32(packed, 0, this.count);
    writeU32(packed, 4, this.first);
    packed.set(this.#states.subarray(0, length), 8);
    this.#bytes.copy(packed, 8 + length, 0, this.#used);
    return packed;
  }

  /** The states of the indexes that `others` has are as they are there. */
  copyStates(others: Records): void {
    for (let index = others.first; index < others.count; index++) this.setState(index, others.state(index));
  }

  /** Memory taken, in bytes. */
  get footprint(): number {
    return this.#footprint;
  }

  get full(): boolean {
    return this.#used >= FULL_BYTES || this.count >= FULL_MESSAGES;
  }

  append(message: Message, state: number, deadline: number): number {
    const length = recordBytes(message, deadline);
    const index = this.count;
    const place = index - this.first;
    if (this.#used + length > this.#bytes.length || place === this.#states.length) this.#grow(length);
    this.#starts[place] = this.#used;
    this.#states[place] = state;
    writeRecord(this.#bytes, this.#used, length, index, message, deadline);
    this.#used += length;
    this.count++;
    return index;
  }

  state(index: number): number {
    return this.#states[index - this.first];
  }

  setState(index: number, state: number): void {
    this.#states[index - this.first] = state;
  }

  /** Index of the first record at or behind `from` whose state has `bits` under `mask`; `count` where there is none. */
  find(from: number, mask: number, bits: number): number {
    const states = this.#states;
    const { count, first } = this;
    let index = Math.max(from, first);
    while (index < count && (states[index - first] & mask) !== bits) index++;
    return index;
  }

  view(index: number, message: Message): void {
    viewRecord(this.#bytes, this.#starts[index - this.first], message);
    if (message.bodyStays) this.#lent = true;
  }

  /** Size of a message's body, wherever that is kept. */
  bodySize(index: number): number {
    return recordBodySize(this.#bytes, this.#starts[index - this.first]);
  }

  /** When a message expires, in milliseconds since the epoch; Infinity for never. */
  deadline(index: number): number {
    return recordDeadline(this.#bytes, this.#starts[index - this.first]);
  }

  /** Length of the record. */
  length(index: number): number {
    return recordLength(this.#bytes, this.#starts[index - this.first]);
  }

  /** Length of the record and of the body that it refers to. */
  storedBytes(index: number): number {
    return recordStoredBytes(this.#bytes, this.#starts[index - this.first]);
  }

  /** Copies the records from `first` to `last`, which lie end to end, to `at` in `target`; returns where they end there. */
  copy(first: number, last: number, target: Uint8Array, at: number): number {
    return (
      at +
      this.#bytes.copy(
        target,
        at,
        this.#starts[first - this.first],
        this.#starts[last - this.first] + this.length(last),
      )
    );
  }

  /** The bytes of all records. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  /** Makes room for one more record of so many bytes. */
  #grow(length: number): void {
    const before = this.#memory;
    const records = this.count - this.first;
    const memory = this.#buffers.takeSmall(records + 1, this.#used + length) ?? this.#enlarged(records + 1, length);
    if (memory.bytes !== before.bytes) before.bytes.copy(memory.bytes, 0, 0, this.#used);
    if (memory.states !== before.states) {
      memory.starts.set(before.starts.subarray(0, records));
      memory.states.set(before.states.subarray(0, records));
    }
    this.#use(memory);
    if (before.home !== undefined) this.#buffers.give(before);
  }

  /** Memory of its own for so many records and so many bytes more: of what there is, that which is too small is doubled. */
  #enlarged(records: number, length: number): SegmentMemory {
    const { bytes, starts, states, home } = this.#memory;
    const needed = this.#used + length;
    const room = { bytes, starts, states };
    if (home !== undefined || needed > bytes.length) {
      const size = Math.max(needed, FIRST_BYTES, Math.min(bytes.length * 2, FULL_BYTES + length));
      room.bytes = Buffer.allocUnsafeSlow(size);
    }
    if (home !== undefined || records > states.length) {
      const size = Math.max(FIRST_MESSAGES, states.length * 2);
      room.starts = new Uint32Array(size);
      room.states = new Uint8Array(size);
    }
    return room;
  }

  #use(memory: SegmentMemory): void {
    this.#memory = memory;
    this.#bytes = memory.bytes;
    this.#starts = memory.starts;
    this.#states = memory.states;
    const { bytes, starts, states } = memory;
    this.#footprint = memory === NO_MEMORY ? 0 : OVERHEAD_BYTES + bytes.length + starts.byteLength + states.byteLength;
  }
}
