/**
 * What a file named leveret.db is, found out before anything is written to it: Leveret's and whole as far as a look at its
 * head and its small tables tells, or else refused with what was found and what to do.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { logBytes, logPath, logProblem } from './log-inspection.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema/schema.ts';
import { structureProblems } from './structure.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
/** Offsets in the header of an SQLite file, big-endian numbers. */
const PAGE_SIZE_AT = 16;
const PAGES_AT = 28;
const APPLICATION_ID_AT = 68;

const NOT_OURS = 'Move the file away, or choose another data folder.';
const DAMAGED =
  'It was left as it is. Restore it from a backup, or save what can be read with the ".recover" command of the sqlite3 shell; ' +
  '"leveret store check" tells all that is wrong with it.';

/** What to do about a damaged file. */
export function adviceOnDamage(path: string): string {
  // SQLite puts any log into the file that it lies beside, and cannot tell that it is another's.
  return hasLog(path)
    ? `${DAMAGED} If it has just been put there from a backup, remove ${logPath(path)}, which is the log of the file before.`
    : DAMAGED;
}

/**
 * Looks at the head of the file without SQLite, which would leave files beside one that is not ours.
 * Throws StoreError if the file is not an SQLite database, another application's, or shorter than it says.
 */
export function inspectHeader(path: string): void {
  const file = statSync(path);
  if (!file.isFile()) throw new StoreError(`${path} is no file; it was left as it is. ${NOT_OURS}`);
  const { size } = file;
  if (size === 0) {
    throw new StoreError(
      `${path} is empty, which Leveret never leaves it: what was in it is lost. It was left as it is. ` +
        'Restore it from a backup, or remove it to start with nothing.',
    );
  }
  const header = readHeader(path);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new StoreError(`${path} is not an SQLite database; it was left as it is. ${NOT_OURS}`);
  }
  const stamp = header.readInt32BE(APPLICATION_ID_AT);
  if (stamp !== 0 && stamp !== APPLICATION_ID) throw foreign(path, stamp);
  const expected = header.readUInt16BE(PAGE_SIZE_AT) * header.readUInt32BE(PAGES_AT);
  // With a log the end of the file may still be in there.
  if (size < expected && !hasLog(path)) {
    throw new StoreError(
      `${path} is cut short: it has ${size} bytes and should have ${expected}. ${adviceOnDamage(path)}`,
    );
  }
}

/** Throws StoreError if the database is not Leveret's or from a newer version; what SQLite throws if it finds damage. */
export function inspectVersion(path: string, reader: Database): 'older' | 'current' {
  const id = reader.pragma('application_id', { simple: true }) as number;
  const version = reader.pragma('user_version', { simple: true }) as number;
  if (id !== APPLICATION_ID) throw foreign(path, id);
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      `${path} was written by a newer Leveret: its schema version is ${version}, this one knows ${SCHEMA_VERSION}; ` +
        'it was left as it is. Start the newer version again, or choose another data folder.',
    );
  }
  return version === SCHEMA_VERSION ? 'current' : 'older';
}

/** Throws StoreError if one of the tables that a start reads whole is damaged; or what SQLite throws. */
export function inspectTables(path: string, reader: Database, version: 'older' | 'current'): void {
  const [problem] = structureProblems(reader, version);
  if (problem !== undefined) throw new StoreError(`${path} is damaged: ${problem}. ${adviceOnDamage(path)}`);
}

/** Throws StoreError if commits in the log cannot be read though they were whole once. */
export function inspectLog(path: string, reader: Database): void {
  const problem = logProblem(path, reader);
  if (problem !== undefined) throw new StoreError(`${problem} Nothing was changed.`);
}

export function hasLog(path: string): boolean {
  return logBytes(path) > 0;
}

function foreign(path: string, id: number): StoreError {
  const found = `application_id ${id}, expected ${APPLICATION_ID}`;
  return new StoreError(
    `${path} is an SQLite database, but not Leveret's (${found}); it was left as it is. ${NOT_OURS}`,
  );
}

/** The first bytes; zeros behind the end of a file that is shorter. */
function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header;
}
