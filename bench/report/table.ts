/** Results as a Markdown table that a terminal shows as well. */
import { median, type Results, ratio, type Row } from './results.ts';

export function formatValue(value: number | undefined, unit: string): string {
  if (value === undefined) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

export function formatRatio(value: number | undefined): string {
  if (value === undefined) return '-';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 3 : 2);
}

export function table({ targets, rows }: Results): string {
  const others = targets.slice(1);
  const [first] = targets;
  const head = ['scenario', 'metric', ...targets.map(({ name }) => name)];
  const ratios = others.map(({ name }) => `${name} / ${first.name}`);
  const lines = rows.map((row) => [
    row.scenario,
    row.metric,
    ...values(row),
    ...others.map((_, i) => formatRatio(ratio(row, i + 1))),
  ]);
  return layOut([[...head, ...ratios], ...lines]);
}

function values(row: Row): string[] {
  return row.values.map((own) => formatValue(median(own), row.unit));
}

function layOut(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, column) => Math.max(3, ...lines.map((line) => line[column].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n');
}
