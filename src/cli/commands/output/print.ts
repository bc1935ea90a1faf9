/** The forms in which an answer is printed (`--formatter`). */
import { EXIT } from '../../exit-codes.ts';
import { CommandError } from '../command-error.ts';
import { cell } from './cells.ts';
import { erlangTerm, proplist } from './erlang.ts';
import { isTable, type Output, type Table } from './output.ts';

/** RabbitMQ's names, but for those that show Elixir's own values. */
const FORMATTERS = {
  table: (table: Table, headers: boolean) => lines(withHeaders(table, headers), (row) => row.map(cell).join('\t')),
  pretty_table: prettyTable,
  csv: (table: Table, headers: boolean) => lines(withHeaders(table, headers), (row) => row.map(quoted).join(',')),
  json: (table: Table) => `[\n${table.rows.map((row) => `${JSON.stringify(asObject(table, row))}\n`).join(',')}]\n`,
  json_stream: (table: Table) => lines(table.rows, (row) => JSON.stringify(asObject(table, row))),
  erlang: ({ columns, rows }: Table) => `${erlangTerm(rows.map((row) => proplist(columns, row)))}\n`,
};

export type FormatterName = keyof typeof FORMATTERS;

/** Throws CommandError. */
export function readFormatter(name: string | undefined): FormatterName | undefined {
  if (name === undefined || Object.hasOwn(FORMATTERS, name)) return name as FormatterName | undefined;
  throw new CommandError(
    EXIT.usage,
    `there is no formatter ${name}: choose one of ${Object.keys(FORMATTERS).join(', ')}`,
  );
}

/** For programs, which get nothing but the answer. */
export function isForPrograms(formatter: FormatterName | undefined): boolean {
  return formatter === 'csv' || formatter === 'json' || formatter === 'json_stream';
}

/** The text with its line's end; empty for an answer without one. */
export function print(output: Output, formatter: FormatterName | undefined, headers: boolean): string {
  const asJson = formatter === 'json' || formatter === 'json_stream';
  if (output === undefined) return '';
  if (typeof output === 'string') return `${asJson ? JSON.stringify(output) : output}\n`;
  if (isTable(output)) return FORMATTERS[formatter ?? 'table'](output, headers);
  if (formatter === 'erlang') return `${erlangTerm(output.json)}\n`;
  return `${asJson ? JSON.stringify(output.json) : output.text}\n`;
}

/** None for an empty list: so does RabbitMQ. */
function withHeaders({ columns, rows, headless }: Table, headers: boolean): readonly (readonly unknown[])[] {
  return headers && headless === undefined && rows.length > 0 ? [columns, ...rows] : rows;
}

function lines(rows: readonly (readonly unknown[])[], text: (row: readonly unknown[]) => string): string {
  return rows.map((row) => `${text(row)}\n`).join('');
}

function quoted(value: unknown): string {
  return `"${cell(value).replaceAll('"', '""')}"`;
}

function asObject({ columns }: Table, row: readonly unknown[]): object {
  return Object.fromEntries(columns.map((column, n) => [column, row[n] ?? '']));
}

function prettyTable(table: Table, headers: boolean): string {
  const rows = withHeaders(table, headers).map((row) => row.map(cell));
  if (rows.length === 0) return '';
  const widths = table.columns.map((_, n) => Math.max(...rows.map((row) => row[n].length)));
  const rule = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  const body = rows.map((row) => `│${row.map((text, n) => ` ${text.padEnd(widths[n])} `).join('│')}│\n`);
  return `${rule('┌', '┬', '┐')}${body.join(rule('├', '┼', '┤'))}${rule('└', '┴', '┘')}`;
}
