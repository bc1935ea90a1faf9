/** The records of a segment, of the bytes of its pages that were read, and of what came into memory since they left it. */
import { GONE, READY, REDELIVERED, STORED } from './message-state.ts';
import type { LogPage } from './log-page.ts';
import { RECORD_SHARED, recordBodyId, recordFlags, recordLength, recordOffset, recordsBelow } from './record.ts';
import type { SegmentBuffers } from './segment-buffers.ts';
import { Records } from './segment-records.ts';

export interface ReadPages {
  readonly pages: readonly LogPage[];
  /** Of each of the pages. */
  readonly data: readonly Buffer<ArrayBuffer>[];
  /** What came since, behind them. */
  readonly since: Records | undefined;
  /** Indexes of the segment that are in use. */
  readonly count: number;
  /** Messages whose index is below may have been delivered before. */
  readonly redeliveredBelow: number;
}

/** `refers`: told of each message with a body that is kept apart. */
export function loadedRecords(
  { pages, data, since, count, redeliveredBelow }: ReadPages,
  refers: (index: number, bodyId: number) => void,
  buffers: SegmentBuffers,
): Records {
  // A page may have been extended by what is in memory.
  const parts = since === undefined ? [...data] : data.map((bytes) => recordsBelow(bytes, since.first));
  if (since !== undefined) parts.push(since.bytes);
  const records = Records.from(parts, count, GONE | STORED, buffers);
  for (const [i, page] of pages.entries()) {
    const bytes = parts[i];
    const indexes: number[] = [];
    for (let at = 0, position = 0; at < bytes.length; at += recordLength(bytes, at), position++) {
      const index = recordOffset(bytes, at);
      indexes.push(index);
      if (page.wasSettled(position)) continue;
      records.setState(index, READY | STORED | (index < redeliveredBelow ? REDELIVERED : 0));
      if ((recordFlags(bytes, at) & RECORD_SHARED) !== 0) refers(index, recordBodyId(bytes, at));
    }
    if (page.hasUnknownGaps) page.noteIndexes(Uint32Array.from(indexes));
  }
  if (since !== undefined) records.copyStates(since);
  return records;
}
