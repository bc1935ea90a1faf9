/** Lists as tables: with borders for people, without for scripts. */

type Row = Readonly<Record<string, unknown>>;

export function bordered(rows: readonly Row[]): string {
  const cells = cellsOf(rows);
  const widths = widthsOf(cells);
  const rule = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  const lines = cells.map((row) => `│${row.map((cell, n) => ` ${pad(cell, widths[n])} `).join('│')}│\n`);
  return rule('┌', '┬', '┐') + lines.join(rule('├', '┼', '┤')) + rule('└', '┴', '┘');
}

/** One line a row, without the names of the columns. */
export function plain(rows: readonly Row[]): string {
  const cells = cellsOf(rows).slice(1);
  const widths = widthsOf(cells);
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, n) => ` ${pad(cell, widths[n])}`)
          .join(' ')
          .trimEnd()}\n`,
    )
    .join('');
}

function cellsOf(rows: readonly Row[]): readonly (readonly string[])[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ');
  return JSON.stringify(value);
}

function widthsOf(cells: readonly (readonly string[])[]): readonly number[] {
  return (cells[0] ?? []).map((_, n) => cells.reduce((width, row) => Math.max(width, [...row[n]].length), 0));
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(width - [...text].length);
}
