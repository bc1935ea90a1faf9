/** `management.cors.allow_origins.NUMBER = ORIGIN`, or `management.cors.allow_origins = none`. */
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

export function readOrigins(entries: readonly ConfEntry[], meaning: Meaning): void {
  const single = entries.find(({ path }) => path.length === 3);
  if (single === undefined)
    meaning.set(
      'managementCorsOrigins',
      entries[0],
      entries.map(({ value }) => value),
    );
  else if (single.value === 'none') meaning.set('managementCorsOrigins', single, []);
  else meaning.refuse(single, `must be none; an origin is named by ${keyOf(single)}.1 = https://example.com`);
}
