/**
 * Reads AMQP's elementary values from a range of a buffer (specification section 4.2.5), big-endian, and never a byte
 * past the range's end. What the bytes mean is the caller's business; field tables are read here because values nest
 * in each other.
 */
import { AmqpError } from '../protocol/amqp-error.ts';
import { EMPTY_TABLE, type FieldTable, type FieldType, type FieldValue } from '../protocol/field-table.ts';
import { MAX_FIELD_DEPTH, TYPE_OF_LETTER } from './field-letters.ts';
import { octetText, utf8Text } from './octet-text.ts';

/** The bytes end before the value does. */
export class TruncatedError extends AmqpError {
  constructor() {
    super('FRAME_ERROR', 'unexpected end of data');
  }
}

/**
 * What names in field tables may be. `utf8`: as in the arguments of methods, else FRAME_ERROR, which short strings there get too.
 * `octets`: any, as in the headers of messages; see octet-text.ts.
 */
export type FieldNames = 'utf8' | 'octets';

export class ByteReader {
  readonly #buffer: Buffer;
  readonly #names: FieldNames;
  #position: number;
  #end: number;
  #depth = 0;

  /** Reads `buffer` from `offset` up to, not including, `end`. */
  constructor(buffer: Buffer, offset: number, end: number, names: FieldNames = 'utf8') {
    this.#buffer = buffer;
    this.#names = names;
    this.#position = offset;
    this.#end = Math.min(end, buffer.length);
  }

  /** Where the next value starts in the buffer. */
  get position(): number {
    return this.#position;
  }

  /** Bytes left to read. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Moves past `bytes` bytes. */
  skip(bytes: number): void {
    this.#take(bytes);
  }

  u8(): number {
    return this.#buffer[this.#take(1)];
  }

  u16(): number {
    return this.#buffer.readUInt16BE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  /** Exact up to 2^53; a larger value becomes the nearest number. */
  u64(): number {
    const at = this.#take(8);
    return this.#buffer.readUInt32BE(at) * 0x1_0000_0000 + this.#buffer.readUInt32BE(at + 4);
  }

  /** A string of up to 255 bytes. Throws FRAME_ERROR if it is not UTF-8, as RabbitMQ does. */
  shortstr(): string {
    const length = this.u8();
    const start = this.#take(length);
    const text = utf8Text(this.#buffer, start, start + length);
    if (text === undefined) throw new AmqpError('FRAME_ERROR', 'Malformed UTF-8 in shortstr', { blameless: true });
    return text;
  }

  /** The octets of a short string as text, whatever they are: see octet-text.ts. */
  octets(): string {
    const length = this.u8();
    const start = this.#take(length);
    return octetText(this.#buffer, start, start + length);
  }

  /** Bytes with a 32-bit length, copied: the buffer may be read into again. */
  longstr(): Buffer {
    const length = this.u32();
    const start = this.#take(length);
    return Buffer.from(this.#buffer.subarray(start, start + length));
  }

  /**
   * A field table with its 32-bit length. Throws FRAME_ERROR for unknown types and for nesting deeper than
   * MAX_FIELD_DEPTH.
   */
  table(): FieldTable {
    const outerEnd = this.#enter();
    const table = this.fields();
    this.#leave(outerEnd);
    return table;
  }

  /** The fields of a table up to the end of the range. Of fields with one name the first counts, as in RabbitMQ. */
  fields(): FieldTable {
    if (this.#position === this.#end) return EMPTY_TABLE;
    const table = new Map<string, FieldValue>();
    while (this.#position < this.#end) {
      const name = this.#names === 'utf8' ? this.shortstr() : this.octets();
      const value = this.#taggedValue();
      if (!table.has(name)) table.set(name, value);
    }
    return table;
  }

  /** One field value of a type already known. */
  fieldValue(type: FieldType): FieldValue {
    switch (type) {
      case 'bool':
        return { type, value: this.u8() !== 0 };
      case 'byte':
        return { type, value: this.#buffer.readInt8(this.#take(1)) };
      case 'unsignedbyte':
        return { type, value: this.u8() };
      case 'short':
        return { type, value: this.#buffer.readInt16BE(this.#take(2)) };
      case 'unsignedshort':
        return { type, value: this.u16() };
      case 'signedint':
        return { type, value: this.#buffer.readInt32BE(this.#take(4)) };
      case 'unsignedint':
        return { type, value: this.u32() };
      case 'long':
        return { type, value: exactNumber(this.#buffer.readBigInt64BE(this.#take(8))) };
      case 'float':
        return { type, value: this.#buffer.readFloatBE(this.#take(4)) };
      case 'double':
        return { type, value: this.#buffer.readDoubleBE(this.#take(8)) };
      case 'decimal':
        return { type, value: { scale: this.u8(), unscaled: this.u32() } };
      case 'longstr': {
        const bytes = this.longstr();
        return { type, value: utf8Text(bytes, 0, bytes.length) ?? bytes };
      }
      case 'binary':
        return { type, value: this.longstr() };
      case 'timestamp':
        return { type, value: this.timestamp() };
      case 'array':
        return { type, value: this.#array() };
      case 'table':
        return { type, value: this.table() };
      case 'void':
        return { type };
    }
  }

  /** Seconds since 1970 (an unsigned 64-bit integer); a bigint if a number would lose digits. */
  timestamp(): number | bigint {
    return exactNumber(this.#buffer.readBigUInt64BE(this.#take(8)));
  }

  #array(): FieldValue[] {
    const outerEnd = this.#enter();
    const values: FieldValue[] = [];
    while (this.#position < this.#end) values.push(this.#taggedValue());
    this.#leave(outerEnd);
    return values;
  }

  #taggedValue(): FieldValue {
    const letter = this.u8();
    const type = TYPE_OF_LETTER[letter];
    if (type === undefined) throw new AmqpError('FRAME_ERROR', `unknown field type ${letter}`);
    return this.fieldValue(type);
  }

  /** Narrows the range to a nested table or array and answers the range's end to restore after it. */
  #enter(): number {
    if (++this.#depth > MAX_FIELD_DEPTH) {
      throw new AmqpError('FRAME_ERROR', `tables nested deeper than ${MAX_FIELD_DEPTH} levels`);
    }
    const length = this.u32();
    if (length > this.remaining) throw new TruncatedError();
    const outerEnd = this.#end;
    this.#end = this.#position + length;
    return outerEnd;
  }

  #leave(outerEnd: number): void {
    this.#depth--;
    this.#end = outerEnd;
  }

  /** Takes the next `bytes` bytes and answers where they start. */
  #take(bytes: number): number {
    const start = this.#position;
    if (bytes > this.#end - start) throw new TruncatedError();
    this.#position = start + bytes;
    return start;
  }
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
