/**
 * Writes AMQP's elementary values (specification section 4.2.5), big-endian, into a buffer that grows as needed.
 * The counterpart of byte-reader.ts, field tables included.
 */
import type { FieldTable, FieldValue } from '../protocol/field-table.ts';
import { LETTER_OF_TYPE } from './field-letters.ts';

/** Longest shortstr (specification section 4.2.5.3). */
const SHORTSTR_BYTES = 255;

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  /** `initial`: bytes to start with. */
  constructor(initial = 256) {
    this.#buffer = Buffer.allocUnsafe(initial);
  }

  /**
   * The buffer written to: valid up to `length`, and only until the next write, which may replace it by a larger one.
   */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#claim(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.#claim(2);
    this.#buffer.writeUInt16BE(value, at);
  }

  u32(value: number): void {
    const at = this.#claim(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  /** Throws RangeError for negative values and from 2^64 up. */
  u64(value: number): void {
    const at = this.#claim(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#buffer.writeUInt32BE(high, at);
    this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
  }

  /** Throws RangeError if `text` takes more than 255 bytes in UTF-8. */
  shortstr(text: string): void {
    // Every UTF-16 unit takes one to three bytes: no need to measure before writing.
    if (text.length > SHORTSTR_BYTES) throw shortstrOverflow();
    const at = this.#length;
    this.#reserve(1 + text.length * 3);
    const bytes = this.#buffer.write(text, at + 1, 'utf8');
    if (bytes > SHORTSTR_BYTES) throw shortstrOverflow();
    this.#buffer[at] = bytes;
    this.#length = at + 1 + bytes;
  }

  longstr(value: Uint8Array | string): void {
    if (typeof value !== 'string') {
      this.u32(value.length);
      this.bytes(value);
      return;
    }
    const at = this.#length;
    const bytes = Buffer.byteLength(value, 'utf8');
    this.#reserve(4 + bytes);
    this.#buffer.writeUInt32BE(bytes, at);
    this.#buffer.write(value, at + 4, 'utf8');
    this.#length = at + 4 + bytes;
  }

  /** The bytes as they are, without a length. */
  bytes(value: Uint8Array): void {
    const at = this.#claim(value.length);
    this.#buffer.set(value, at);
  }

  /** A field table with its 32-bit length. */
  table(table: FieldTable): void {
    const at = this.#length;
    this.u32(0);
    this.fields(table);
    this.patchU32(at, this.#length - at - 4);
  }

  /** The fields of a table, without a length. Throws RangeError for a value outside its type's range. */
  fields(table: FieldTable): void {
    for (const [name, value] of table) {
      this.shortstr(name);
      this.fieldValue(value);
    }
  }

  /** A field value preceded by its type letter. */
  fieldValue(field: FieldValue): void {
    this.u8(LETTER_OF_TYPE[field.type]);
    switch (field.type) {
      case 'bool':
        return this.u8(field.value ? 1 : 0);
      case 'byte': {
        const at = this.#claim(1);
        return void this.#buffer.writeInt8(Number(field.value), at);
      }
      case 'unsignedbyte': {
        const at = this.#claim(1);
        return void this.#buffer.writeUInt8(Number(field.value), at);
      }
      case 'short': {
        const at = this.#claim(2);
        return void this.#buffer.writeInt16BE(Number(field.value), at);
      }
      case 'unsignedshort':
        return this.u16(Number(field.value));
      case 'signedint': {
        const at = this.#claim(4);
        return void this.#buffer.writeInt32BE(Number(field.value), at);
      }
      case 'unsignedint':
        return this.u32(Number(field.value));
      case 'long': {
        const at = this.#claim(8);
        return void this.#buffer.writeBigInt64BE(BigInt(field.value), at);
      }
      case 'float': {
        const at = this.#claim(4);
        return void this.#buffer.writeFloatBE(field.value, at);
      }
      case 'double': {
        const at = this.#claim(8);
        return void this.#buffer.writeDoubleBE(field.value, at);
      }
      case 'decimal':
        this.u8(field.value.scale);
        return this.u32(field.value.unscaled);
      case 'longstr':
      case 'binary':
        return this.longstr(field.value);
      case 'timestamp':
        return this.timestamp(field.value);
      case 'array': {
        const at = this.#length;
        this.u32(0);
        for (const value of field.value) this.fieldValue(value);
        return this.patchU32(at, this.#length - at - 4);
      }
      case 'table':
        return this.table(field.value);
      case 'void':
        return;
    }
  }

  /** Seconds since 1970 as an unsigned 64-bit integer. */
  timestamp(seconds: number | bigint): void {
    const at = this.#claim(8);
    this.#buffer.writeBigUInt64BE(BigInt(seconds), at);
  }

  /** Overwrites four bytes written before, at `at`. */
  patchU32(at: number, value: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  /** Forgets what was written and starts over, keeping its buffer. */
  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written; the writer starts over, keeping its buffer. */
  take(): Buffer {
    const copy = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.clear();
    return copy;
  }

  /** Makes room for `bytes` more, counts them as written and answers where they start. It may replace the buffer: claim first. */
  #claim(bytes: number): number {
    this.#reserve(bytes);
    const start = this.#length;
    this.#length = start + bytes;
    return start;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

function shortstrOverflow(): RangeError {
  return new RangeError(`a short string takes at most ${SHORTSTR_BYTES} bytes`);
}
