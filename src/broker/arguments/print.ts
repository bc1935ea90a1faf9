/** Field values as RabbitMQ's reply texts print them: Erlang terms, where strings are binaries. */
import { printBinary } from '../../codec/erlang-term.ts';
import type { FieldValue } from '../../protocol/field-table.ts';

/** The value as an Erlang term: `<<"foo">>`, `5`, `true`. */
export function printFieldValue(field: FieldValue): string {
  switch (field.type) {
    case 'longstr':
    case 'binary':
      return printBinary(Buffer.from(field.value as Uint8Array));
    case 'void':
      return 'undefined';
    case 'array':
      return `[${field.value.map((item) => `{${item.type},${printFieldValue(item)}}`).join(',')}]`;
    case 'table':
      return `[${[...field.value].map(([name, item]) => `{${printBinary(Buffer.from(name))},${item.type},${printFieldValue(item)}}`).join(',')}]`;
    case 'decimal':
      return `{${field.value.scale},${field.value.unscaled}}`;
    default:
      return String(field.value);
  }
}

/** The value as it stands between quotes in texts such as `received '2000' but current is '1000'`. */
export function plainFieldValue(field: FieldValue): string {
  return field.type === 'longstr' ? field.value.toString() : printFieldValue(field);
}
