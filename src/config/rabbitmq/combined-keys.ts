/** Keys of rabbitmq.conf of which several together set one option, and those whose values are written differently. */
import { readOrigins } from './cors-keys.ts';
import type { ConfEntry } from './entry.ts';
import { readListeners } from './listener-keys.ts';
import { readLogKeys } from './log-keys.ts';
import type { Meaning } from './meaning.ts';
import { readSizes, SIZE_KEYS } from './size-keys.ts';
import { readDefaultPermissions, readDefaultUserTags, readLoopbackUsers } from './user-keys.ts';

export interface CombinedKeys {
  /** What the keys begin with, or are. */
  readonly keys: readonly string[];
  readonly read: (entries: readonly ConfEntry[], meaning: Meaning) => void;
}

export const COMBINED_KEYS: readonly CombinedKeys[] = [
  { keys: ['listeners.tcp'], read: readListeners },
  { keys: ['management.cors.allow_origins'], read: readOrigins },
  { keys: ['loopback_users'], read: readLoopbackUsers },
  { keys: ['default_user_tags'], read: readDefaultUserTags },
  { keys: ['default_permissions'], read: readDefaultPermissions },
  { keys: SIZE_KEYS, read: readSizes },
  { keys: ['log'], read: readLogKeys },
];
