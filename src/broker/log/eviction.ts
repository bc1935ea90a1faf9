/**
 * Which segments of a queue's log leave memory, and how: what the store's pages have is let go of, and the rest goes into the scratch file. That
 * keeps at hand too what a store has that answers later, so that a backlog that grows is not read back over a network.
 */
import type { Scratch } from '../../store/scratch.ts';
import { isReadFailure } from './log-reader.ts';
import type { LogWriter } from './log-writer.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** Smaller segments go out of memory though they are used: to read one again takes little, and there may be very many. */
const SMALL_BYTES = 64 * 1024;

/** The log of the segments. */
export interface EvictingLog {
  readonly segments: SegmentList;
  /** Undefined if nothing of the log outlives the process. */
  readonly writer: LogWriter | undefined;
  readonly memory: MemoryBudget;
  /** True if the store answers later. */
  readonly isFar: boolean;
  /** See SegmentLoads.holds. */
  readonly holds: (segment: Segment) => boolean;
  /** See SegmentLoads.tryLoad. */
  readonly tryLoad: (segment: Segment) => boolean;
}

/**
 * Puts segments out of memory, the newest first, that can be had from the store, or else from `scratch`; not those with unacked messages. `next`:
 * number of the message whose turn is next in a log that is in use, which keeps its tail, its head and the segment behind that. Returns the
 * bytes that are still in memory.
 */
export function evictSegments(scratch: Scratch | undefined, next: number | undefined, log: EvictingLog): number {
  const { segments } = log;
  const head = segments.position(next ?? 0);
  let held = 0;
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments.at(i);
    const inUse = next !== undefined && (segment === segments.tail || i === head || i === head + 1);
    const stays = (inUse && segment.footprint > SMALL_BYTES) || log.holds(segment);
    if (segment.footprint > 0 && segment.unacked === 0 && !stays) evict(segment, scratch, log);
    held += segment.footprint;
  }
  return held;
}

function evict(segment: Segment, scratch: Scratch | undefined, log: EvictingLog): void {
  const { segments, writer, memory, isFar } = log;
  if (segment.settled) {
    memory.shrank(segment.footprint);
    segments.endTail();
    return;
  }
  if (writer !== undefined && (segment.pages.some(({ dirty }) => dirty) || !writer.hasCommitted(segment))) {
    // Messages that are not to be stored have asked for no batch; but one has to pass them by.
    writer.flush(false);
    return;
  }
  const isInPages = writer !== undefined && segment.isInPages;
  if (!isInPages && scratch === undefined) return;
  // The scratch file takes all or nothing.
  if (!isInPages && !segment.loaded && !log.tryLoad(segment)) return;
  const { footprint } = segment;
  if (!isInPages) segment.evictInto(scratch!);
  else if (!isFar || !segment.loaded || !tryEvictInto(segment, memory.scratch)) segment.evict();
  memory.shrank(footprint);
}

/** False if there is no scratch file, or it takes no more. */
function tryEvictInto(segment: Segment, scratch: Scratch | undefined): boolean {
  if (scratch === undefined) return false;
  try {
    segment.evictInto(scratch);
    return true;
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    return false;
  }
}
