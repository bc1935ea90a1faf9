/**
 * Whether the file that a connection has open is still the one with its name. SQLite writes on into a file that was removed or replaced, and
 * all of that is gone when the process ends: it would count as stored, and nobody would ever see it again. With a log it does not look;
 * without one it compares inodes as this does (SQLITE_READONLY_DBMOVED).
 */
import { statSync } from 'node:fs';
import { StoreError } from '../store.ts';

export class FileIdentity {
  readonly path: string;
  readonly #inode: number;

  /** Of a file that is being opened. Throws the system's error if it is not there. */
  constructor(path: string) {
    this.path = path;
    this.#inode = statSync(path).ino;
  }

  /** Returns the bytes of the file. Throws StoreError if another file or none has the name now. Takes 3 µs. */
  check(): number {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now?.ino === this.#inode) return now.size;
    throw new StoreError(`${this.path} was ${now === undefined ? 'removed' : 'replaced'} while it was in use`);
  }
}
