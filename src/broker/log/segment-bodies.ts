/** The bodies kept apart that the messages of a segment refer to, in memory or not, and the end of both. */
import type { BodyStore } from './body-store.ts';
import type { Body } from '../message/body.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Segment } from './segment.ts';

/** A segment that was recovered and not read yet knows them by its pages only. */
export function* bodiesOf(segment: Segment, bodies: BodyStore): IterableIterator<Body> {
  if (segment.bodies !== undefined) yield* segment.bodies.values();
  if (segment.bodies !== undefined || segment.loaded) return;
  for (const page of segment.livePages()) {
    for (let i = 0; i < (page.bodies?.length ?? 0); i += 2) {
      if (!page.wasSettled(page.bodies![i])) yield bodies.find(page.bodies![i + 1]);
    }
  }
}

/** The log of these segments is deleted: whatever they have of memory, the scratch file and bodies is free again. */
export function dropSegments(segments: Iterable<Segment>, bodies: BodyStore, memory: MemoryBudget): void {
  for (const segment of segments) {
    for (const body of bodiesOf(segment, bodies)) bodies.release(body);
    memory.shrank(segment.footprint);
    segment.redeliveries?.clear();
    segment.freeScratch(memory.scratch);
    segment.release();
  }
}
