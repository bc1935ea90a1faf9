/**
 * One broker a data folder. The lock is SQLite's own exclusive lock on an empty file beside the database: the operating
 * system releases it when the process ends, however it ends, and SQLite keeps it between the threads of one process too.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';

export class FolderLock {
  readonly #file: Database.Database;
  /** Who holds the lock, for the message to the next one. Never read to decide anything. */
  readonly #pidFile: string;

  /** Throws StoreError where another holds the lock; `advice` ends its message. */
  constructor(folder: string, advice = 'Stop that one first, or give this one a folder of its own.') {
    this.#pidFile = join(folder, 'leveret.pid');
    this.#file = new Database(join(folder, 'leveret.lock'), { timeout: 0 });
    try {
      this.#file.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#file.close();
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      throw new StoreError(`The data folder ${folder} is in use by another broker${holder(this.#pidFile)}. ${advice}`);
    }
    try {
      writeFileSync(this.#pidFile, `${process.pid}\n`);
    } catch {
      // On a full disk, for one. The lock holds without it.
    }
  }

  release(): void {
    rmSync(this.#pidFile, { force: true });
    this.#file.close();
  }
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
