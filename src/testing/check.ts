/** Wrong arguments get one clear line: tests in plain JavaScript have no types to tell. */
import { inspect } from 'node:util';
import { unknownKey } from '../config/nearest.ts';

/** The names that an object may have, each once: `keysOf<Match>({ text: true, ... })` does not compile if one is left out. */
export function keysOf<Shape>(keys: Readonly<Record<keyof Shape, true>>): readonly string[] {
  return Object.keys(keys);
}

/** Throws TypeError for what is no object, or has a name that is none of these. `what`: what it is, for the text. */
export function checkKeys(what: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object with some of ${names.join(', ')}, not ${inspect(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!names.includes(key))
      throw new TypeError(`${what}: ${unknownKey(key, names)} (it may have ${names.join(', ')})`);
  }
}

/** Throws TypeError for what is none of the words. */
export function checkWord(what: string, value: unknown, words: readonly string[]): void {
  if (words.some((word) => word === value)) return;
  throw new TypeError(`${what} must be ${words.map((word) => `'${word}'`).join(' or ')}, not ${inspect(value)}`);
}

/** Throws TypeError for what is no number, or less. `what`: what it is, for the text. */
export function checkNumber(what: string, value: unknown, least = 0): void {
  if (typeof value === 'number' && value >= least) return;
  throw new TypeError(`${what} must be a number from ${least} up, not ${inspect(value)}`);
}

/** The same, for one that may be left out. */
export function checkOptional(what: string, value: unknown, least = 0): void {
  if (value !== undefined) checkNumber(what, value, least);
}
