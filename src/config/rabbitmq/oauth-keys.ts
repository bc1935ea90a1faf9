/** Keys of `auth_oauth2` of which several together set one option. */
import type { SettingName } from '../option.ts';
import type { ConfEntry } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** `KEY.ID = VALUE`, as ID=VALUE. */
export function readNamed(option: SettingName) {
  return (entries: readonly ConfEntry[], meaning: Meaning): void => {
    const words = entries.map(({ path, value }) => `${path.slice(2).join('.')}=${value}`);
    meaning.set(option, entries[0], words);
  };
}

/** `KEY.N = VALUE`, in the order of the numbers. */
export function readNumbered(option: SettingName) {
  return (entries: readonly ConfEntry[], meaning: Meaning): void => {
    const inOrder = [...entries].sort((a, b) => Number(a.path[2]) - Number(b.path[2]));
    meaning.set(
      option,
      entries[0],
      inOrder.map(({ value }) => value),
    );
  };
}

/** `scope_aliases.NAME = SCOPES`, or `scope_aliases.N.alias = NAME` with `scope_aliases.N.scope = SCOPES`. */
export function readScopeAliases(entries: readonly ConfEntry[], meaning: Meaning): void {
  const words = entries.flatMap((entry) => {
    const { path, value } = entry;
    if (path.at(-1) === 'scope') return [];
    if (path.at(-1) !== 'alias') return [`${path.slice(2).join('.')}=${value}`];
    const scope = entries.find((other) => other.path[2] === path[2] && other.path.at(-1) === 'scope');
    if (scope !== undefined) return [`${value}=${scope.value}`];
    meaning.refuse(entry, 'needs a .scope beside it');
    return [];
  });
  if (words.length > 0) meaning.set('oauthScopeAliases', entries[0], words);
}

/** Words with blanks between. */
export function readBlanks(option: SettingName) {
  return ([entry]: readonly ConfEntry[], meaning: Meaning): void => {
    const words = entry.value.split(/\s+/).filter((word) => word !== '');
    meaning.set(option, entry, words);
  };
}
