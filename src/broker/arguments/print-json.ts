/** JSON values as RabbitMQ's texts about policies and limits print them: Erlang terms, where strings are binaries. */
import { printBinary } from '../../codec/erlang-term.ts';

export function printJson(value: unknown): string {
  if (typeof value === 'string') return printBinary(Buffer.from(value));
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${printJson(name)} => ${printJson(field)}`);
    return `#{${fields.join(',')}}`;
  }
  return String(value);
}
