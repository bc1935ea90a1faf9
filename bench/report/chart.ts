/**
 * Results as a picture: how many times better than the first target each other one is, on a logarithmic scale. More is better
 * for every bar: where a lower figure is better, the ratio is turned around.
 */
import { formatRatio, formatValue } from './table.ts';
import { median, type Results, ratio, type Row } from './results.ts';

const WIDTH = 860;
const LABEL = 250;
const VALUES = 120;
const BAR = 14;
const GAP = 10;
const TOP = 84;
const BOTTOM = 52;
const COLOURS = ['#c2410c', '#0369a1', '#4d7c0f', '#7e22ce'];
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';

/** An SVG document. Rows that only one of the targets has are left out. */
export function chart(results: Results): string {
  const { targets, surroundings } = results;
  const others = targets.length - 1;
  const rows = results.rows.filter((row) => times(row, 1) !== undefined);
  const all = rows.flatMap((row) => Array.from({ length: others }, (_, i) => times(row, i + 1) ?? 1));
  const decades = [Math.floor(Math.log10(Math.min(0.5, ...all))), Math.ceil(Math.log10(Math.max(2, ...all)))] as const;
  const plot = WIDTH - LABEL - VALUES;
  const x = (value: number) => LABEL + (plot * (Math.log10(value) - decades[0])) / (decades[1] - decades[0]);
  const rowHeight = others * BAR + GAP;
  const height = TOP + rows.length * rowHeight + BOTTOM;
  const bottom = height - BOTTOM;

  const parts = [
    text(16, 28, `Times better than ${targets[0].name}`, 'font-size="18" font-weight="600"'),
    text(16, 48, targets.map(({ name, broker }) => `${name}: ${broker}`).join('   '), 'font-size="11" fill="#555"'),
    ...targets.slice(1).map(({ name }, i) => legend(16 + i * 140, 62, name, COLOURS[i % COLOURS.length])),
    ...grid(decades, x, bottom),
    ...rows.flatMap((row, i) => bars(row, TOP + i * rowHeight, others, x)),
    text(16, height - 28, footer(results), 'font-size="11" fill="#555"'),
    text(
      16,
      height - 12,
      `${surroundings.cpu}, ${surroundings.cores} cores, ${surroundings.memoryGiB} GiB, ${surroundings.kernel}`,
      'font-size="11" fill="#555"',
    ),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" ${FONT}>`;
  return [head, `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`, ...parts, '</svg>', ''].join('\n');
}

/** How many times better than the first target; undefined where one of them has no figure, or none above zero. */
function times(row: Row, target: number): number | undefined {
  const value = ratio(row, target);
  if (value === undefined || value <= 0) return undefined;
  return row.better === 'higher' ? value : 1 / value;
}

function bars(row: Row, top: number, others: number, x: (value: number) => number): string[] {
  const label = `${row.scenario} ${row.metric}`;
  const parts = [text(LABEL - 10, top + (others * BAR) / 2 + 4, label, 'font-size="12" text-anchor="end"')];
  for (let i = 0; i < others; i++) {
    const value = times(row, i + 1);
    if (value === undefined) continue;
    const [from, to] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
    const y = top + i * BAR;
    const fill = COLOURS[i % COLOURS.length];
    const width = (to - from).toFixed(1);
    parts.push(`<rect x="${from.toFixed(1)}" y="${y}" width="${width}" height="${BAR - 2}" fill="${fill}" rx="2"/>`);
    const figure = `${formatRatio(value)}×  (${formatValue(median(row.values[i + 1]), row.unit)})`;
    parts.push(text(to + 6, y + BAR - 4, figure, 'font-size="11"'));
  }
  return parts;
}

function grid(decades: readonly [number, number], x: (value: number) => number, bottom: number): string[] {
  const parts: string[] = [];
  for (let decade = decades[0]; decade <= decades[1]; decade++) {
    const value = 10 ** decade;
    const at = x(value).toFixed(1);
    const colour = decade === 0 ? '#333' : '#ddd';
    parts.push(`<line x1="${at}" y1="${TOP - 8}" x2="${at}" y2="${bottom}" stroke="${colour}"/>`);
    parts.push(text(Number(at), bottom + 14, `${value}×`, 'font-size="11" fill="#555" text-anchor="middle"'));
  }
  return parts;
}

function legend(x: number, y: number, name: string, colour: string): string {
  return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour}"/>${text(x + 16, y, name, 'font-size="12"')}`;
}

function footer({ surroundings, runs, seconds }: Results): string {
  const { date, commit, node } = surroundings;
  return `${date.slice(0, 10)}, commit ${commit}, Node ${node}; median of ${runs} runs of ${seconds} s; logarithmic scale`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
