/**
 * Changes to encoded field tables. Only the fields that are named change: all others keep their octets, whatever their names, types
 * and values are, and their order.
 */
import type { FieldValue } from '../protocol/field-table.ts';
import { ByteWriter } from './byte-writer.ts';
import { LETTER_OF_TYPE } from './field-letters.ts';
import { forEachField } from './field-scan.ts';
import { octetText } from './octet-text.ts';

/** By name the new value as `encodeFieldValue` gives it; undefined takes the field away. */
export type FieldChanges = ReadonlyMap<string, Uint8Array | undefined>;

/** A field's type letter and value. Throws RangeError for a value outside its type's range. */
export function encodeFieldValue(value: FieldValue): Buffer {
  const out = new ByteWriter();
  out.fieldValue(value);
  return out.take();
}

/** An array of elements that are encoded already, as `encodeFieldValue` would give it. */
export function arrayOf(elements: readonly Uint8Array[]): Buffer {
  return nested(LETTER_OF_TYPE.array, Buffer.concat(elements));
}

/** A table inside an array or a table, of fields that `editFields` gave. */
export function tableOf(fields: Uint8Array): Buffer {
  return nested(LETTER_OF_TYPE.table, fields);
}

/**
 * The fields from `start` to `end`, changed, without a length in front. A field that is there keeps its place; a new one comes last. Of
 * several fields with a name that changes one is left, so that every receiver sees the same, whichever of them it takes.
 */
export function editFields(buffer: Buffer, start: number, end: number, changes: FieldChanges): Buffer {
  const out = new ByteWriter();
  const open = new Map(changes);
  const put = (name: string, value: Uint8Array | undefined): void => {
    open.delete(name);
    if (value === undefined) return;
    out.shortstr(name);
    out.bytes(value);
  };
  forEachField(buffer, start, end, (nameStart, nameEnd, _type, _valueStart, valueEnd) => {
    const name = octetText(buffer, nameStart, nameEnd);
    if (open.has(name)) put(name, open.get(name));
    else if (!changes.has(name)) out.bytes(buffer.subarray(nameStart - 1, valueEnd));
  });
  for (const [name, value] of open) put(name, value);
  return out.take();
}

function nested(letter: number, content: Uint8Array): Buffer {
  const out = new ByteWriter(5 + content.length);
  out.u8(letter);
  out.longstr(content);
  return out.take();
}
