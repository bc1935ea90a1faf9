/**
 * What a power cut leaves of a data folder. The folder of a process that was killed has all that it wrote; of that, a disk without
 * power has for certain what was synced, while each sector written after that may be there or not, or be anything. That is the log's one
 * commit under way: the next is not written before it is synced.
 *
 * Synced is, at any moment, every commit that was confirmed to a client. So the moment of the cut is chosen while the broker runs
 * (`PowerCut.now`), the broker goes on and is killed a little later, and what it wrote to its log in between is torn. That is only honest
 * as long as the log did not go into the database meanwhile, since SQLite syncs the log first. If it did, the cut is at the kill: only what lies
 * behind the last commit is torn then. Pages of the database that the log has may be torn in any case: they may have
 * been under way into it.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../support/recovery/random.ts';
import { type Committed, committed, endOfCommit } from './write-ahead-log.ts';

const SECTOR = 512;
/** Where SQLite's header says how large a page is. */
const PAGE_BYTES_AT = 16;
/** Bytes behind the last commit that may be torn too, of what was being written. */
const BEHIND = 8192;
/** Nanoseconds by which the system's clock for files may lag. */
const CLOCK_STEP = 20_000_000n;

export class PowerCut {
  readonly #database: string;
  readonly #log: string;
  readonly #index: string;
  readonly #synced: Committed;
  /** When the database was last written; undefined where that was just now, and a later write could have the same time. */
  readonly #writtenAt: bigint | undefined;

  private constructor(folder: string) {
    this.#database = join(folder, 'leveret.db');
    this.#log = `${this.#database}-wal`;
    this.#index = `${this.#database}-shm`;
    const now = BigInt(Date.now()) * 1_000_000n;
    // Before the log is read: a checkpoint that begins in between is noticed.
    const writtenAt = this.#databaseTime();
    const justNow = now - writtenAt < CLOCK_STEP;
    this.#writtenAt = justNow ? undefined : writtenAt;
    this.#synced = committed(this.#readLog());
  }

  /** The power of the broker on this folder fails now. What was confirmed until now is safe; what it does from here on need not be. */
  static now(folder: string): PowerCut {
    return new PowerCut(folder);
  }

  /** Makes the folder, whose broker was killed, what the cut left of it. Returns false where nothing confirmed was torn. */
  happen(random: Random): boolean {
    const log = this.#readLog();
    const atKill = committed(log);
    const early = this.#databaseTime() === this.#writtenAt;
    // A log that began anew after the cut has nothing that was synced before it.
    const kept = !early ? atKill.bytes : atKill.run === this.#synced.run ? this.#synced.bytes : 0;
    const torn = tear(log, kept, atKill.bytes, random);
    writeFileSync(this.#log, torn);
    if (random.chance(0.5)) this.#tearDatabase(committed(torn).pages, random);
    // The index of the log is made anew from the log, whatever is in it.
    if (random.chance(0.3)) rmSync(this.#index, { force: true });
    else if (random.chance(0.5)) writeFileSync(this.#index, noise(statSync(this.#index).size, random));
    return early;
  }

  /** Pages that are whole in the log are torn in the database, but for the header's sector: disks write single sectors whole. */
  #tearDatabase(pages: ReadonlySet<number>, random: Random): void {
    const data = readFileSync(this.#database);
    const pageBytes = data.readUInt16BE(PAGE_BYTES_AT);
    for (const page of pages) {
      if (!random.chance(0.2)) continue;
      for (let at = (page - 1) * pageBytes; at < Math.min(page * pageBytes, data.length); at += SECTOR) {
        if (at > 0 && random.chance(0.5)) noise(SECTOR, random).copy(data, at);
      }
    }
    writeFileSync(this.#database, data);
  }

  #readLog(): Buffer {
    return statSync(this.#log, { throwIfNoEntry: false }) === undefined ? Buffer.alloc(0) : readFileSync(this.#log);
  }

  #databaseTime(): bigint {
    return statSync(this.#database, { bigint: true }).mtimeNs;
  }
}

/** What is left of `log`, whose last commit ends at `written`, where it is only sure up to `kept`. */
function tear(log: Buffer, kept: number, written: number, random: Random): Buffer {
  const how = random.pick(['as it was', 'cut', 'zeroed at the end', 'sectors']);
  if (how === 'as it was') return log;
  // Behind the last commit there may be much that is left from earlier runs of the log.
  const from = random.integer(kept, random.chance(0.1) ? log.length : Math.min(written + BEHIND, log.length));
  if (how === 'cut') return log.subarray(0, from);
  const torn = Buffer.from(log);
  if (how === 'zeroed at the end') return torn.fill(0, from);
  const share = random.next();
  const underWay = endOfCommit(log, kept);
  torn.fill(0, underWay, written);
  // The header is in the first sector: disks write single sectors whole.
  for (let at = Math.max(kept, SECTOR); at < underWay;) {
    const end = Math.min(underWay, (Math.floor(at / SECTOR) + 1) * SECTOR);
    if (random.chance(share)) noise(end - at, random).copy(torn, at);
    else if (random.chance(share)) torn.fill(0, at, end);
    at = end;
  }
  // And what of the next commit was about to be written.
  return Buffer.concat([torn, noise(random.integer(0, 3 * BEHIND), random)]);
}

function noise(bytes: number, random: Random): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at++) buffer[at] = random.integer(0, 255);
  return buffer;
}
