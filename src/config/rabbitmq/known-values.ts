/** Keys with a number, of which several together list values: `auth_mechanisms.1 = PLAIN`, `ssl_options.versions.1 = tlsv1.3`. */
import type { SettingName } from '../option.ts';
import { type ConfEntry, labelOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** Values that are not known are passed over, with `reason`: nobody is to use them any more, or a plugin has them. One of the others has to be there. */
export function readKnown(option: SettingName, known: readonly string[], reason: string) {
  return (entries: readonly ConfEntry[], meaning: Meaning): void => {
    const values: string[] = [];
    for (const entry of entries) {
      if (known.includes(entry.value)) values.push(entry.value);
      else meaning.notice('warn', `${labelOf(entry)} = ${entry.value}: ${reason}`);
    }
    if (values.length > 0) meaning.set(option, entries[0], values);
    else meaning.refuse(entries[0], `must be one of ${known.join(', ')}, as no other is left`);
  };
}
