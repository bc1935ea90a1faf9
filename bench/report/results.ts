/** What a session measured: every run, and the medians that the table and the chart show. */
import type { Measurement, Unit } from '../scenario.ts';
import type { Surroundings } from './machine.ts';

/** One scenario's one metric. */
export interface Row {
  readonly scenario: string;
  readonly description: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly better: Measurement['better'];
  /** By target, in the order of the targets; empty where no run of it succeeded. */
  readonly values: readonly (readonly number[])[];
}

/** A run in which the broker was wrong, or did not last. */
export interface Failure {
  readonly scenario: string;
  readonly target: string;
  readonly reason: string;
}

export interface Results {
  readonly surroundings: Surroundings;
  readonly runs: number;
  readonly seconds: number;
  readonly targets: readonly { readonly name: string; readonly broker: string }[];
  readonly rows: readonly Row[];
  readonly failures: readonly Failure[];
}

/** Undefined where there are no values. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A target's median as a multiple of the first target's; undefined where one of them is missing. */
export function ratio({ values }: Row, target: number): number | undefined {
  const [first, own] = [median(values[0]), median(values[target])];
  return first === undefined || own === undefined || first === 0 ? undefined : own / first;
}

/** Adds measurements to rows, which come in the order of their first measurement. */
export class Rows {
  readonly #rows = new Map<string, Omit<Row, 'values'> & { readonly values: number[][] }>();
  readonly #targets: number;

  constructor(targets: number) {
    this.#targets = targets;
  }

  add(
    scenario: { readonly name: string; readonly description: string },
    target: number,
    measurement: Measurement,
  ): void {
    const { metric, unit, better, value } = measurement;
    const key = `${scenario.name} ${metric}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      const values = Array.from({ length: this.#targets }, () => []);
      row = { scenario: scenario.name, description: scenario.description, metric, unit, better, values };
      this.#rows.set(key, row);
    }
    row.values[target].push(value);
  }

  get all(): readonly Row[] {
    return [...this.#rows.values()];
  }
}
