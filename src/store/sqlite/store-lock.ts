/**
 * One broker a store. The lock is SQLite's own exclusive lock on an empty file beside the database: the operating
 * system releases it when the process ends, however it ends, and SQLite keeps it between the threads of one process too.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { isUsedByOthers } from './other-users.ts';
import { troubleAdvice } from './trouble.ts';

export class StoreLock {
  readonly #file: Database.Database;
  /** Who holds the lock, for the message to the next one. Never read to decide anything. */
  readonly #pidFile: string;

  /** `path`: of the database, which need not be there yet. Throws StoreError if another has it; `advice` ends its message. */
  constructor(path: string, advice = 'Stop that one first, or give this one a folder of its own.') {
    // Beside the database itself, if the folder has but a link to it.
    const folder = dirname(path);
    this.#pidFile = join(folder, 'leveret.pid');
    const lock = join(folder, 'leveret.lock');
    const mayBeOpen = hasOtherWaysIn(path, lock);
    try {
      this.#file = locked(lock);
    } catch (error) {
      const { code, message } = error as Error & { readonly code?: string };
      if (code !== 'SQLITE_BUSY')
        throw new StoreError(`${lock} cannot be locked: ${message} (${code}). ${lockAdvice(code)}`);
      throw new StoreError(`The data folder ${folder} is in use by another broker${holder(this.#pidFile)}. ${advice}`);
    }
    if (mayBeOpen && isUsedByOthers(path)) {
      this.#file.close();
      throw new StoreError(
        `${path} is in use by another program, a broker whose folder has the same file by a hard link, or whose lock was removed. ${advice}`,
      );
    }
    try {
      writeFileSync(this.#pidFile, `${process.pid}\n`);
    } catch {
      // On a full disk, for one. The lock holds without it.
    }
  }

  release(): void {
    try {
      rmSync(this.#pidFile, { force: true });
    } catch {
      // It is only for a message.
    }
    this.#file.close();
  }
}

/** True if the database is there, and a broker may have it without the lock: by another of its names, or because somebody removed the lock. */
function hasOtherWaysIn(path: string, lock: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  return file !== undefined && (file.nlink > 1 || statSync(lock, { throwIfNoEntry: false }) === undefined);
}

function locked(path: string): Database.Database {
  const file = new Database(path, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function lockAdvice(code = ''): string {
  if (!/NOTADB|CORRUPT|CANTOPEN/.test(code)) return troubleAdvice(code);
  return 'Nothing of value is in it: remove it, unless a broker runs on the folder.';
}

function holder(pidFile: string): string {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    if (pid === process.pid) return ' in this process';
    return Number.isNaN(pid) ? '' : ` (process ${pid})`;
  } catch {
    return '';
  }
}
