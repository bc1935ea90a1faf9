/** Keys about the default user, and about users of this machine only. */
import { ALL_PERMISSIONS } from '../all-permissions.ts';
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** `loopback_users = none`, or `loopback_users.NAME = true | false`. */
export function readLoopbackUsers(entries: readonly ConfEntry[], meaning: Meaning): void {
  const none = entries.find(({ path }) => path.length === 1);
  if (none === undefined) meaning.set('loopbackUsers', entries[0], trueNames(entries, meaning));
  else if (none.value === 'none') meaning.set('loopbackUsers', none, []);
  else meaning.refuse(none, 'must be none; a user is named by loopback_users.NAME = true');
}

export function readDefaultUserTags(entries: readonly ConfEntry[], meaning: Meaning): void {
  if (entries[0].path.length === 1 && entries[0].value === 'none') meaning.set('defaultUserTags', entries[0], []);
  else meaning.set('defaultUserTags', entries[0], trueNames(entries, meaning));
}

export function readDefaultPermissions(entries: readonly ConfEntry[], meaning: Meaning): void {
  const other = entries.find(({ path }) => path.length !== 2 || !Object.hasOwn(ALL_PERMISSIONS, path[1]));
  if (other !== undefined) meaning.refuse(other, 'must be default_permissions.configure, .write or .read');
  else {
    const patterns = Object.entries(ALL_PERMISSIONS).map(([name, everything]) => [
      name,
      entries.find(({ path }) => path[1] === name)?.value ?? everything,
    ]);
    meaning.set('defaultPermissions', entries[0], Object.fromEntries(patterns));
  }
}

/** The names after the key's first part that are set to true. */
function trueNames(entries: readonly ConfEntry[], meaning: Meaning): string[] {
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.path.length !== 2 || !['true', 'false'].includes(entry.value)) {
      meaning.refuse(entry, `must be ${entry.path[0]}.NAME = true or false, not ${keyOf(entry)} = ${entry.value}`);
    } else if (entry.value === 'true') names.push(entry.path[1]);
  }
  return names;
}
