/**
 * When the write-ahead log goes into the file: while nobody waits, or when the log has grown large, and never as a part of a
 * commit. Gives back unused room at the end of the file while there is nothing else to do. Runs on the writer thread.
 */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/**
 * Bytes written to the log before a checkpoint is due even though commits go on. A larger log writes pages that change often
 * less often; but each checkpoint takes longer (30 ms for this one where most pages are new), and so does reading it after a crash.
 */
const LARGE_LOG = 32 * 1024 * 1024;
/** A log file that one batch made larger than this is cut when idle. Else it is written over, which is faster than growing. */
const KEPT_LOG = 2 * LARGE_LOG;
/** Without a commit for so long, in milliseconds, the store is idle. */
const IDLE_MS = 250;
/** Unused pages left in the file for the next messages, and how many more are given back in one step. */
const FREE_PAGES_KEPT = 4096;
const VACUUM_STEP = 1024;
/** More than a page in the file takes in the log. */
const BYTES_A_PAGE = 4200;

export class Checkpoints {
  readonly #database: Database;
  readonly #logPath: string;
  readonly #failed: (error: Error) => void;
  /** Estimate of the bytes written to the log since it was last empty. */
  #written = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `failed` is told of checkpoints that did not work; they are tried again later, and commits go on. */
  constructor(database: Database, path: string, failed: (error: Error) => void) {
    this.#database = database;
    this.#logPath = `${path}-wal`;
    this.#failed = failed;
    // Whatever an earlier process left in the log counts.
    this.#written = this.#logBytes();
    this.#rest();
  }

  /** A batch of about so many bytes was committed. */
  committed(bytes: number): void {
    this.#written += bytes;
    if (this.#written >= LARGE_LOG) this.#checkpoint('PASSIVE');
    this.#rest();
  }

  /** Makes room on a full disk: what the log holds goes into the file, as far as it fits there, and the log is cut. */
  makeRoom(): void {
    this.#checkpoint('TRUNCATE');
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #rest(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#idle(), IDLE_MS);
    else this.#timer.refresh();
  }

  #idle(): void {
    if (this.#logBytes() > KEPT_LOG) this.#checkpoint('TRUNCATE');
    else if (this.#written > 0) this.#checkpoint('PASSIVE');
    const free = this.#database.pragma('freelist_count', { simple: true }) as number;
    if (free <= FREE_PAGES_KEPT) return;
    // One step, then again what is idle's to do: a batch that came meanwhile waits for a step at most.
    try {
      this.#database.exec(`PRAGMA incremental_vacuum(${Math.min(free - FREE_PAGES_KEPT, VACUUM_STEP)})`);
      this.#written += VACUUM_STEP * BYTES_A_PAGE;
    } catch (error) {
      this.#failed(error as Error);
    }
    this.#rest();
  }

  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      const [result] = this.#database.pragma(`wal_checkpoint(${mode})`) as [{ log: number; checkpointed: number }];
      // The next commit starts the log anew once all of it is in the file. A reader may be in the way: then later.
      if (result.checkpointed === result.log) this.#written = 0;
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  #logBytes(): number {
    return statSync(this.#logPath, { throwIfNoEntry: false })?.size ?? 0;
  }
}
