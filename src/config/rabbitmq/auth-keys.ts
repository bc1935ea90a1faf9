/** `auth_backends.N = NAME`, or `auth_backends.N.authn = NAME` with `auth_backends.N.authz = NAME`. */
import { AUTH_BACKENDS } from '../auth-config.ts';
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

export function readAuthBackends(entries: readonly ConfEntry[], meaning: Meaning): void {
  const numbers = [...new Set(entries.map(({ path }) => path[1]))].sort((a, b) => Number(a) - Number(b));
  const words = numbers.flatMap((number) =>
    readPair(
      entries.filter(({ path }) => path[1] === number),
      meaning,
    ),
  );
  if (words.length === numbers.length) meaning.set('authBackends', entries[0], words);
}

/** Empty if something of it was refused. */
function readPair(entries: readonly ConfEntry[], meaning: Meaning): string[] {
  const part = (name: string | undefined) => entries.find(({ path }) => path[2] === name);
  const [whole, authn, authz] = [part(undefined), part('authn'), part('authz')];
  if (whole !== undefined && entries.length === 1) return nameOf(whole, meaning);
  if (authn === undefined || authz === undefined || entries.length > 2) {
    meaning.refuse(entries[0], `must be ${keyOf(entries[0])} alone, or two: .authn and .authz`);
    return [];
  }
  const names = [...nameOf(authn, meaning), ...nameOf(authz, meaning)];
  return names.length === 2 ? [names.join(':')] : [];
}

function nameOf(entry: ConfEntry, meaning: Meaning): string[] {
  const short = entry.value.replace(/^rabbit_auth_backend_/, '');
  const name = short === 'oauth' ? 'oauth2' : short;
  if ((AUTH_BACKENDS as readonly string[]).includes(name)) return [name];
  meaning.refuse(entry, `there is no backend ${entry.value} here, only ${AUTH_BACKENDS.join(', ')}`);
  return [];
}
