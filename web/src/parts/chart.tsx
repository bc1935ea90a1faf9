/**
 * Lines over time, drawn by uPlot, which is loaded when the first chart is there: what can be read is shown before it. The newest values stand in words beneath, and those under
 * the pointer while it is over the chart.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { brief, perSecond, timeOfDay } from '../format.ts';
import { theme } from '../state/stored.ts';
import { useSignal } from '../state/signal.ts';

/** By the names of the colours in styles/tokens.css. */
export type Colour = 'blue' | 'teal' | 'amber' | 'rose' | 'violet' | 'grey';

export interface Line {
  readonly title: string;
  readonly colour: Colour;
  /** One for each moment; null for a gap. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** Milliseconds since the epoch, the oldest first. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly unit: 'rate' | 'count';
  /** What of time is shown, in seconds; all there is if it is not given. */
  readonly span?: number;
}

const HEIGHT = 190;
/** Distances between lines where nothing is between two whole numbers. */
const WHOLE = Array.from({ length: 36 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

export function Chart({ title, at, lines, unit, span }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [pointed, setPointed] = useState<number | null>(null);
  const drawnIn = useSignal(theme);
  const show = unit === 'rate' ? perSecond : brief;
  const data = [at.map((ms) => ms / 1000), ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const view: View = { span, isWhole: unit === 'count' };

  const newest = useRef(data);
  newest.current = data;
  useEffect(() => {
    const element = place.current!;
    const watcher = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    let isGone = false;
    void import('uplot').then(({ default: Plot }) => {
      if (isGone) return;
      plot.current = new Plot(optionsOf(element, lines, show, view, setPointed), newest.current, element);
      watcher.observe(element);
    });
    return () => {
      isGone = true;
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [drawnIn, span, lines.map(({ title: name }) => name).join()]);
  useEffect(() => plot.current?.setData(data), [at, lines]);

  const shown = pointed ?? at.length - 1;
  const words = lines.map((line) => [line, line.values[shown] ?? 0] as const);
  return (
    <figure class="chart">
      <div
        ref={place}
        role="img"
        aria-label={`${title}: ${words.map(([line, value]) => `${line.title} ${show(value)}`).join(', ')}`}
      />
      <figcaption>
        {words.map(([line, value]) => (
          <span key={line.title} class={`key ${line.colour}`}>
            {line.title} <b class="number">{show(value)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

interface View {
  readonly span: number | undefined;
  readonly isWhole: boolean;
}

function optionsOf(
  element: HTMLElement,
  lines: readonly Line[],
  show: (value: number) => string,
  { span, isWhole }: View,
  pointAt: (index: number | null) => void,
): uPlot.Options {
  const ink = resolved(element, '--muted');
  const grid = { stroke: resolved(element, '--line'), width: 1 };
  const axis = { stroke: ink, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    scales: {
      x: span === undefined ? {} : { range: (_, __, newest) => [newest - span, newest] },
      y: { range: (_, __, most) => [0, Math.max(isWhole ? 5 : 1, most * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_, moments) => moments.map((moment) => timeOf(moment, span)),
      },
      { ...axis, size: 46, ...(isWhole && { incrs: WHOLE }), values: (_, values) => values.map(show) },
    ],
    series: [
      {},
      ...lines.map(({ colour, title }) => {
        const stroke = resolved(element, `--${colour}`);
        return {
          label: title,
          stroke,
          width: 1.75,
          fill: `color-mix(in srgb, ${stroke} 9%, transparent)`,
          points: { show: false },
        };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => pointAt(cursor.idx ?? null)] },
  };
}

function timeOf(moment: number, span = 60): string {
  return timeOfDay(moment * 1000, span <= 300);
}

/** A colour as the canvas takes it: the style sheet's own are expressions. */
function resolved(element: HTMLElement, name: string): string {
  const { style } = element;
  const before = style.color;
  style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  style.color = before;
  return color;
}
