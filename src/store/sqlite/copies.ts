/** The file written anew: a backup while the broker runs (`leveret backup`), or without its unused room (`leveret store compact`). */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store.ts';
import {
  databasePath,
  explain,
  moveInto,
  openDatabase,
  openForReading,
  openWriter,
  removeDatabase,
} from './database-file.ts';
import { FolderLock } from './folder-lock.ts';
import { inspectHeader } from './inspection.ts';

/** Pages copied in one go; the process may be interrupted between two. */
const STEP_PAGES = 2048;

/**
 * Copies the store of a folder into one file, as of the moment this begins: all that was confirmed before is in it. A broker that runs
 * on the folder goes on; its log grows meanwhile by what it writes, as the file may not change under the copy.
 * Returns the bytes of the copy. Throws StoreError; `target` then is as it was.
 */
export async function backupStore(folder: string, target: string, replace: boolean): Promise<number> {
  const path = databasePath(folder);
  if (existsSync(target) && !replace) {
    throw new StoreError(`${target} exists: choose another file, or have it replaced with --force.`);
  }
  if (!existsSync(dirname(target))) throw new StoreError(`There is no folder ${dirname(target)} for the backup.`);
  if (isSameFile(path, target)) throw new StoreError(`${target} is the broker's own file: choose another one.`);
  const source = openForReading(path);
  const partial = `${target}.partial`;
  try {
    removeDatabase(partial);
    // One read transaction throughout: what the broker commits meanwhile neither gets in nor starts the copy over.
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM counter').get();
    await source.backup(partial, { progress: () => STEP_PAGES });
    inspectHeader(partial);
    moveInto(partial, target);
    return statSync(target).size;
  } catch (error) {
    removeDatabase(partial);
    throw explainCopy(path, target, error);
  } finally {
    source.close();
  }
}

/**
 * Writes the file anew without its unused room, and returns its bytes before and after. Needs room for two more copies for as
 * long as it takes. Throws StoreError where a broker runs on the folder; the file is as it was then, and after a failure too.
 */
export function compactStore(folder: string): { readonly before: number; readonly after: number } {
  const path = databasePath(folder);
  if (!existsSync(path)) throw new StoreError(`There is no ${path}: name the broker's data folder with --data-dir.`);
  const lock = new FolderLock(folder, 'Stop it first: a file in use cannot be compacted.');
  try {
    openDatabase(path).reader.close();
    const before = statSync(path).size;
    const writer = openWriter(path, 'full');
    try {
      // Beside the file and not in the system's temporary folder, which may be small.
      process.env['SQLITE_TMPDIR'] ??= folder;
      writer.exec('VACUUM');
      writer.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      writer.close();
    }
    return { before, after: statSync(path).size };
  } catch (error) {
    throw explain(path, error);
  } finally {
    lock.release();
  }
}

function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

/** SQLite names neither of the two files. */
function explainCopy(path: string, target: string, error: unknown): Error {
  const explained = explain(path, error);
  if (!(explained instanceof StoreError) || explained === error) return explained;
  return new StoreError(`The backup of ${path} to ${target} failed: ${(error as Error).message}.`);
}
