/** What a scenario is: a name, one line, and a measurement of one broker that also proves that the broker did its work. */
import type { Target } from './target/target.ts';

export type Unit = '/s' | 'µs' | 'ms' | 'MB' | 'bytes';

export interface Measurement {
  /** Tells a scenario's measurements apart: `rate`, `p99`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: Unit;
  readonly better: 'higher' | 'lower';
}

export interface Settings {
  /** Length of a measured stretch. */
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Factor on the numbers of things: connections, declarations, messages of a backlog. 1 is what the descriptions say. */
  readonly scale: number;
}

export interface Scenario {
  readonly name: string;
  readonly group: string;
  /** One line, for `--list` and the report. */
  readonly description: string;
  /** Needs a broker that the bench starts itself. */
  readonly needsCommand?: boolean;
  /** Rejects where the broker was wrong: messages lost or doubled, a connection ended. */
  run(target: Target, settings: Settings): Promise<readonly Measurement[]>;
}

/** The scenarios of one group that differ by the rows of a table. */
export function table<Row extends Pick<Scenario, 'name' | 'description'>>(
  group: string,
  rows: readonly Row[],
  run: (row: Row, target: Target, settings: Settings) => Promise<readonly Measurement[]>,
): Scenario[] {
  return rows.map((row) => {
    const { name, description } = row;
    return { name, group, description, run: (target, settings) => run(row, target, settings) };
  });
}

/** Bytes. */
export const MB = 1e6;

export function higher(metric: string, value: number, unit: Unit): Measurement {
  return { metric, value, unit, better: 'higher' };
}

export function lower(metric: string, value: number, unit: Unit): Measurement {
  return { metric, value, unit, better: 'lower' };
}

/** `count` at the settings' scale, at least one. */
export function scaled(count: number, { scale }: Pick<Settings, 'scale'>): number {
  return Math.max(1, Math.round(count * scale));
}
