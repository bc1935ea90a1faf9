/** Patterns of requests. JSON has none: `{ "pattern": "^order\\.", "flags": "i" }` stands for one. */
import { BadRequest } from './bad-request.ts';

/** What of a request is a match or a filter. */
const NAMED: readonly string[] = ['match', 'filter'];
/** What takes a pattern there. */
const TAKERS: readonly string[] = ['exchange', 'routingKey', 'text', 'name'];

type Change = (value: unknown) => unknown;

/** A request's body with the patterns that it means. Throws BadRequest or SyntaxError for one that is none. */
export function withPatterns(body: object): object {
  return changed(body, NAMED, (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? changed(value, TAKERS, patternOf) : value,
  );
}

/** A copy, in which some are another. */
function changed(from: object, names: readonly string[], change: Change): object {
  const entries: [string, unknown][] = Object.entries(from);
  return Object.fromEntries(entries.map(([name, value]) => [name, names.includes(name) ? change(value) : value]));
}

function patternOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { pattern, flags } = value as { readonly pattern?: unknown; readonly flags?: string };
  if (typeof pattern !== 'string') throw new BadRequest('"pattern" is missing');
  return new RegExp(pattern, flags);
}
