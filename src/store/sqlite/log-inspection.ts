/**
 * The write-ahead log after a crash. SQLite reads it up to the first frame whose checksum is wrong and takes all behind that for what the
 * crash cut short; so a byte that a disk spoilt would cost, without a word, whatever was committed after it. But a commit is on disk before
 * the next one is written: behind one that was cut short there is no whole one. If there is, the log was damaged later.
 *
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Of the header: the lowest bit says how checksums read words. */
const MAGIC = 0x377f0682;

type Checksum = readonly [number, number];

interface Frame {
  /** What all frames of one run of the log have in common. */
  readonly salts: bigint;
  /** True if it is the last one of a commit. */
  readonly commits: boolean;
  /** Of this frame and all before it. */
  readonly checksum: Checksum;
}

export function logPath(path: string): string {
  return `${path}-wal`;
}

/** Bytes of the log beside the database at `path`. */
export function logBytes(path: string): number {
  return statSync(logPath(path), { throwIfNoEntry: false })?.size ?? 0;
}

/** Where a frame of the log ends, counted from 1, in bytes from the log's beginning. */
export function logFrameEnd(frame: number, pageBytes: number): number {
  return LOG_HEADER_BYTES + frame * (FRAME_HEADER_BYTES + pageBytes);
}

/**
 * What is wrong with the log of the database at `path`, which `reader` has opened, and what to do; undefined if nothing is. A broker may
 * run on it.
 */
export function logProblem(path: string, reader: Database): string | undefined {
  const size = logBytes(path);
  if (size === 0) return undefined;
  const log = new LogFile(logPath(path), size, reader.pragma('page_size', { simple: true }) as number);
  try {
    const known = framesKnown(reader);
    const last = log.lastCommitBehind(known);
    // A broker that runs has written more, and then SQLite knows of it now.
    if (last === undefined || framesKnown(reader) !== known) return undefined;
    const from = log.endOf(known);
    return (
      `${logPath(path)} is damaged behind byte ${from}: ${log.endOf(last) - from} bytes of commits from there on cannot be read. ` +
      `Restore the data folder from a backup, or give them up with "truncate -s ${from} ${logPath(path)}".`
    );
  } finally {
    log.close();
  }
}

/** Frames of the log that SQLite reads. */
function framesKnown(reader: Database): number {
  const [{ log }] = reader.pragma('wal_checkpoint(NOOP)') as [{ readonly log: number }];
  return log;
}

class LogFile {
  readonly #file: number;
  readonly #frames: number;
  readonly #page: Buffer;
  readonly #frameHeader = Buffer.alloc(FRAME_HEADER_BYTES);
  readonly #bigEndian: boolean;
  /** Of the run that the log is in. */
  readonly #salts: bigint;

  constructor(path: string, size: number, pageBytes: number) {
    this.#page = Buffer.alloc(pageBytes);
    this.#frames = Math.floor((size - LOG_HEADER_BYTES) / (FRAME_HEADER_BYTES + pageBytes));
    this.#file = openSync(path, 'r');
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    readSync(this.#file, header, 0, header.length, 0);
    const magic = header.readUInt32BE(0);
    this.#bigEndian = magic === (MAGIC | 1);
    const expected: Checksum = [header.readUInt32BE(24), header.readUInt32BE(28)];
    const isSound = (magic & ~1) === MAGIC && same(this.#checksum([0, 0], header, 24), expected);
    // SQLite does not read a log with a damaged header at all; its frames still say which run they are of.
    this.#salts = isSound ? header.readBigUInt64BE(16) : this.#frame(1).salts;
  }

  /** Where a frame ends, counted from 1. */
  endOf(frame: number): number {
    return logFrameEnd(frame, this.#page.length);
  }

  /**
   * The last frame of the last whole commit that follows another one behind the frame `known`; undefined if there is none. A commit is
   * whole if the checksums of its frames follow from that of the commit before it.
   */
  lastCommitBehind(known: number): number | undefined {
    let last: number | undefined;
    /** The checksum to go on from, if all is whole since some commit. */
    let before: Checksum | undefined;
    for (let n = known + 1; n <= this.#frames; n++) {
      const { salts, commits, checksum } = this.#frame(n);
      const isOfRun = salts === this.#salts;
      const follows = isOfRun && before !== undefined && same(this.#checksumOf(n, before), checksum);
      if (follows && commits) last = n;
      before = follows || (isOfRun && commits) ? checksum : undefined;
    }
    return last;
  }

  close(): void {
    closeSync(this.#file);
  }

  #frame(n: number): Frame {
    const header = this.#frameHeader;
    readSync(this.#file, header, 0, header.length, this.endOf(n - 1));
    return {
      salts: header.readBigUInt64BE(8),
      commits: header.readUInt32BE(4) !== 0,
      checksum: [header.readUInt32BE(16), header.readUInt32BE(20)],
    };
  }

  /** What the checksum of the frame has to be, whose header was read last. */
  #checksumOf(n: number, before: Checksum): Checksum {
    readSync(this.#file, this.#page, 0, this.#page.length, this.endOf(n - 1) + FRAME_HEADER_BYTES);
    return this.#checksum(this.#checksum(before, this.#frameHeader, 8), this.#page, this.#page.length);
  }

  #checksum([first, second]: Checksum, bytes: Buffer, length: number): Checksum {
    const word = (at: number) => (this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
    for (let at = 0; at < length; at += 8) {
      first = (first + word(at) + second) >>> 0;
      second = (second + word(at + 4) + first) >>> 0;
    }
    return [first, second];
  }
}

function same(a: Checksum, b: Checksum): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
