/**
 * Walks the bytes of field tables without decoding or allocating: to find one field, to skip, to check.
 * Ranges are of a table's fields, without the 32-bit length in front of them. Malformed bytes throw FRAME_ERROR.
 */
import { AmqpError } from '../protocol/amqp-error.ts';
import type { FieldType } from '../protocol/field-table.ts';
import { TruncatedError } from './byte-reader.ts';
import { MAX_FIELD_DEPTH, SIZE_OF_TYPE, TYPE_OF_LETTER } from './field-letters.ts';

/** Where a value is; for types with a length (longstr, binary, table, array) the bytes after that length. */
export interface FieldPosition {
  readonly type: FieldType;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Called for each field with the ranges of its name and value. Answering `false` ends the walk. */
export type FieldVisitor = (
  nameStart: number,
  nameEnd: number,
  type: FieldType,
  valueStart: number,
  valueEnd: number,
) => boolean | void;

/** Visits every field in order; values inside of tables and arrays are not looked at. */
export function forEachField(buffer: Buffer, start: number, end: number, visit: FieldVisitor): void {
  checkRange(start, end, buffer.length);
  let position = start;
  while (position < end) {
    const nameStart = position + 1;
    const nameEnd = nameStart + buffer[position];
    if (nameEnd >= end) throw new TruncatedError();
    const type = typeAt(buffer, nameEnd);
    const valueStart = startOfValue(type, nameEnd + 1);
    const valueEnd = endOfValue(buffer, type, nameEnd + 1, end);
    if (visit(nameStart, nameEnd, type, valueStart, valueEnd) === false) return;
    position = valueEnd;
  }
}

/** The first field called `name`, as RabbitMQ looks fields up, or undefined. */
export function findTableField(buffer: Buffer, start: number, end: number, name: string): FieldPosition | undefined {
  checkRange(start, end, buffer.length);
  const bytes = Buffer.byteLength(name);
  let position = start;
  while (position < end) {
    const length = buffer[position];
    const nameEnd = position + 1 + length;
    if (nameEnd >= end) throw new TruncatedError();
    const type = typeAt(buffer, nameEnd);
    const valueEnd = endOfValue(buffer, type, nameEnd + 1, end);
    if (length === bytes && buffer.toString('utf8', position + 1, nameEnd) === name) {
      return { type, valueStart: startOfValue(type, nameEnd + 1), valueEnd };
    }
    position = valueEnd;
  }
  return undefined;
}

/** The position after the table whose 32-bit length is at `position`. */
export function skipTable(buffer: Buffer, position: number, end: number): number {
  return endOfValue(buffer, 'table', position, end);
}

/** Checks all fields, nested ones too: afterwards the range can be decoded by anybody. */
export function checkFields(buffer: Buffer, start: number, end: number, depth = 1): void {
  checkRange(start, end, buffer.length);
  let position = start;
  while (position < end) {
    const nameEnd = position + 1 + buffer[position];
    if (nameEnd >= end) throw new TruncatedError();
    position = checkTaggedValue(buffer, nameEnd, end, depth);
  }
}

function checkTaggedValue(buffer: Buffer, position: number, end: number, depth: number): number {
  const type = typeAt(buffer, position);
  const valueEnd = endOfValue(buffer, type, position + 1, end);
  if (type !== 'table' && type !== 'array') return valueEnd;
  if (depth >= MAX_FIELD_DEPTH) {
    throw new AmqpError('FRAME_ERROR', `tables nested deeper than ${MAX_FIELD_DEPTH} levels`);
  }
  const valueStart = startOfValue(type, position + 1);
  if (type === 'table') checkFields(buffer, valueStart, valueEnd, depth + 1);
  else {
    let element = valueStart;
    while (element < valueEnd) element = checkTaggedValue(buffer, element, valueEnd, depth + 1);
  }
  return valueEnd;
}

function typeAt(buffer: Buffer, position: number): FieldType {
  const letter = buffer[position];
  const type = TYPE_OF_LETTER[letter];
  if (type === undefined) throw new AmqpError('FRAME_ERROR', `unknown field type ${letter}`);
  return type;
}

function startOfValue(type: FieldType, position: number): number {
  return SIZE_OF_TYPE[type] < 0 ? position + 4 : position;
}

/** The position after the value, whose length, if its type has one, stands at `position`. */
function endOfValue(buffer: Buffer, type: FieldType, position: number, end: number): number {
  const size = SIZE_OF_TYPE[type];
  let valueEnd = position + size;
  if (size < 0) {
    if (position + 4 > end) throw new TruncatedError();
    valueEnd = position + 4 + buffer.readUInt32BE(position);
  }
  if (valueEnd > end) throw new TruncatedError();
  return valueEnd;
}

function checkRange(start: number, end: number, length: number): void {
  if (start > end || end > length) throw new TruncatedError();
}
