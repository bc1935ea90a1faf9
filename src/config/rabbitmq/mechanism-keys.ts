/** `auth_mechanisms.NUMBER = NAME`. */
import { MECHANISMS } from '../login-config.ts';
import { type ConfEntry, labelOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** Those of plugins that are not here are passed over; one of the others has to be there. */
export function readMechanisms(entries: readonly ConfEntry[], meaning: Meaning): void {
  const known = (value: string) => MECHANISMS.some((name) => name === value);
  for (const entry of entries) {
    if (!known(entry.value))
      meaning.notice('warn', `${labelOf(entry)} = ${entry.value}: there is no such mechanism here`);
  }
  const names = entries.map(({ value }) => value).filter(known);
  if (names.length > 0) meaning.set('authMechanisms', entries[0], names);
  else meaning.refuse(entries[0], `must be one of ${MECHANISMS.join(', ')}, as no other is left`);
}
