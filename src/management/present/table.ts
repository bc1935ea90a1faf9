/** Field tables as the HTTP API shows them, and RabbitMQ's: integers exactly, bytes as text. */
import { jsonTable } from '../../codec/json-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';

export function showTable(table: FieldTable): Record<string, unknown> {
  return jsonTable(table, { integer: exactly, bytes: (value) => value.toString() });
}

/** JSON's numbers have no end; those of JavaScript do. */
function exactly(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
