/** `deprecated_features.permit.NAME = true`, or `false`. */
import { DEPRECATED_FEATURES } from '../profile.ts';
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

export function readFeatures(entries: readonly ConfEntry[], meaning: Meaning): void {
  const known = entries.filter((entry) => {
    const name = entry.path.at(-1)!;
    const isKnown = (DEPRECATED_FEATURES as string[]).includes(name);
    if (!isKnown)
      meaning.notice('info', `${entry.place}: ${keyOf(entry)}: there is no such feature here; it sets nothing`);
    else if (!['true', 'false'].includes(entry.value)) meaning.refuse(entry, 'must be true or false');
    return isKnown;
  });
  const named = (value: string) => known.filter((entry) => entry.value === value);
  for (const [option, list] of [
    ['permitFeatures', named('true')],
    ['denyFeatures', named('false')],
  ] as const) {
    if (list.length > 0)
      meaning.set(
        option,
        list[0],
        list.map(({ path }) => path.at(-1)!),
      );
  }
}
