/** One value of a list, as the tools print it for people: as Erlang has it. */
import { Arguments } from './output.ts';

export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return escaped(value);
  if (value instanceof Arguments) return `[${value.entries.map(([key, item]) => pair(key, item)).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(cell).join(', ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : `${value as number | boolean}`;
}

function pair(key: string, value: unknown): string {
  return `{${JSON.stringify(key)},${term(value)}}`;
}

function term(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(term).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `[${Object.entries(value)
    .map(([key, item]) => pair(key, item))
    .join(',')}]`;
}

/** So that a name can neither begin a line or a column nor reach the terminal: octets below the blank are written in octal. */
function escaped(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (char) => {
    return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}
