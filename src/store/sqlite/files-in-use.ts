/**
 * The database and its write-ahead log, as the connection that writes has them open. What is written counts as stored only while both are
 * the files of their names, and whole: whoever removes, replaces or truncates one of them takes away what was written, and SQLite does
 * not notice. It reads the holes of a truncated log as pages of zeros, and a checkpoint would put those into the database.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Database, Statement } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { FileIdentity } from './file-identity.ts';
import { logBytes, logFrameEnd, logPath } from './log-inspection.ts';

/** Where the number of its page stands in a frame, which begins so many bytes before it: never 0. */
const PAGE_NUMBER_BYTES = 4;

export class FilesInUse {
  readonly #file: FileIdentity;
  readonly #log: FileIdentity;
  /** Of the log, to look at it when it has no name any more. SQLite locks no log, so that closing this releases nothing. */
  readonly #logFile: number;
  readonly #pageBytes: number;
  readonly #framesKnown: Statement;
  readonly #pages: Statement;
  readonly #pageNumber = Buffer.alloc(PAGE_NUMBER_BYTES);
  /** Bytes that the database has had: it gets smaller by a checkpoint only. */
  #bytes = 0;
  /** Frames of the log when it was last looked at. */
  #frames = 0;

  /** `database`: has read from the file at `path`, and so has its log open. Throws the system's error if one of both is not there. */
  constructor(database: Database, path: string) {
    this.#file = new FileIdentity(path);
    this.#log = new FileIdentity(logPath(path));
    this.#logFile = openSync(logPath(path), 'r');
    this.#pageBytes = database.pragma('page_size', { simple: true }) as number;
    this.#framesKnown = database.prepare('PRAGMA wal_checkpoint(NOOP)').raw();
    this.#pages = database.prepare('PRAGMA page_count').pluck();
  }

  /** Bytes of the log, whatever name it has by now. */
  get logBytes(): number {
    return fstatSync(this.#logFile).size;
  }

  /** Throws StoreError if what is written, or was, cannot be found again. Takes about 10 µs. */
  check(): void {
    this.#checkSize(this.#file.check());
    this.#log.check();
    this.#checkLogIsWhole();
  }

  /**
   * Throws StoreError if the log must not be put into the database: because one of them is not whole, or because another one has the place of
   * the log, which the next start would put on top. A log that was removed may: nothing of it is lost then.
   */
  checkForCheckpoint(): void {
    this.#checkSize(this.#file.check());
    this.#checkLogIsWhole();
    if (logBytes(this.#file.path) > 0) this.#log.check();
  }

  close(): void {
    closeSync(this.#logFile);
  }

  #checkSize(bytes: number): void {
    if (bytes < this.#bytes && bytes < (this.#pages.get() as number) * this.#pageBytes) throw truncated(this.#file);
    this.#bytes = bytes;
  }

  /** It has all the frames that SQLite knows of. What was cut off and written behind since is a hole: so the last frame before is looked at. */
  #checkLogIsWhole(): void {
    const [, frames] = this.#framesKnown.get() as [busy: number, log: number, checkpointed: number];
    const before = Math.min(this.#frames, frames);
    const isCut = this.logBytes < logFrameEnd(frames, this.#pageBytes);
    if (frames > 0 && (isCut || (before > 0 && this.#isHole(before)))) throw truncated(this.#log);
    this.#frames = frames;
  }

  /** `frame`: counted from 1. */
  #isHole(frame: number): boolean {
    readSync(this.#logFile, this.#pageNumber, 0, PAGE_NUMBER_BYTES, logFrameEnd(frame - 1, this.#pageBytes));
    return this.#pageNumber.readUInt32BE(0) === 0;
  }
}

function truncated({ path }: FileIdentity): StoreError {
  return new StoreError(`${path} was truncated while it was in use`);
}
