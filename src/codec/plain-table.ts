/** Field tables from and to plain JavaScript values: for definitions, policies, the server properties and tests. */
import type { FieldTable, FieldValue } from '../protocol/field-table.ts';
import { MAX_FIELD_DEPTH } from './field-letters.ts';

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

/**
 * Typed values from plain ones: string longstr; integer signedint if it fits, else long; other number double;
 * boolean bool; null void; Date timestamp (whole seconds); Uint8Array binary; array array; object table. Fields that
 * are undefined are left out. Throws TypeError for other values and RangeError for nesting deeper than
 * MAX_FIELD_DEPTH.
 */
export function toFieldTable(object: Readonly<Record<string, unknown>>): FieldTable {
  return tableOf(object, 1);
}

/** One plain value, by the rules of `toFieldTable`. */
export function toFieldValue(value: unknown): FieldValue {
  return valueOf(value, 1);
}

/**
 * Plain values from typed ones: the inverse of `toFieldTable` as far as JavaScript has the type. Longstr and binary
 * that are no text become a Buffer, timestamp a Date, decimal a number; integers that a number cannot hold stay
 * bigint.
 */
export function fromFieldTable(table: FieldTable): Record<string, unknown> {
  return Object.fromEntries(Array.from(table, ([name, value]) => [name, fromFieldValue(value)]));
}

/** One typed value, by the rules of `fromFieldTable`. */
export function fromFieldValue(field: FieldValue): unknown {
  switch (field.type) {
    case 'void':
      return null;
    case 'table':
      return fromFieldTable(field.value);
    case 'array':
      return field.value.map(fromFieldValue);
    case 'timestamp':
      return new Date(Number(field.value) * 1000);
    case 'decimal':
      return field.value.unscaled / 10 ** field.value.scale;
    default:
      return field.value;
  }
}

function tableOf(object: object, depth: number): FieldTable {
  const table = new Map<string, FieldValue>();
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) table.set(name, valueOf(value, depth));
  }
  return table;
}

function valueOf(value: unknown, depth: number): FieldValue {
  switch (typeof value) {
    case 'string':
      return { type: 'longstr', value };
    case 'boolean':
      return { type: 'bool', value };
    case 'bigint':
      return { type: 'long', value };
    case 'number':
      return numberValue(value);
    case 'object':
      return value === null ? { type: 'void' } : objectValue(value, depth);
    default:
      throw new TypeError(`a field table cannot hold a ${typeof value}`);
  }
}

function numberValue(value: number): FieldValue {
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63) return { type: 'double', value };
  return { type: value >= INT32_MIN && value <= INT32_MAX ? 'signedint' : 'long', value };
}

function objectValue(value: object, depth: number): FieldValue {
  if (value instanceof Date) return { type: 'timestamp', value: Math.floor(value.getTime() / 1000) };
  if (value instanceof Uint8Array) return { type: 'binary', value };
  if (depth >= MAX_FIELD_DEPTH) throw new RangeError(`tables nested deeper than ${MAX_FIELD_DEPTH} levels`);
  if (Array.isArray(value)) return { type: 'array', value: value.map((element) => valueOf(element, depth + 1)) };
  return { type: 'table', value: tableOf(value, depth + 1) };
}
