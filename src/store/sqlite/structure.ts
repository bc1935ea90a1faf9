/**
 * What a start checks before it trusts the file, beyond what SQLite does by itself: the tables with few and small rows are
 * read whole, the pages of messages are left to their checksums.
 */
import type { Database } from 'better-sqlite3';

/** The tables that a start reads whole anyway. */
const SMALL_TABLES = [
  'vhost',
  'exchange',
  'queue',
  'binding',
  'user',
  'permission',
  'parameter',
  'counter',
  'progress',
  'settled',
  'redelivered',
  'sealing',
];
/** A file of an older version may lack some of them, and have one more. */
const TABLES_BEFORE = [...SMALL_TABLES, 'lane'];

/** What is wrong with the file, in a few words each; empty if nothing is. Throws what SQLite throws. */
export function structureProblems(database: Database, version: 'older' | 'current'): string[] {
  const tables = version === 'current' ? SMALL_TABLES : TABLES_BEFORE.filter((table) => exists(database, table));
  return tables.flatMap((table) => quickCheck(database, `quick_check(${table})`));
}

function exists(database: Database, table: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
}

/** The results of one of SQLite's checks: `quick_check`, `integrity_check`. */
export function quickCheck(database: Database, pragma: string): string[] {
  const results = database.pragma(pragma) as Record<string, string>[];
  return results.flatMap((row) => Object.values(row)).filter((result) => result !== 'ok');
}
