/** The text format of Prometheus, version 0.0.4, in RabbitMQ's manner: a metric's type stands before its help. */
import type { Histogram } from '../util/histogram.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4';

export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  /** Without the prefix that says whose it is. */
  readonly name: string;
  readonly help: string;
}

/** Label pairs as text, a value, and what stands behind the metric's name: nothing but for histograms. */
export interface Sample {
  readonly labels: string;
  readonly value: number;
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

/** The lines before a metric's samples. `name`: with its prefix. */
export function heading(name: string, { type, help }: Metric): string {
  return `# TYPE ${name} ${type}\n# HELP ${name} ${help}\n`;
}

/** One line. `name`: with its prefix. */
export function sampleLine(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

export function* metricLines(prefix: string, metric: Metric, samples: Iterable<Sample>): Generator<string> {
  const name = prefix + metric.name;
  yield heading(name, metric);
  for (const { labels, value, suffix = '' } of samples) yield sampleLine(name + suffix, labels, value);
}

export function labelPairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => labelPair(name, value))
    .join(',');
}

export function labelPair(name: string, value: string): string {
  return `${name}="${/[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, escaped) : value}"`;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** Buckets of Prometheus hold all values up to their bound. `labels`: those that each of the samples has. */
export function* histogramSamples({ bounds, counts, sum }: Histogram, labels = ''): Generator<Sample> {
  const before = labels === '' ? '' : `${labels},`;
  let count = 0;
  for (const [range, inRange] of counts.entries()) {
    count += inRange;
    const bound = range < bounds.length ? boundText(bounds[range]) : '+Inf';
    yield { suffix: '_bucket', labels: `${before}le="${bound}"`, value: count };
  }
  yield { suffix: '_sum', labels, value: sum };
  yield { suffix: '_count', labels, value: count };
}

/** As RabbitMQ writes them, and dashboards ask for them: `100.0`, `1e+06`. */
function boundText(bound: number): string {
  if (bound >= 1e6) return bound.toExponential().replace(/e\+(\d)$/, 'e+0$1');
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}
