/** Segments out of memory: from what the store has of a log back to them, and which of them take messages again. */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { LogPage } from './log-page.ts';
import { Redeliveries } from './redeliveries.ts';
import { Segment } from './segment.ts';
import { FULL_MESSAGES } from './segment-buffers.ts';

/** An evicted segment with more bytes than this takes no further messages: to read it for the first of them would take long. */
const REOPENED_BYTES = 64 * 1024;

/** `pages` are in the order of their messages: those with the same base belong to one segment. */
export function evictedSegments(pages: readonly RecoveredPage[], memory: MemoryBudget): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < pages.length;) {
    const { base } = pages[i];
    const from = i;
    while (i < pages.length && pages[i].base === base) i++;
    const rows = pages.slice(from, i);
    const own = rows.map(
      ({ id, first, last, count, bytes, settled, bodies }) =>
        new LogPage(id, first - base, last - base, count, { bytes, settled, bodies }),
    );
    const known = { redeliveries: Redeliveries.recover(rows, memory), bodyBytes: bodyBytesOf(rows) };
    segments.push(Segment.evicted(base, own.at(-1)!.last + 1, own, known));
  }
  return segments;
}

/** True if a segment that is out of memory may take messages again. */
export function isReopenable(segment: Segment): boolean {
  if (segment.footprint > 0 || segment.isInScratch || segment.count >= FULL_MESSAGES) return false;
  let bytes = 0;
  for (const page of segment.pages) bytes += page.hasBodies ? Infinity : page.bytes;
  return bytes < REOPENED_BYTES;
}

/** Size of the bodies of what is ready; undefined if that is known only when it is read, as some may wait to be retried. */
function bodyBytesOf(pages: readonly RecoveredPage[]): number | undefined {
  let sum = 0;
  for (const { settled, redelivered, bodyBytes } of pages) {
    if (settled !== undefined || redelivered !== undefined || bodyBytes === undefined) return undefined;
    sum += bodyBytes;
  }
  return sum;
}
