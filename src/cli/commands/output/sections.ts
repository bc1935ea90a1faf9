/** Reports in sections with headings, as RabbitMQ prints what a node is. */

export interface Section {
  readonly heading: string;
  /** Each a line; a blank one is written as it is. */
  readonly lines: readonly string[];
}

/** Headings are bold whatever the output is, as RabbitMQ has them. */
export function heading(text: string): string {
  return `\u001b[1m${text}\u001b[0m`;
}

export function sections(all: readonly Section[]): string {
  return all.map((section) => [heading(section.heading), '', ...section.lines].join('\n')).join('\n\n');
}

export function items(names: readonly string[]): readonly string[] {
  return names.map((name) => ` * ${name}`);
}

export function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['(none)'] : lines;
}

/** Units that `--unit` takes, in bytes. */
export const UNITS: Readonly<Record<string, number>> = {
  bytes: 1,
  kb: 1000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  tb: 1_000_000_000_000,
};

/** A number as Erlang prints one that is not whole: at least one digit behind the point, at most `digits`. */
export function decimal(value: number, digits: number): string {
  const rounded = Number(value.toFixed(digits));
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded);
}

export function size(bytes: number, unit: string): string {
  return unit === 'bytes' ? `${bytes} bytes` : `${decimal(bytes / UNITS[unit], 4)} ${unit}`;
}
