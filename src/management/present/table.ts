/** Field tables as JSON, as RabbitMQ shows them: integers exactly, moments in seconds. */
import { fromFieldValue } from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';

export function showTable(table: FieldTable): Record<string, unknown> {
  return Object.fromEntries(Array.from(table, ([name, value]) => [name, showValue(fromFieldValue(value))]));
}

function showValue(value: unknown): unknown {
  if (typeof value === 'bigint') return exactly(value);
  if (value instanceof Date) return value.getTime() / 1000;
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map(showValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, showValue(of)]));
}

/** JSON's numbers have no end; those of JavaScript do. */
function exactly(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
