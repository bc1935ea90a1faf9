/** The forms of rabbitmqadmin's lists (`-f`). */
import { usageError } from './admin-error.ts';
import type { Listing } from './objects.ts';
import { dumped, Float, literal, ONE_LINE, readJson, text } from './python.ts';

export interface ListOptions {
  readonly format: string;
  /** Down to which level objects in objects are columns, if none are asked for. */
  readonly depth: number;
  /** False: no line but the answer's. */
  readonly verbose: boolean;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** These columns come first. */
const FIRST = ['vhost', 'name', 'type', 'source', 'destination', 'destination_type', 'routing_key'];
const PRETTY = { indent: 2, sorted: true, ascii: false };

const FORMATS: Readonly<Record<string, (table: Table, options: ListOptions) => string>> = {
  tsv: ({ columns, rows }, { verbose }) =>
    lines([...(verbose ? [columns] : []), ...rows.map(cells)].map((row) => row.join('\t'))),
  long: ({ columns, rows }) => {
    const width = Math.max(...columns.map(lengthOf));
    const rule = `\n${'-'.repeat(80)}\n`;
    const shown = rows.map((row) => [
      ...columns.map((column, n) => `${' '.repeat(width - lengthOf(column))}${column}: ${text(row[n])}`),
      rule,
    ]);
    return lines([rule, ...shown.flat()]);
  },
  table: ({ columns, rows }) => {
    const all = [columns, ...rows.map(cells)];
    const widths = columns.map((_, n) => Math.max(...all.map((row) => lengthOf(row[n]))));
    const bar = `+${widths.map((width) => `${'-'.repeat(width + 2)}+`).join('')}`;
    const line = (row: readonly string[], padded: (cell: string, width: number) => string): string =>
      `|${row.map((cell, n) => ` ${padded(cell, widths[n])} |`).join('')}`;
    return lines([bar, line(columns, centred), bar, ...all.slice(1).map((row) => line(row, leftmost)), bar]);
  },
  kvp: ({ columns, rows }) =>
    lines(rows.map((row) => columns.map((column, n) => `${column}="${text(row[n])}"`).join(' '))),
  bash: ({ columns, rows }) => {
    const name = columns.indexOf('name');
    return name < 0 ? '' : lines([rows.map((row) => text(row[name])).join(' ')]);
  },
};

/** The answer of the API, a list, as it is printed. Throws AdminError. */
export function formatted(json: string, asked: readonly string[], listing: Listing, options: ListOptions): string {
  if (options.format === 'raw_json') return `${json}\n`;
  if (options.format === 'pretty_json') return `${dumped(readJson(json), PRETTY)}\n`;
  if (!Object.hasOwn(FORMATS, options.format)) throw usageError(`Format ${options.format} not recognised`);
  const table = tabled(readJson(json) as readonly object[], asked, listing, options.depth);
  if (table.rows.length > 0) return FORMATS[options.format](table, options);
  return options.verbose ? 'No items\n' : '';
}

export const FORMAT_NAMES = ['raw_json', 'pretty_json', ...Object.keys(FORMATS)];

function tabled(items: readonly object[], asked: readonly string[], listing: Listing, depth: number): Table {
  const most = asked.length === 0 ? depth : Infinity;
  const rows = items.map((item) => new Map(cellsOf(item, listing.json ?? [], most)));
  const columns = asked.length > 0 ? asked : [...new Set(rows.flatMap((row) => [...row.keys()]))].sort(byImportance);
  return { columns, rows: rows.map((row) => columns.map((column) => (row.has(column) ? row.get(column) : ''))) };
}

/** Objects in objects have the outer's name before theirs. */
function* cellsOf(
  item: object,
  json: readonly string[],
  most: number,
  prefix = '',
  depth = 1,
): Generator<readonly [string, unknown]> {
  for (const [key, value] of Object.entries(item) as readonly [string, unknown][]) {
    const column = prefix + key;
    if (Array.isArray(value)) {
      const names = value.every((part) => typeof part === 'string');
      yield [column, names ? value.join(' ') : dumped(value, ONE_LINE)];
    } else if (typeof value !== 'object' || value === null || value instanceof Float) yield [column, value];
    else if (json.includes(key)) yield [column, dumped(value, ONE_LINE)];
    else if (depth < most) yield* cellsOf(value, json, most, `${column}.`, depth + 1);
  }
}

function byImportance(a: string, b: string): number {
  const [first, second] = [a, b].map((column) => (FIRST.includes(column) ? FIRST.indexOf(column) : FIRST.length));
  return first - second || (a < b ? -1 : 1);
}

/** RabbitMQ's script ends with a stack trace if nothing stands for a value. */
function cells(row: readonly unknown[]): readonly string[] {
  return row.map((value) => (value === null ? '' : typeof value === 'string' ? value : literal(value)));
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function lengthOf(text: string): number {
  return [...text].length;
}

function leftmost(text: string, width: number): string {
  return text + ' '.repeat(width - lengthOf(text));
}

function centred(text: string, width: number): string {
  const before = Math.floor((width - lengthOf(text)) / 2);
  return leftmost(' '.repeat(before) + text, width);
}
