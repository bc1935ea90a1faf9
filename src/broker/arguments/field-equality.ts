/** When two field values count as equal: by type and value, where all integers are one type. */
import type { FieldTable, FieldValue, IntegerFieldType } from '../../protocol/field-table.ts';

const INTEGERS = new Set(['byte', 'unsignedbyte', 'short', 'unsignedshort', 'signedint', 'unsignedint', 'long']);

export function isInteger(field: FieldValue): field is { type: IntegerFieldType; value: number | bigint } {
  return INTEGERS.has(field.type);
}

/** The value of a field that is a whole or a floating-point number; undefined for others. */
export function numberOf(field: FieldValue): number | undefined {
  if (isInteger(field)) return Number(field.value);
  return isFloat(field) ? field.value : undefined;
}

export function sameValue(a: FieldValue, b: FieldValue): boolean {
  // A number and a bigint never stand for the same integer: codec uses bigints only where numbers end.
  if (isInteger(a) && isInteger(b)) return a.value === b.value;
  if (isFloat(a) && isFloat(b)) return a.value === b.value;
  if (a.type !== b.type) return false;
  switch (a.type) {
    case 'void':
      return true;
    case 'table':
      return sameTable(a.value, (b as typeof a).value);
    case 'array': {
      const other = (b as typeof a).value;
      return a.value.length === other.length && a.value.every((item, i) => sameValue(item, other[i]));
    }
    case 'decimal': {
      const other = (b as typeof a).value;
      return a.value.scale === other.scale && a.value.unscaled === other.unscaled;
    }
    case 'longstr':
    case 'binary': {
      const other = (b as typeof a).value;
      if (typeof a.value === 'string' || typeof other === 'string') return a.value === other;
      return Buffer.compare(a.value, other) === 0;
    }
    default:
      return a.value === (b as typeof a).value;
  }
}

export function sameTable(a: FieldTable, b: FieldTable): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !sameValue(value, other)) return false;
  }
  return true;
}

function isFloat(field: FieldValue): field is { type: 'float' | 'double'; value: number } {
  return field.type === 'float' || field.type === 'double';
}
