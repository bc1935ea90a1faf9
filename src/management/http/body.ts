/**
 * The body of a request: a JSON object. Readers of its fields take what RabbitMQ takes (`"true"` for true, `"5"` for 5), and refuse the
 * rest with its words.
 */
import { badRequest } from './problem.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Characters that fit a line of Erlang's. */
const LINE = 79;

/** An empty body is an empty object. Throws HttpProblem 400 `not_json`. */
export function readObject(bytes: Buffer): JsonObject {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badRequest('not_json');
  }
  if (!isObject(value)) throw badRequest('not_json');
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws HttpProblem 400 that names the keys that are missing, as an Erlang list. */
export function requireKeys(body: JsonObject, keys: readonly string[]): void {
  const missing = keys.filter((key) => !Object.hasOwn(body, key)).map((key) => `{key_missing,${key}}`);
  if (missing.length === 0) return;
  const line = `[${missing.join(',')}]`;
  // Erlang breaks what does not fit a line of its terminal.
  throw badRequest(line.length < LINE ? line : `[${missing.join(',\n ')}]`);
}

/** Throws HttpProblem 400. */
export function booleanIn<Default extends boolean | undefined>(
  body: JsonObject,
  key: string,
  byDefault: Default,
): boolean | Default {
  const value = body[key];
  if (value === undefined) return byDefault;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw badRequest(`["not_boolean",${JSON.stringify(value)}]`);
}

/** Throws HttpProblem 400. */
export function textIn(body: JsonObject, key: string, byDefault: string): string {
  const value = body[key];
  if (value === undefined || value === null) return byDefault;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badRequest(`["not_string",${JSON.stringify(key)}]`);
}

/** Throws HttpProblem 400. */
export function integerIn(body: JsonObject, key: string, byDefault: number): number {
  const value = body[key];
  if (value === undefined || value === null) return byDefault;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw badRequest(`["not_int",${JSON.stringify(key)}]`);
}

/** An object, for which some senders write an empty list. Throws HttpProblem 400. */
export function objectIn(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {};
  if (isObject(value)) return value;
  throw badRequest(`["not_an_object",${JSON.stringify(key)}]`);
}
