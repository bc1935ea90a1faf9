/** What a command answers, before it is known in which form it is printed. */

/** A list: columns, and a row of values for each of what is listed. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** True if people are shown the rows alone. */
  readonly headless?: true;
}

/** A text for people, and the same as one JSON value. */
export interface Report {
  readonly text: string;
  readonly json: unknown;
}

export type Output = undefined | string | Table | Report;

/** Arguments of queues, exchanges, bindings and consumers, which are printed in another way than other objects. */
export class Arguments {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: Readonly<Record<string, unknown>>) {
    this.entries = Object.entries(entries);
  }

  /** An argument is its name, its AMQP type and its value. */
  get triples(): readonly (readonly [string, string, unknown])[] {
    return this.entries.map(([name, value]) => [name, ...typed(value)]);
  }

  toJSON(): unknown {
    return this.triples;
  }
}

/** The type that a value had on the wire is not known to the API, as it is not to RabbitMQ's. */
function typed(value: unknown): readonly [string, unknown] {
  if (typeof value === 'number') return [Number.isInteger(value) ? 'long' : 'double', value];
  if (typeof value === 'boolean') return ['bool', value];
  if (typeof value === 'string') return ['longstr', value];
  if (Array.isArray(value)) return ['array', value.map(typed)];
  if (value === null) return ['void', 'undefined'];
  return ['table', Object.entries(value as object).map(([key, item]) => [key, ...typed(item)])];
}

/** A text that programs get as the value of `message`, with what else they are told. */
export function message(text: string, json: object = {}): Report {
  return { text, json: { message: text, ...json } };
}

export function isTable(output: Table | Report): output is Table {
  return Object.hasOwn(output, 'rows');
}
