/** What a table of arguments or headers says under a name; undefined if that is not there, or of another type. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { isInteger } from './field-equality.ts';

export function textIn(table: FieldTable, name: string): string | undefined {
  const field = table.get(name);
  return field?.type === 'longstr' ? field.value.toString() : undefined;
}

/** Of any of the types that integers have. */
export function integerIn(table: FieldTable, name: string): number | undefined {
  const field = table.get(name);
  return field !== undefined && isInteger(field) ? Number(field.value) : undefined;
}

/** False if it is not there, too. */
export function isSet(table: FieldTable, name: string): boolean {
  const field = table.get(name);
  return field?.type === 'bool' && field.value;
}
