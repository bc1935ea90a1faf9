/**
 * When the write-ahead log goes into the file: while nobody waits, or when it has grown large or holds much that is new, and never
 * as a part of a commit. Gives back unused room at the end of the file, in steps. Runs with the writer.
 */
import type { Database } from 'better-sqlite3';
import type { Clock, Timer } from '../../util/clock.ts';
import type { FilesInUse } from './files-in-use.ts';
import type { FreshRows } from './fresh-rows.ts';

/**
 * Bytes written to the log before a checkpoint is due even though commits go on. The larger the log, the less often it writes the
 * pages that change often; but reading it after a crash takes longer.
 */
const LARGE_LOG = 32 * 1024 * 1024;
/**
 * Bytes of rows that were added since the last checkpoint and are still there, from which on a checkpoint is due as well. A checkpoint
 * holds up the next commit for as long as it writes these: 2 ms a MiB. If messages go as they come there are few of them in any
 * log; if a backlog grows they are all of it.
 */
const MUCH_LIVE = 2 * 1024 * 1024;
/** A log file that one batch made larger than this is cut when idle. Else it is written over, which is faster than growing. */
const KEPT_LOG = 2 * LARGE_LOG;
/** Without a commit for so long, in milliseconds, the store is idle. */
const IDLE_MS = 250;
/** Unused bytes left in the file for the next messages, and how many more are given back in one step. */
const FREE_KEPT = 16 * 1024 * 1024;
const VACUUM_STEP = 4 * 1024 * 1024;
/** While commits leave no rest, a smaller step is due so often, in milliseconds, and delays the next commit by some. */
const BUSY_MS = 1000;
const BUSY_VACUUM_STEP = 2 * 1024 * 1024;

const NOT_CHECKPOINTED = 'the write-ahead log could not be put into the file';
const NOT_MEASURED = 'the size of the write-ahead log could not be read';
const NOT_GIVEN_BACK = 'unused room of the file could not be given back';

/** Told of what did not work, with the reason. */
export type FailureListener = (what: string, error: Error) => void;

export interface CheckpointParts {
  readonly database: Database;
  readonly files: FilesInUse;
  /** What was added since they were last cleared, which each whole checkpoint does. */
  readonly rows: FreshRows;
  /** Guarded. */
  readonly clock: Clock;
}

export class Checkpoints {
  readonly #database: Database;
  readonly #files: FilesInUse;
  readonly #clock: Clock;
  readonly #pageSize: number;
  readonly #rows: FreshRows;
  readonly #failed: FailureListener;
  /** What did not work when it was last tried. */
  readonly #failing = new Set<string>();
  /** Estimate of the bytes written to the log since it was last empty. */
  #written = 0;
  /** A checkpoint is not due again before so much is written: the last one failed, or left something because somebody reads. */
  #heldUntil = 0;
  /** When room was last given back, or there was none to give. */
  #gaveBackAt: number;
  /** When the store was last used. */
  #usedAt = 0;
  #timer: Timer | undefined;
  #diskShort = false;

  /** `failed` is told of what did not work, once until it works again; it is tried again later, and commits go on. */
  constructor({ database, files, rows, clock }: CheckpointParts, failed: FailureListener) {
    this.#database = database;
    this.#files = files;
    this.#clock = clock;
    this.#gaveBackAt = clock.elapsed();
    this.#pageSize = database.pragma('page_size', { simple: true }) as number;
    this.#rows = rows;
    this.#failed = failed;
    // Whatever an earlier process left in the log counts.
    this.#written = this.#logBytes();
    this.#rest();
  }

  /** A batch of about so many bytes was committed. */
  committed(bytes: number): void {
    this.#written += bytes;
    const due = this.#written >= LARGE_LOG || this.#rows.bytes >= MUCH_LIVE;
    if (due && this.#written >= this.#heldUntil) this.#checkpoint('PASSIVE');
    if (this.#diskShort || this.#clock.elapsed() - this.#gaveBackAt > BUSY_MS) this.#giveBack(BUSY_VACUUM_STEP);
    this.#rest();
  }

  /** While the disk is short of room, none is kept for the next messages: what is unused goes back at once. */
  setDiskShort(short: boolean): void {
    this.#diskShort = short;
    if (short) this.#rest();
  }

  /** Makes room on a full disk: what the log holds goes into the file, as far as it fits there, and the log is cut. */
  makeRoom(): void {
    this.#checkpoint('TRUNCATE');
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #rest(): void {
    this.#usedAt = this.#clock.elapsed();
    this.#timer ??= this.#clock.after(IDLE_MS, this.#look);
  }

  readonly #look = (): void => {
    const left = this.#usedAt + IDLE_MS - this.#clock.elapsed();
    this.#timer = left > 0 ? this.#clock.after(left, this.#look) : undefined;
    if (left <= 0) this.#idle();
  };

  #idle(): void {
    if (this.#logBytes() > (this.#diskShort ? 0 : KEPT_LOG)) this.#checkpoint('TRUNCATE');
    else if (this.#written > 0) this.#checkpoint('PASSIVE');
    // One step, then again what is idle's to do: a batch that came meanwhile waits for a step at most.
    if (this.#giveBack(VACUUM_STEP)) this.#rest();
  }

  /** Gives back so many unused bytes at most; returns false if there are none to give, or it did not work. */
  #giveBack(bytes: number): boolean {
    this.#gaveBackAt = this.#clock.elapsed();
    const given = this.#attempt(NOT_GIVEN_BACK, () => {
      this.#files.check();
      const free = (this.#database.pragma('freelist_count', { simple: true }) as number) * this.#pageSize;
      const step = Math.min(free - (this.#diskShort ? 0 : FREE_KEPT), bytes);
      if (step < this.#pageSize) return 0;
      this.#database.exec(`PRAGMA incremental_vacuum(${Math.floor(step / this.#pageSize)})`);
      return step;
    });
    this.#written += given ?? 0;
    return given !== undefined && given > 0;
  }

  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    const whole = this.#attempt(NOT_CHECKPOINTED, () => {
      this.#files.checkForCheckpoint();
      const [result] = this.#database.pragma(`wal_checkpoint(${mode})`) as [{ log: number; checkpointed: number }];
      return result.checkpointed >= result.log;
    });
    if (whole !== true) {
      this.#heldUntil = this.#written + LARGE_LOG;
      return;
    }
    // All of the log is in the file: the next commit starts it anew.
    this.#written = this.#heldUntil = 0;
    this.#rows.clear();
  }

  #logBytes(): number {
    return this.#attempt(NOT_MEASURED, () => this.#files.logBytes) ?? 0;
  }

  /** Nobody waits for any of this, so that an error ends nothing: not the batch that is committed, and not the thread. */
  #attempt<Result>(what: string, work: () => Result): Result | undefined {
    try {
      const result = work();
      this.#failing.delete(what);
      return result;
    } catch (error) {
      // Once: on a full disk a line for each attempt would go on for as long as it is full.
      if (!this.#failing.has(what)) this.#failed(what, error as Error);
      this.#failing.add(what);
      return undefined;
    }
  }
}
