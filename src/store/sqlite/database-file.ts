/**
 * The one database file of a data folder: created, found to be Leveret's and migrated, and opened the way each thread needs it.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { addDataKey } from './sealing-table.ts';
import { adviceOnDamage, hasLog, inspectHeader, inspectLog, inspectTables, inspectVersion } from './inspection.ts';
import { logPath } from './log-inspection.ts';
import { migrate } from './schema/schema.ts';
import { troubleAdvice } from './trouble.ts';

/**
 * Bytes of a page in a new file; one that was made with another size keeps it. A commit of one message writes two or three pages, and one of
 * many costs a call of the system or two a page, now and at the checkpoint: 4096 is slower for large ones, 16384 for small ones.
 */
const PAGE_SIZE = 8192;
/** KiB. Rows are written once and mostly read never: the cache is for the trees above them. */
const WRITER_CACHE = 2048;
const READER_CACHE = 1024;
/** How long a connection waits for another's lock, in milliseconds. Only a person with the sqlite3 shell ever holds one. */
const WRITER_BUSY_MS = 250;
const READER_BUSY_MS = 5000;

export type Synchronous = 'full' | 'normal';

/** Creates the folder, readable by its owner only, if it is missing. Throws StoreError if it cannot be written. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StoreError(
      `The data folder ${folder} cannot be created or written: ${(error as Error).message}. ` +
        'Give its owner write permission, or choose another folder.',
    );
  }
}

/** Of the file itself if the folder has a link to it: what SQLite keeps beside the file is beside that. */
export function databasePath(folder: string): string {
  const path = join(folder, 'leveret.db');
  // A link that leads nowhere is told of by whoever opens it.
  const isLink = existsSync(path) && lstatSync(path).isSymbolicLink();
  return isLink ? realpathSync(path) : path;
}

export interface OpenDatabase {
  readonly created: boolean;
  /** The schema version that the file had before; undefined if it is the one it has. */
  readonly migratedFrom: number | undefined;
  /** A connection that reads. */
  readonly reader: Database.Database;
}

/**
 * Creates the file or migrates it to this version where needed.
 * Throws StoreError; what is not ours, or damaged, is left untouched. `key`: what a new one is sealed with.
 */
export function openDatabase(path: string, key?: Uint8Array): OpenDatabase {
  // A link that leads nowhere is none that may be replaced: the disk may be missing that it leads to.
  const created = lstatSync(path, { throwIfNoEntry: false }) === undefined;
  if (created) createDatabase(path, key);
  else {
    inspectHeader(path);
    checkWritable(path);
    // Of somebody who was stopped while he wrote it: it may hold what the file itself does not show any more.
    removeDatabase(youngPath(path));
  }
  const { state, reader } = inspect(path);
  // The connection that looked is the one that reads on: after a crash it has just read the whole log.
  if (state === 'current') return { created, migratedFrom: undefined, reader };
  reader.close();
  const database = openWriter(path, 'full');
  try {
    const migratedFrom = migrate(database);
    // So that the header of the file itself says what it is, and not only its log.
    database.pragma('wal_checkpoint(TRUNCATE)');
    return { created, migratedFrom, reader: openReader(path) };
  } finally {
    database.close();
  }
}

/**
 * Opens the file of a broker that may be running, for a look at it. Throws StoreError, also for a file of an older version.
 * `damaged`: damage in it is what the caller looks for, and no reason to refuse it.
 */
export function openForReading(path: string, damaged = false): Database.Database {
  try {
    checkThere(path);
    inspectHeader(path);
    const { state, reader } = inspect(path, damaged);
    if (state === 'current') return reader;
    reader.close();
  } catch (error) {
    throw explain(path, error);
  }
  throw new StoreError(`${path} was written by an older Leveret. Start this version's broker on it first.`);
}

/** Throws StoreError if there is no database, and the system's error if that cannot be known. */
export function checkThere(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new StoreError(`There is no ${path}: name the broker's data folder with --data-dir.`);
}

/** Throws the system's error if one of its files may not be written: SQLite would say that of the first commit only, and not of which. */
function checkWritable(path: string): void {
  for (const file of [path, logPath(path), `${path}-shm`]) {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) closeSync(openSync(file, 'r+'));
  }
}

/** The connection that writes. */
export function openWriter(path: string, synchronous: Synchronous): Database.Database {
  const database = new Database(path, { fileMustExist: true, timeout: WRITER_BUSY_MS });
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma('wal_autocheckpoint = 0');
  database.pragma(`cache_size = -${WRITER_CACHE}`);
  return database;
}

function openReader(path: string): Database.Database {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: READER_BUSY_MS });
  database.pragma(`cache_size = -${READER_CACHE}`);
  return database;
}

/** Of a file whose head is a database's. `damaged`: only looked at for what the file is. */
function inspect(
  path: string,
  damaged = false,
): { readonly state: 'older' | 'current'; readonly reader: Database.Database } {
  const reader = openReader(path);
  try {
    const state = inspectVersion(path, reader);
    if (!damaged) {
      inspectLog(path, reader);
      inspectTables(path, reader, state);
    }
    return { state, reader };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Under another name until it is whole: a file of the right name that is empty or has no tables is damaged, and never just young. */
function createDatabase(path: string, key: Uint8Array | undefined): void {
  if (hasLog(path)) {
    throw new StoreError(
      `${path} is missing, but its log ${logPath(path)} is there: what was stored is in both. Nothing was changed. ` +
        'Put the file back, restore both from a backup, or remove the log to start with nothing.',
    );
  }
  removeDatabase(path);
  writeYoung(path, (young) => {
    const database = new Database(young);
    try {
      // Settled by the first write; none is needed again.
      database.pragma(`page_size = ${PAGE_SIZE}`);
      database.pragma('auto_vacuum = INCREMENTAL');
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = full');
      migrate(database);
      if (key !== undefined) addDataKey(database, key);
    } finally {
      // The last connection to close puts the log into the file.
      database.close();
    }
  });
}

/** Has a file written under another name, and puts it in the place of `path` when it is whole and on disk. `write` is given an empty file. */
export function writeYoung(path: string, write: (young: string) => void): void {
  const young = youngPath(path);
  try {
    makeEmpty(young);
    write(young);
    toDisk(young);
    moveInto(young, path);
  } catch (error) {
    removeWhatIsThere(young);
    throw error;
  }
}

function youngPath(path: string): string {
  return `${path}-new`;
}

function toDisk(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * An empty file for SQLite to make a database of, in place of one that may be there. Its owner only may read it, wherever it is: messages
 * and the hashes of passwords will be in it. What SQLite puts beside it gets the same mode.
 */
export function makeEmpty(path: string): void {
  removeDatabase(path);
  closeSync(openSync(path, 'wx', 0o600));
}

/** With the log and the index of the log that may lie beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** After a failure, the reason of which is to be told and not this one's. */
export function removeWhatIsThere(path: string): void {
  try {
    removeDatabase(path);
  } catch {
    // A folder of that name, which was in the way.
  }
}

/** Renames a file that is on disk, so that this survives a loss of power too. */
export function moveInto(from: string, to: string): void {
  renameSync(from, to);
  // Windows opens no folder, and needs not be told.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** What SQLite or the system throws, as a StoreError that says what to do. Other errors come back as they are. */
export function explain(path: string, error: unknown): Error {
  if (!(error instanceof Database.SqliteError)) {
    return isSystemError(error)
      ? new StoreError(`${path} cannot be used: ${advised(error.message)}`)
      : (error as Error);
  }
  const damaged = error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB';
  // A table or a column that the schema has and the file has not.
  const incomplete = error.code === 'SQLITE_ERROR' && error.message.startsWith('no such');
  const reason = `${error.message} (${error.code})`;
  if (damaged || incomplete) return new StoreError(`${path} is damaged: ${reason}. ${adviceOnDamage(path)}`);
  return new StoreError(`${path} cannot be used: ${advised(reason)}`);
}

/** Of a call of the system; its message has the code. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function advised(reason: string): string {
  return `${reason}. ${troubleAdvice(reason)}`;
}
