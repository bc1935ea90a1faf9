/**
 * One broker a data folder. The lock is SQLite's own exclusive lock on an empty file beside the database: the operating
 * system releases it when the process ends, however it ends, and SQLite keeps it between the threads of one process too.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { troubleAdvice } from './trouble.ts';

export class FolderLock {
  readonly #file: Database.Database;
  /** Who holds the lock, for the message to the next one. Never read to decide anything. */
  readonly #pidFile: string;

  /** Throws StoreError where another holds the lock; `advice` ends its message. */
  constructor(folder: string, advice = 'Stop that one first, or give this one a folder of its own.') {
    this.#pidFile = join(folder, 'leveret.pid');
    const path = join(folder, 'leveret.lock');
    try {
      this.#file = locked(path);
    } catch (error) {
      const { code, message } = error as Error & { readonly code?: string };
      if (code !== 'SQLITE_BUSY')
        throw new StoreError(`${path} cannot be locked: ${message} (${code}). ${lockAdvice(code)}`);
      throw new StoreError(`The data folder ${folder} is in use by another broker${holder(this.#pidFile)}. ${advice}`);
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
