/** What of an SQLite write-ahead log counts: its frames up to the last commit whose checksum is right (SQLite: WAL-mode File Format). */

export interface Committed {
  /** The log's salts, which tell one run of it from the next: the file starts anew once all of it is in the database. */
  readonly run: string;
  /** Where the last whole commit ends. */
  readonly bytes: number;
  /** Numbers of the pages that it has, counted from 1. */
  readonly pages: ReadonlySet<number>;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The magic number, the lowest bit of which says how checksums read words. */
const MAGIC = 0x377f0682;

export function committed(log: Buffer): Committed {
  const pages = new Set<number>();
  if (log.length < HEADER_BYTES || (log.readUInt32BE(0) & ~1) >>> 0 !== MAGIC) return { run: '', bytes: 0, pages };
  const bigEndian = (log.readUInt32BE(0) & 1) === 1;
  const pageBytes = log.readUInt32BE(8);
  const run = log.toString('hex', 16, 24);
  let sum = checksum(log, 0, 24, bigEndian, [0, 0]);
  let bytes = HEADER_BYTES;
  let uncommitted: number[] = [];
  if (!matches(log, 24, sum)) return { run, bytes: 0, pages };
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageBytes <= log.length;) {
    sum = checksum(log, at, 8, bigEndian, sum);
    sum = checksum(log, at + FRAME_HEADER_BYTES, pageBytes, bigEndian, sum);
    if (log.toString('hex', at + 8, at + 16) !== run || !matches(log, at + 16, sum)) break;
    uncommitted.push(log.readUInt32BE(at));
    const commits = log.readUInt32BE(at + 4) !== 0;
    at += FRAME_HEADER_BYTES + pageBytes;
    if (!commits) continue;
    for (const page of uncommitted) pages.add(page);
    uncommitted = [];
    bytes = at;
  }
  return { run, bytes, pages };
}

/** Where the first commit ends that begins at `from` or behind it; the end of the log where there is none. */
export function endOfCommit(log: Buffer, from: number): number {
  if (log.length < HEADER_BYTES) return log.length;
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  for (let at = Math.max(from, HEADER_BYTES); at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) !== 0) return at + frameBytes;
  }
  return log.length;
}

type Sum = readonly [number, number];

function checksum(log: Buffer, at: number, length: number, bigEndian: boolean, [first, second]: Sum): Sum {
  for (const end = at + length; at < end; at += 8) {
    first = (first + (bigEndian ? log.readUInt32BE(at) : log.readUInt32LE(at)) + second) >>> 0;
    second = (second + (bigEndian ? log.readUInt32BE(at + 4) : log.readUInt32LE(at + 4)) + first) >>> 0;
  }
  return [first, second];
}

function matches(log: Buffer, at: number, [first, second]: Sum): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}
