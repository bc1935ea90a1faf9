/** Field tables as JSON has them: moments are seconds. What JSON has no form for, whoever shows them decides. */
import type { FieldTable, FieldValue } from '../protocol/field-table.ts';
import { fromFieldValue } from './field-table.ts';

export interface JsonForms {
  /** An integer that a JavaScript number may not hold. */
  integer(value: bigint): unknown;
  /** Bytes that are no text. */
  bytes(value: Buffer): string;
}

export function jsonTable(table: FieldTable, forms: JsonForms): Record<string, unknown> {
  return Object.fromEntries(Array.from(table, ([name, value]) => [name, jsonValue(value, forms)]));
}

function jsonValue(field: FieldValue, forms: JsonForms): unknown {
  switch (field.type) {
    case 'table':
      return jsonTable(field.value, forms);
    case 'array':
      return field.value.map((value) => jsonValue(value, forms));
    case 'timestamp':
      return Number(field.value);
    default: {
      const value = fromFieldValue(field);
      if (typeof value === 'bigint') return forms.integer(value);
      return value instanceof Uint8Array ? forms.bytes(Buffer.from(value)) : value;
    }
  }
}
