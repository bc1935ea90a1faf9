/** Outputs for people, and for programs. */
import { cell } from '../output/cells.ts';
import { Arguments, isTable, type Output, type Table } from '../output/output.ts';

const BLANKS = '  ';

/** A list is one value, and each thing that is printed while a command goes on is one line. */
export function asJson(output: Output): string {
  if (output === undefined) return '';
  if (typeof output === 'string') return `${JSON.stringify(output)}\n`;
  return `${JSON.stringify(isTable(output) ? objectsOf(output) : output.json)}\n`;
}

export function asText(output: Output): string {
  if (output === undefined || typeof output === 'string') return output === undefined ? '' : `${output}\n`;
  return isTable(output) ? tableText(output) : `${output.text}\n`;
}

function objectsOf({ columns, rows }: Table): readonly object[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, n) => [column, row[n] ?? null])));
}

/** Columns side by side, numbers to the right; a column in which nothing stands is left out. */
export function tableText({ columns, rows }: Table): string {
  if (rows.length === 0) return 'none\n';
  const cells = rows.map((row) => columns.map((_, n) => shown(row[n])));
  const used = columns.map((_, n) => n).filter((n) => cells.some((row) => row[n] !== ''));
  const numeric = used.map((n) => rows.every((row) => typeof row[n] === 'number' || row[n] === undefined));
  const all = [columns.map((column) => column.toUpperCase().replaceAll('_', ' ')), ...cells];
  const widths = used.map((n) => all.reduce((width, row) => Math.max(width, lengthOf(row[n])), 0));
  return all
    .map((row) => {
      const padded = used.map((n, at) => pad(row[n], widths[at], numeric[at]));
      return `${padded.join(BLANKS).trimEnd()}\n`;
    })
    .join('');
}

function shown(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(1);
  if (value instanceof Arguments) return value.entries.map(([name, item]) => `${name}=${cell(item)}`).join(' ');
  if (typeof value === 'boolean') return value ? 'yes' : '';
  return Array.isArray(value) ? value.map(cell).join(', ') : cell(value);
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const blanks = ' '.repeat(width - lengthOf(text));
  return toTheRight ? blanks + text : text + blanks;
}

function lengthOf(text: string): number {
  return [...text].length;
}
