/** From what the store has of a log back to its segments, out of memory. */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { LogPage } from './log-page.ts';
import { Redeliveries } from './redeliveries.ts';
import { Segment } from './segment.ts';

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
    segments.push(Segment.evicted(base, own.at(-1)!.last + 1, own, Redeliveries.recover(rows, memory)));
  }
  return segments;
}
