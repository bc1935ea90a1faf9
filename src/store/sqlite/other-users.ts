/**
 * Whether somebody has a database open, by whichever of its names. Every connection holds a lock on the file itself, which the operating
 * system knows by its inode; so one that gets it exclusively is the only one.
 */
import { linkSync } from 'node:fs';
import Database from 'better-sqlite3';
import { removeDatabase } from './database-file.ts';

/** Of a file that is there. What cannot be found out counts as no: whoever opens it then hears why. */
export function isUsedByOthers(path: string): boolean {
  // By a name of its own, beside which there is no log: the first to open a database would read it, and the last put it into the file.
  const name = `${path}-probe`;
  let database: Database.Database | undefined;
  try {
    removeDatabase(name);
    linkSync(path, name);
    database = new Database(name, { fileMustExist: true, timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
    return false;
  } catch (error) {
    return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    database?.close();
    removeDatabase(name);
  }
}
