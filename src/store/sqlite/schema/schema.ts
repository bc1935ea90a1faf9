/**
 * The schema of leveret.db, and the steps that lead there from older versions: one file each, as they are the SQL of a
 * version that users have. Comments inside the statements stay in the file: `.schema` in the sqlite3 shell shows them.
 */
import type { Database } from 'better-sqlite3';
import { VERSION_1 } from './version-1.ts';
import { VERSION_2 } from './version-2.ts';
import { VERSION_3 } from './version-3.ts';
import { VERSION_4 } from './version-4.ts';
import { VERSION_5 } from './version-5.ts';
import { VERSION_6 } from './version-6.ts';
import { VERSION_7 } from './version-7.ts';
import { VERSION_8 } from './version-8.ts';
import { VERSION_9 } from './version-9.ts';

/** "LVRT", in the file's header: the file is Leveret's. */
export const APPLICATION_ID = 0x4c565254;

/**
 * Step n leads from version n to n + 1. A published step never changes; a new one is added at the end, with a stored file of its version
 * in test/recovery/stored, which `node test/recovery/stored/make.ts` writes.
 */
const MIGRATIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
  VERSION_8,
  VERSION_9,
];

/** The version that this code reads and writes: the file's user_version. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the file to the version that the last of the migrations leads to, whole or not at all, and returns the one it had: 0 for
 * a file without a schema. Throws what SQLite throws.
 */
export function migrate(database: Database, migrations = MIGRATIONS): number {
  const steps = database.transaction(() => {
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version >= migrations.length) return version;
    for (const sql of migrations.slice(version)) database.exec(sql);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${migrations.length}`);
    return version;
  });
  return steps.immediate();
}
