/** What is wrong with a request to the control port. The message is the answer. */

/** It makes no sense. */
export class BadRequest extends Error {}

/** It names something, by a number or a name in its path, that is not there. */
export class NotThere extends Error {}

/** Throws BadRequest unless it is a text. */
export function named(value: string | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new BadRequest(`"${name}" is missing`);
}

/** Throws BadRequest unless it is a number above 0. */
export function positive(value: number | undefined, name: string): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new BadRequest(`"${name}" is to be a number above 0`);
}

/** Throws NotThere. */
export function found<Value>(values: ReadonlyMap<string, Value>, name: string, what: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new NotThere(`there is no ${what} '${name}'`);
  return value;
}
