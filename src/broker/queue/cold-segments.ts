/** From what the store has of a log back to its segments, out of memory. */
import type { RecoveredPage } from '../../store/records.ts';
import { Page } from './page.ts';
import { Segment } from './segment.ts';

/** `pages` are in the order of their messages: those with the same base belong to one segment. */
export function coldSegments(pages: readonly RecoveredPage[]): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < pages.length;) {
    const { base } = pages[i];
    const own: Page[] = [];
    for (; i < pages.length && pages[i].base === base; i++) {
      const { id, first, last, count, settled, bodies } = pages[i];
      own.push(new Page(id, first - base, last - base, count, { settled, bodies }));
    }
    segments.push(Segment.cold(base, own.at(-1)!.last + 1, own));
  }
  return segments;
}
