/** From what the store has of a log back to its segments, out of memory. */
import type { RecoveredPage } from '../../store/records.ts';
import type { Memory } from './memory.ts';
import { Page } from './page.ts';
import { Redeliveries } from './redeliveries.ts';
import { Segment } from './segment.ts';

/** `pages` are in the order of their messages: those with the same base belong to one segment. */
export function coldSegments(pages: readonly RecoveredPage[], memory: Memory): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < pages.length;) {
    const { base } = pages[i];
    const from = i;
    while (i < pages.length && pages[i].base === base) i++;
    const rows = pages.slice(from, i);
    const own = rows.map(
      ({ id, first, last, count, bytes, settled, bodies }) =>
        new Page(id, first - base, last - base, count, { bytes, settled, bodies }),
    );
    const segment = Segment.cold(base, own.at(-1)!.last + 1, own);
    segment.redeliveries = Redeliveries.recover(rows, memory);
    segments.push(segment);
  }
  return segments;
}
