/**
 * Walks the bytes of field tables without decoding or allocating: to find one field, to skip, to check.
 * Ranges are of a table's fields, without the 32-bit length in front of them. Malformed bytes throw FRAME_ERROR.
 */
import { AmqpError } from '../protocol/amqp-error.ts';
import type { FieldType } from '../protocol/field-table.ts';
import { equalBytes } from '../util/bytes.ts';
import { TruncatedError } from './byte-reader.ts';
import { MAX_FIELD_DEPTH, SIZE_OF_TYPE, TYPE_OF_LETTER } from './field-letters.ts';

const LONGEST_NAME = 255;
/** The name that is looked for, with room to tell one that is too long: octets are compared, as some that are no UTF-8 read like others. */
const NAME = Buffer.alloc(LONGEST_NAME + 5);

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
  const bytes = nameOctets(name);
  let position = start;
  while (position < end) {
    const length = buffer[position];
    const nameEnd = position + 1 + length;
    if (nameEnd >= end) throw new TruncatedError();
    const type = typeAt(buffer, nameEnd);
    const valueEnd = endOfValue(buffer, type, nameEnd + 1, end);
    if (length === bytes && equalBytes(buffer, position + 1, nameEnd, NAME, 0, bytes)) {
      return { type, valueStart: startOfValue(type, nameEnd + 1), valueEnd };
    }
    position = valueEnd;
  }
  return undefined;
}

/** Visits the elements of an array in order, each with the range of its type letter and value. */
export function forEachElement(
  buffer: Buffer,
  start: number,
  end: number,
  visit: (type: FieldType, start: number, end: number) => void,
): void {
  checkRange(start, end, buffer.length);
  for (let position = start; position < end;) {
    const type = typeAt(buffer, position);
    const elementEnd = endOfValue(buffer, type, position + 1, end);
    visit(type, position, elementEnd);
    position = elementEnd;
  }
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

/** Writes the name to NAME and returns how many octets it has; -1 if no field has so long a name. */
function nameOctets(name: string): number {
  const bytes = NAME.write(name);
  return bytes <= LONGEST_NAME ? bytes : -1;
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
