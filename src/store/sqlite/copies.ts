/** The file written anew: a backup while the broker runs (`leveret backup`), or without its unused room (`leveret store compact`). */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';
import {
  checkThere,
  databasePath,
  explain,
  isSystemError,
  makeEmpty,
  moveInto,
  openDatabase,
  openForReading,
  openWriter,
  removeDatabase,
  removeWhatIsThere,
  writeYoung,
} from './database-file.ts';
import { inspectHeader } from './inspection.ts';
import { isUsedByOthers } from './other-users.ts';
import { StoreLock } from './store-lock.ts';

/** Pages copied in one go; the process may be interrupted between two. */
const STEP_PAGES = 2048;
/** What the names of all files begin with that a broker has in its folder. */
const OWN_FILES = 'leveret.';

/**
 * Copies the store of a folder into one file, as of the moment this begins: all that was confirmed before is in it. A broker that runs
 * on the folder goes on; its log grows meanwhile by what it writes, as the file may not change under the copy.
 * Returns the bytes of the copy. Throws StoreError; `target` then is as it was.
 */
export async function backupStore(folder: string, target: string, replace: boolean): Promise<number> {
  const path = databasePath(folder);
  const partial = `${target}.partial`;
  let source: Database.Database | undefined;
  try {
    checkTarget(folder, target, replace);
    source = openForReading(path);
    makeEmpty(partial);
    // One read transaction throughout: what the broker commits meanwhile neither gets in nor starts the copy over.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM counter').get();
    await source.backup(partial, { progress: () => STEP_PAGES });
    inspectHeader(partial);
    moveInto(partial, target);
    return statSync(target).size;
  } catch (error) {
    if (source !== undefined) removeWhatIsThere(partial);
    throw explainCopy(path, target, error);
  } finally {
    source?.close();
  }
}

/** Throws StoreError if the backup cannot be put there, and the system's error if that cannot be known. */
function checkTarget(folder: string, target: string, replace: boolean): void {
  if (!existsSync(dirname(target))) throw new StoreError(`There is no folder ${dirname(target)} for the backup.`);
  const isOwn = basename(target).startsWith(OWN_FILES) && isSameFile(dirname(target), folder);
  if (isOwn || isSameFile(target, databasePath(folder))) {
    throw new StoreError(`${target} is one of the broker's own files: choose another one.`);
  }
  const there = statSync(target, { throwIfNoEntry: false });
  if (there?.isFile() === false) throw new StoreError(`${target} is there and no file: name a file to write.`);
  if (there !== undefined && !replace) {
    throw new StoreError(`${target} exists: choose another file, or have it replaced with --force.`);
  }
}

/**
 * Writes the file anew without its unused room, and returns its bytes before and after. Needs room for another copy for as long as it takes.
 * Throws StoreError if a broker runs on the folder; the file is as it was then, and after a failure too.
 */
export function compactStore(folder: string): { readonly before: number; readonly after: number } {
  return replaceStore(folder, 'Stop it first: a file in use cannot be compacted.', () => undefined);
}

/**
 * Changes what is in the store, whole or not at all. Nothing of before is in the file then, in no unused room of it either: whenever this is
 * stopped, the file of the store's name is the one of before or the changed one. Needs room for two more copies for as long as it takes. Throws
 * StoreError if a broker runs on the folder, with `advice`; and what `change` throws.
 */
export function changeStore(folder: string, advice: string, change: (database: Database.Database) => void): void {
  replaceStore(folder, advice, (young) => {
    young.transaction(() => change(young)).immediate();
    // Beside the file and not in the system's temporary folder, which may be small.
    process.env['SQLITE_TMPDIR'] ??= folder;
    young.exec('VACUUM');
  });
}

/** Puts a copy in the place of the file, after `change` was made to it. Returns the bytes before and after. */
function replaceStore(
  folder: string,
  advice: string,
  change: (young: Database.Database) => void,
): { readonly before: number; readonly after: number } {
  const path = databasePath(folder);
  let lock: StoreLock | undefined;
  try {
    checkThere(path);
    lock = new StoreLock(path, advice);
    openDatabase(path).reader.close();
    checkAlone(path, advice);
    const before = statSync(path).size;
    writeYoung(path, (young) => {
      copyInto(path, young);
      changeCopy(young, change);
    });
    return { before, after: statSync(path).size };
  } catch (error) {
    throw explain(path, error);
  } finally {
    lock?.release();
  }
}

/** Throws StoreError if somebody would go on with the file that was: a program that reads it, or the file's other name. */
function checkAlone(path: string, advice: string): void {
  if (isUsedByOthers(path)) throw new StoreError(`${path} is in use by another program. ${advice}`);
  if (statSync(path).nlink > 1) {
    throw new StoreError(`${path} has another name by a hard link, which would stay as it is: remove one of the two.`);
  }
}

function copyInto(path: string, copy: string): void {
  const source = openWriter(path, 'full');
  try {
    source.pragma('wal_checkpoint(TRUNCATE)');
    source.prepare('VACUUM INTO ?').run(copy);
  } finally {
    source.close();
  }
}

/** Of a file that nobody needs before it is whole: nothing of it is kept for the case that this does not end well. */
function changeCopy(copy: string, change: (database: Database.Database) => void): void {
  const database = new Database(copy);
  try {
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    change(database);
    database.pragma('synchronous = FULL');
    database.pragma('journal_mode = WAL');
  } finally {
    // The last connection to close puts the log into the file.
    database.close();
  }
}

/** Removes all that a folder stores, messages and definitions. Throws StoreError if a broker runs on it; nothing is removed then. */
export function resetStore(folder: string): void {
  const path = databasePath(folder);
  let lock: StoreLock | undefined;
  try {
    lock = new StoreLock(path, 'Stop it first: what is in use cannot be removed.');
    removeDatabase(path);
  } catch (error) {
    throw explain(path, error);
  } finally {
    lock?.release();
  }
}

function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

/** SQLite names neither of the two files. */
function explainCopy(path: string, target: string, error: unknown): Error {
  if (error instanceof StoreError || !(error instanceof Database.SqliteError || isSystemError(error)))
    return error as Error;
  return new StoreError(`The backup of ${path} to ${target} failed: ${error.message}.`);
}
