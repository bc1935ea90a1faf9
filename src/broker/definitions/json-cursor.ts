/** Reads a JSON document of unknown content: what is not as it should be is noted with its place, and reading goes on. */

/** Something wrong, or worth a warning, at one place of a document. */
export interface Finding {
  /** JSON path, such as `$.queues[3].durable`. */
  readonly path: string;
  readonly text: string;
}

/** What reading a document found. */
export interface Findings {
  /** Nothing is imported if there are any. */
  readonly problems: Finding[];
  readonly warnings: Finding[];
}

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;
/** Longest text that is shown of a wrong value. */
const SHOWN = 40;

export class JsonCursor {
  readonly path: string;
  readonly value: unknown;
  readonly #findings: Findings;

  constructor(value: unknown, findings: Findings, path = '$') {
    this.value = value;
    this.path = path;
    this.#findings = findings;
  }

  /** False for what is left out, and for null. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A field of this object. */
  field(name: string): JsonCursor {
    const path = PLAIN_NAME.test(name) ? `${this.path}.${name}` : `${this.path}[${JSON.stringify(name)}]`;
    const { value } = this;
    const field = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    return new JsonCursor(field, this.#findings, path);
  }

  /** This array's items, each when it is asked for; none if it is left out, or "", which is Erlang's empty list as well. */
  *items(): Generator<JsonCursor> {
    const { value } = this;
    if (!this.present || value === '') return;
    if (!Array.isArray(value)) return this.wrong('an array');
    for (const [index, item] of value.entries()) yield new JsonCursor(item, this.#findings, `${this.path}[${index}]`);
  }

  string(fallback?: string): string {
    return this.#read(typeof this.value === 'string', 'a string', fallback ?? '', fallback !== undefined);
  }

  /** Text that AMQP can carry as a name: 1 to 255 bytes. */
  name(): string {
    const name = this.string();
    const bytes = Buffer.byteLength(name);
    if (typeof this.value === 'string' && (bytes === 0 || bytes > 255)) this.wrong('a name of 1 to 255 bytes');
    return name;
  }

  boolean(fallback: boolean): boolean {
    return this.#read(typeof this.value === 'boolean', 'true or false', fallback, true);
  }

  integer(fallback: number): number {
    return this.#read(Number.isSafeInteger(this.value), 'an integer', fallback, true);
  }

  /**
   * An empty array or text counts as an empty object: Erlang writes the one for the other. So does a list of pairs of name and value for
   * the object: `rabbitmqctl export_definitions` leaves what RabbitMQ keeps so as it is.
   */
  object(fallback?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (this.value === '') return {};
    if (isListOfPairs(this.value)) {
      if (this.value.length > 0) this.warn('is a list of pairs, and taken for an object');
      return Object.fromEntries(this.value);
    }
    return this.#read(isObject(this.value), 'an object', fallback ?? {}, fallback !== undefined);
  }

  /** Words in a list, or in one text with commas between them. */
  words(): readonly string[] {
    const { value } = this;
    if (!this.present || value === '') return [];
    if (typeof value === 'string') return value.split(',').map((word) => word.trim());
    if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value;
    this.wrong('a list of strings, or one string with commas');
    return [];
  }

  /** Any value, with lists of pairs as objects. */
  json(): unknown {
    if (this.value === undefined) this.wrong('any JSON value');
    const isPairs = isListOfPairs(this.value) && this.value.length > 0;
    return isPairs ? this.object() : (this.value ?? null);
  }

  /** Notes that the value is not what it must be. */
  wrong(expected: string): void {
    this.problem(this.present ? `must be ${expected}, not ${show(this.value)}` : `is missing; it must be ${expected}`);
  }

  problem(text: string): void {
    this.#findings.problems.push({ path: this.path, text });
  }

  /** Notes something odd that is no obstacle. */
  warn(text: string): void {
    this.#findings.warnings.push({ path: this.path, text });
  }

  #read<Value>(fits: boolean, expected: string, fallback: Value, optional: boolean): Value {
    if (fits) return this.value as Value;
    if (this.present || !optional) this.wrong(expected);
    return fallback;
  }
}

/** RabbitMQ's texts of several lines, in one. */
export function oneLine({ message }: Error): string {
  return message.trim().replace(/\s*\n\s*/g, ': ');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfPairs(value: unknown): value is readonly (readonly [string, unknown])[] {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}
