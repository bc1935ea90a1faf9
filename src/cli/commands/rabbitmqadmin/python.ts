/** Values as Python prints them: rabbitmqadmin of RabbitMQ 3.x is written in it, and scripts read what it prints. */

/** A number that JSON has with a point or an exponent, which Python keeps apart from whole ones. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toString(): string {
    const { value } = this;
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
      return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
    }
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
  }
}

type Source = { readonly source?: string };

/** JSON, with numbers that have a point as Float. Throws SyntaxError. */
export function readJson(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, context?: Source): unknown =>
    typeof value === 'number' && /[.eE]/.test(context?.source ?? '') ? new Float(value) : value,
  );
}

/** As `str()` has it. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : literal(value);
}

/** As `repr()` has it. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'number') return String(value);
  if (value instanceof Float) return value.toString();
  const entries = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${literal(item)}`);
  return `{${entries.join(', ')}}`;
}

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

export interface JsonForm {
  /** Blanks of a step; all on one line if 0. */
  readonly indent: number;
  readonly sorted: boolean;
  /** True if what is not ASCII is escaped. */
  readonly ascii: boolean;
}

export const ONE_LINE: JsonForm = { indent: 0, sorted: false, ascii: true };

/** As `json.dumps` has it. */
export function dumped(value: unknown, form: JsonForm, depth = 0): string {
  if (value instanceof Float) return value.toString();
  if (typeof value !== 'object' || value === null) {
    const json = JSON.stringify(value ?? null);
    return form.ascii ? json.replaceAll(/[\u007f-\uffff]/g, escaped) : json;
  }
  const list = Array.isArray(value);
  const [open, close] = list ? '[]' : '{}';
  const parts = list
    ? value.map((item: unknown) => dumped(item, form, depth + 1))
    : keysOf(value, form).map(
        (key) => `${dumped(key, form)}: ${dumped((value as Record<string, unknown>)[key], form, depth + 1)}`,
      );
  if (parts.length === 0) return open + close;
  if (form.indent === 0) return open + parts.join(', ') + close;
  const line = (steps: number): string => `\n${' '.repeat(form.indent * steps)}`;
  return open + line(depth + 1) + parts.join(`,${line(depth + 1)}`) + line(depth) + close;
}

function keysOf(value: object, { sorted }: JsonForm): readonly string[] {
  const keys = Object.keys(value);
  return sorted ? keys.sort((a, b) => (a < b ? -1 : 1)) : keys;
}

function escaped(char: string): string {
  // DEL is ASCII.
  return char === '\u007f' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
