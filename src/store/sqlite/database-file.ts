/**
 * The one database file of a data folder: found to be Leveret's before anything is written to it, created or migrated,
 * and opened the way each thread needs it.
 */
import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema.ts';

/** Bytes. Commits of one small page write two or three of these, long ones hardly care (4096, 8192, 16384, 32768 were measured). */
const PAGE_SIZE = 4096;
/** KiB. Rows are written once and mostly read never: the cache is for the trees above them. */
const WRITER_CACHE = 4096;
const READER_CACHE = 1024;
/** How long a connection waits for another's lock, in milliseconds. Only a person with the sqlite3 shell ever holds one. */
const WRITER_BUSY_MS = 250;
const READER_BUSY_MS = 5000;

export type Synchronous = 'full' | 'normal';

/** Creates the folder, readable by its owner only, where it is missing. Throws StoreError where it cannot be written. */
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

export function databasePath(folder: string): string {
  return join(folder, 'leveret.db');
}

/**
 * Creates the file or migrates it to this version where needed, and returns a connection that reads it.
 * Throws StoreError; what is not ours is left untouched.
 */
export function openDatabase(path: string): { readonly created: boolean; readonly reader: Database.Database } {
  const found = inspect(path);
  // The connection that looked is the one that reads on: after a crash it has just read the whole log.
  if (found.state === 'current') return { created: false, reader: found.reader };
  const database = openWriter(path, 'full', found.state === 'empty');
  try {
    migrate(database);
    // So that the header of the file itself says what it is, and not only its log.
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  return { created: found.state === 'empty', reader: openReader(path) };
}

/** The connection that writes. `create`: to a file without content yet. */
export function openWriter(path: string, synchronous: Synchronous, create: boolean): Database.Database {
  const database = new Database(path, { timeout: WRITER_BUSY_MS });
  if (create) {
    // The first two are settled by the first write; none is needed again.
    database.pragma(`page_size = ${PAGE_SIZE}`);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
  }
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

type Found = { readonly state: 'empty' | 'older' } | { readonly state: 'current'; readonly reader: Database.Database };

function inspect(path: string): Found {
  const header = readHeader(path);
  if (header === undefined) return { state: 'empty' };
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new StoreError(`${path} is not an SQLite database; it was left as it is. ${ADVICE}`);
  }
  const stamp = header.readInt32BE(68);
  if (stamp !== 0 && stamp !== APPLICATION_ID) throw foreign(path, stamp);
  const reader = openReader(path);
  try {
    const state = identify(path, reader);
    if (state === 'current') return { state, reader };
    reader.close();
    return { state };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function identify(path: string, reader: Database.Database): 'empty' | 'older' | 'current' {
  const id = reader.pragma('application_id', { simple: true }) as number;
  const version = reader.pragma('user_version', { simple: true }) as number;
  if (id !== APPLICATION_ID) {
    const tables = reader.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
    // A start that was cut short before its first commit leaves a file without tables.
    if (tables === 0 && id === 0 && version === 0) return 'empty';
    throw foreign(path, id);
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      `${path} was written by a newer Leveret: its schema version is ${version}, this one knows ${SCHEMA_VERSION}; ` +
        'it was left as it is. Start the newer version again, or choose another data folder.',
    );
  }
  return version === SCHEMA_VERSION ? 'current' : 'older';
}

const ADVICE = 'Move the file away, or choose another data folder.';

function foreign(path: string, id: number): StoreError {
  const found = `application_id ${id}, expected ${APPLICATION_ID}`;
  return new StoreError(`${path} is an SQLite database, but not Leveret's (${found}); it was left as it is. ${ADVICE}`);
}

/** The first 100 bytes, undefined where there are none. Read without SQLite, which would leave files beside one that is not ours. */
function readHeader(path: string): Buffer | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return undefined;
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

/** What SQLite throws, as a StoreError that says what to do. Other errors come back as they are. */
export function explain(path: string, error: unknown): Error {
  if (!(error instanceof Database.SqliteError)) return error as Error;
  const damaged = error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB';
  const advice = damaged
    ? 'The file is damaged: restore it from a backup, or save what can be read with the ".recover" command of the sqlite3 shell.'
    : 'Check the folder, its permissions and its disk.';
  return new StoreError(`${path} cannot be read: ${error.message} (${error.code}). ${advice}`);
}
