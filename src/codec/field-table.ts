/**
 * Field tables (specification section 4.2.5.5), for who is outside of this folder: whole tables from and to bytes, without the
 * 32-bit length that precedes them in methods and headers, which is how AMQPLAIN sends one. ByteReader and ByteWriter have the
 * form with the length. field-scan.ts looks into the bytes without decoding; plain-table.ts converts from and to plain JavaScript
 * values.
 */
import type { FieldTable, FieldValue } from '../protocol/field-table.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { SIZE_OF_TYPE } from './field-letters.ts';
import type { FieldPosition } from './field-scan.ts';

export { checkFields, findTableField, forEachElement, forEachField, skipTable } from './field-scan.ts';
export type { FieldPosition, FieldVisitor } from './field-scan.ts';
export { arrayOf, editFields, encodeFieldValue, tableOf, type FieldChanges } from './field-edit.ts';
export { fromFieldTable, fromFieldValue, toFieldTable, toFieldValue } from './plain-table.ts';

/** Names may be any octets: see octet-text.ts. Throws AmqpError FRAME_ERROR for truncated fields, unknown types and nesting deeper than 100 levels. */
export function decodeTable(buffer: Buffer, start: number, end: number): FieldTable {
  return new ByteReader(buffer, start, end, 'octets').fields();
}

/** Throws RangeError for names over 255 bytes and for numbers outside their type's range. */
export function encodeTable(table: FieldTable): Buffer {
  const out = new ByteWriter();
  out.fields(table);
  return out.take();
}

/** The value that `findTableField` found. */
export function decodeFieldAt(buffer: Buffer, { type, valueStart, valueEnd }: FieldPosition): FieldValue {
  // The reader wants the length of such values too, which stands right before them.
  const start = SIZE_OF_TYPE[type] < 0 ? valueStart - 4 : valueStart;
  return new ByteReader(buffer, start, valueEnd, 'octets').fieldValue(type);
}
