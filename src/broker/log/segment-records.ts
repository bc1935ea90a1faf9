/**
 * The messages of a loaded segment: their records end to end in one growing buffer, and beside it in typed arrays where each
 * begins and what became of it. A message is addressed by its index; there is no object for it.
 */
import { writeU32 } from '../../util/bytes.ts';
import { Pins } from '../message/pins.ts';
import { PINNED_BODY_BYTES, type Message } from '../message/message.ts';
import {
  BESIDE_MESSAGE_BYTES,
  FULL_BYTES,
  FULL_MESSAGES,
  NO_MEMORY,
  newMemory,
  type SegmentBuffers,
  type SegmentMemory,
} from './segment-buffers.ts';
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

/** What is too large for the small sizes begins with these, and doubles. */
const FIRST_BYTES = 8192;
const FIRST_MESSAGES = 256;

/** Objects for the records of one segment, about, in bytes. */
const OVERHEAD_BYTES = 256;

/** Of an index that has no record. */
const NOWHERE = 0xffffffff;

export class Records {
  /** The first index that has a record here. */
  readonly first: number;
  /** Indexes in use, with those before the first. */
  count: number;
  readonly #buffers: SegmentBuffers;
  // The memory that is used, and which part of it.
  #memory = NO_MEMORY;
  #part = 0;
  #bytes = NO_MEMORY.bytes;
  #starts = NO_MEMORY.starts;
  #states = NO_MEMORY.states;
  /** Where the part begins in #bytes, where the records in it end, and where it ends. */
  #bytesStart = 0;
  #used = 0;
  #bytesEnd = 0;
  /** The start and the state of an index are so far behind it. */
  #shift = 0;
  /** No index from here on has room for them. */
  #indexEnd = 0;
  /** Of the memory, if large bodies were shown: these are sent from it. */
  #pins: Pins | undefined;
  #footprint = 0;

  private constructor(buffers: SegmentBuffers, first: number) {
    this.#buffers = buffers;
    this.first = this.count = this.#indexEnd = first;
  }

  /** Nothing is allocated before the first message. `first`: its index. */
  static empty(buffers: SegmentBuffers, first = 0): Records {
    return new Records(buffers, first);
  }

  /** Full-sized ones, to follow others that were full. */
  static after(full: Records): Records {
    const records = new Records(full.#buffers, 0);
    if (full.full) records.#take(FULL_MESSAGES, FULL_BYTES);
    return records;
  }

  /** Nobody reads these records any more: their memory is used again or freed, once no large body is sent from it. */
  release(): void {
    this.#giveBack(this.#memory, this.#part, this.#pins);
    this.#pins = undefined;
    this.#use(NO_MEMORY, 0);
  }

  #giveBack(memory: SegmentMemory, part: number, pins: Pins | undefined): void {
    if (pins === undefined) this.#buffers.give(memory, part);
    else pins.whenUnpinned(() => this.#buffers.give(memory, part));
  }

  /**
   * Copies records that were read, in one or more parts; some indexes below `count` may have none, and those get `state`, as all others
   * do.
   */
  static from(parts: readonly Buffer[], count: number, state: number, buffers: SegmentBuffers): Records {
    const records = new Records(buffers, 0);
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    records.#take(count, bytes);
    for (const read of parts) records.#used += read.copy(records.#bytes, records.#used);
    records.count = count;
    records.#index(state);
    return records;
  }

  /** What `pack` made; indexes before the first get `state`. */
  static unpack(packed: Buffer, state: number, buffers: SegmentBuffers): Records {
    const [count, first] = [packed.readUInt32BE(0), packed.readUInt32BE(4)];
    const bytesAt = 8 + count - first;
    const records = Records.from([packed.subarray(bytesAt)], count, state, buffers);
    records.#states.set(packed.subarray(8, bytesAt), first + records.#shift);
    return records;
  }

  /** All there is to know of the records: their numbers, their states, their bytes. */
  pack(): Buffer {
    const length = this.count - this.first;
    const { bytes } = this;
    const packed = Buffer.allocUnsafeSlow(8 + length + bytes.length);
    writeU32(packed, 0, this.count);
    writeU32(packed, 4, this.first);
    packed.set(this.#states.subarray(this.first + this.#shift, this.count + this.#shift), 8);
    packed.set(bytes, 8 + length);
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
    return this.#used - this.#bytesStart >= FULL_BYTES || this.count >= FULL_MESSAGES;
  }

  append(message: Message, state: number, expiresAt: number): number {
    const length = recordBytes(message, expiresAt);
    const index = this.count;
    if (this.#used + length > this.#bytesEnd || index === this.#indexEnd) this.#grow(length);
    this.#starts[index + this.#shift] = this.#used;
    this.#states[index + this.#shift] = state;
    writeRecord(this.#bytes, this.#used, length, index, message, expiresAt);
    this.#used += length;
    this.count++;
    return index;
  }

  state(index: number): number {
    return this.#states[index + this.#shift];
  }

  setState(index: number, state: number): void {
    this.#states[index + this.#shift] = state;
  }

  /** Index of the first record at or behind `from` whose state has `bits` under `mask`; `count` if there is none. */
  find(from: number, mask: number, bits: number): number {
    const states = this.#states;
    const shift = this.#shift;
    const { count } = this;
    let index = Math.max(from, this.first);
    while (index < count && (states[index + shift] & mask) !== bits) index++;
    return index;
  }

  view(index: number, message: Message): void {
    viewRecord(this.#bytes, this.#starts[index + this.#shift], message);
    if (message.bodySize >= PINNED_BODY_BYTES) message.pinBy((this.#pins ??= new Pins()));
  }

  /** Size of a message's body, wherever that is kept. */
  bodySize(index: number): number {
    return recordBodySize(this.#bytes, this.#starts[index + this.#shift]);
  }

  /** Size of the bodies of all messages whose state has `bits` under `mask`. */
  bodyBytes(mask: number, bits: number): number {
    let bytes = 0;
    for (let index = this.find(this.first, mask, bits); index < this.count; index = this.find(index + 1, mask, bits)) {
      bytes += this.bodySize(index);
    }
    return bytes;
  }

  /** When a message expires, in milliseconds since the epoch; Infinity for never. */
  expiresAt(index: number): number {
    return recordDeadline(this.#bytes, this.#starts[index + this.#shift]);
  }

  /** Length of the record. */
  length(index: number): number {
    return recordLength(this.#bytes, this.#starts[index + this.#shift]);
  }

  /** Length of the record and of the body that it refers to. */
  storedBytes(index: number): number {
    return recordStoredBytes(this.#bytes, this.#starts[index + this.#shift]);
  }

  /** Copies the records from `first` to `last`, which lie end to end, to `at` in `target`; returns where they end there. */
  copy(first: number, last: number, target: Uint8Array, at: number): number {
    return (
      at +
      this.#bytes.copy(
        target,
        at,
        this.#starts[first + this.#shift],
        this.#starts[last + this.#shift] + this.length(last),
      )
    );
  }

  /** The bytes of all records. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#bytesStart, this.#used);
  }

  /** Notes where the records that were read begin, and gives all indexes that state. */
  #index(state: number): void {
    const [bytes, shift] = [this.#bytes, this.#shift];
    this.#starts.fill(NOWHERE, this.first + shift, this.count + shift);
    this.#states.fill(state, this.first + shift, this.count + shift);
    for (let at = this.#bytesStart; at < this.#used; at += recordLength(bytes, at)) {
      this.#starts[recordOffset(bytes, at) + shift] = at;
    }
  }

  /** Makes room for one more record of so many bytes. */
  #grow(length: number): void {
    const { first } = this;
    const before = this.#memory;
    if (before.shared !== undefined) {
      // The message itself may be read from there, and go on to other queues.
      const [part, pins] = [this.#part, this.#pins];
      this.#pins = undefined;
      this.#buffers.later(() => this.#giveBack(before, part, pins));
    }
    const start = this.#bytesStart;
    const end = this.#used;
    const from = first + this.#shift;
    const messages = this.count - first;
    const needed = end - start + length;
    const place = this.#buffers.take(messages + 1, needed);
    if (place === undefined) this.#use(this.#enlarged(messages + 1, needed, length), 0);
    else this.#use(place.memory, place.part);
    const { bytes, starts, states } = this.#memory;
    const moved = this.#bytesStart - start;
    const to = first + this.#shift;
    this.#used = end + moved;
    if (bytes !== before.bytes) before.bytes.copy(bytes, this.#bytesStart, start, end);
    if (states !== before.states) {
      for (let i = 0; i < messages; i++) {
        states[to + i] = before.states[from + i];
        starts[to + i] = before.starts[from + i] + moved;
      }
    }
  }

  /** Memory of its own for one more record of so many bytes: of what there is, that which is too small is doubled. */
  #enlarged(messages: number, needed: number, length: number): SegmentMemory {
    // A part of a piece is none of its own.
    const own = this.#memory.shared === undefined ? this.#memory : NO_MEMORY;
    let { bytes, starts, states } = own;
    if (needed > bytes.length) {
      const doubled = Math.min(bytes.length * 2, FULL_BYTES + length);
      bytes = Buffer.allocUnsafeSlow(Math.max(needed, FIRST_BYTES, doubled));
    }
    if (messages > states.length) {
      const size = Math.max(FIRST_MESSAGES, states.length * 2);
      starts = new Uint32Array(size);
      states = new Uint8Array(size);
    }
    return { bytes, starts, states, parts: 1 };
  }

  #take(messages: number, bytes: number): void {
    const place = this.#buffers.take(messages, bytes);
    if (place === undefined) this.#use(newMemory(messages, bytes), 0);
    else this.#use(place.memory, place.part);
  }

  #use(memory: SegmentMemory, part: number): void {
    this.#memory = memory;
    this.#part = part;
    this.#bytes = memory.bytes;
    this.#starts = memory.starts;
    this.#states = memory.states;
    const messages = memory.states.length / memory.parts;
    const bytes = memory.bytes.length / memory.parts;
    this.#bytesStart = this.#used = part * bytes;
    this.#bytesEnd = this.#bytesStart + bytes;
    // The end of a full-sized part is hardly ever written to.
    const taken = memory.shared === undefined ? bytes : Math.min(bytes, FULL_BYTES);
    this.#footprint = memory === NO_MEMORY ? 0 : OVERHEAD_BYTES + taken + messages * BESIDE_MESSAGE_BYTES;
    this.#shift = part * messages - this.first;
    this.#indexEnd = this.first + messages;
  }
}
