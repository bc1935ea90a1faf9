/** What a message has to be, for who waits for one: all that is named, and no more. */
import { inspect } from 'node:util';
import { checkKeys, keysOf } from '../check.ts';
import type { Properties, Received } from './received.ts';

export interface Match {
  readonly exchange?: string | RegExp | undefined;
  readonly routingKey?: string | RegExp | undefined;
  /** All of the body. */
  readonly body?: Buffer | string | undefined;
  /** The body as UTF-8: all of it, or a pattern that is found in it. */
  readonly text?: string | RegExp | undefined;
  /** Of objects, the fields that are named; lists have to be of the same length. */
  readonly json?: unknown;
  /** Those that are named. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly properties?: Properties | undefined;
  readonly where?: ((message: Received) => boolean) | undefined;
}

export const MATCH_KEYS = keysOf<Match>({
  exchange: true,
  routingKey: true,
  body: true,
  text: true,
  json: true,
  headers: true,
  properties: true,
  where: true,
});

/** Throws TypeError for what is no match: it would fit nothing, whatever came. */
export function checkMatch(match: Match): void {
  if (typeof match === 'string') throw new TypeError(`a match must be an object: { text: ${inspect(match)} }`);
  checkKeys('match', match, MATCH_KEYS);
}

export function matches(message: Received, match: Match): boolean {
  const { where, json, body, ...rest } = match;
  if (body !== undefined && !message.body.equals(Buffer.from(body))) return false;
  if (json !== undefined && !isWithin(json, jsonOf(message))) return false;
  for (const [name, expected] of Object.entries(rest)) {
    if (expected !== undefined && !isWithin(expected, message[name as keyof typeof rest])) return false;
  }
  return where === undefined || where(message);
}

export function printMatch(match: Match): string {
  const named = Object.entries(match).filter(([, expected]) => expected !== undefined);
  if (named.length === 0) return 'message';
  const parts = named.map(([name, expected]) => `${name} ${inspect(expected, { breakLength: Infinity })}`);
  return `message with ${parts.join(' and ')}`;
}

/** True if the actual value has all that is expected. A pattern is expected of a text. */
export function isWithin(expected: unknown, actual: unknown): boolean {
  if (expected instanceof RegExp) return typeof actual === 'string' && actual.search(expected) >= 0;
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual);
  if (typeof actual !== 'object' || actual === null) return false;
  if (expected instanceof Date) return actual instanceof Date && expected.getTime() === actual.getTime();
  if (expected instanceof Uint8Array) return actual instanceof Uint8Array && Buffer.compare(expected, actual) === 0;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, i) => isWithin(item, actual[i]))
    );
  }
  return Object.entries(expected).every(([name, value]) => isWithin(value, (actual as Record<string, unknown>)[name]));
}

/** Undefined if the body is no JSON, which nothing that is expected equals. */
function jsonOf(message: Received): unknown {
  try {
    return message.json;
  } catch {
    return undefined;
  }
}
