/** What a log looks for in many messages at once. Each message is seen before anybody else sees it: see SegmentLoads. */
import type { SegmentLoads } from './segment-loads.ts';
import type { Segment } from './segment.ts';

export interface LookedAt {
  readonly segments: Iterable<Segment>;
  readonly loads: () => SegmentLoads;
}

/** Tells `visit` of the ready messages that wait, and whose `due` is meant. */
export function lookForWaiting(
  log: LookedAt,
  isMeant: (due: number) => boolean,
  visit: (seq: number, due: number) => void,
): void {
  const waiting = (segment: Segment) => segment.redeliveries?.waiting(isMeant) ?? [];
  const wanted = Array.from(log.segments).filter((segment) => waiting(segment).length > 0);
  if (wanted.length === 0) return;
  log.loads().look(wanted, (segment, from, end) => {
    for (const [index, due] of waiting(segment)) {
      if (index >= from && index < end && segment.isReady(index)) visit(segment.base + index, due);
    }
  });
}

/** Tells `visit` of the ready messages that were delivered at least so often. Those from `delivered` on never were. */
export function lookForDelivered(
  log: LookedAt,
  delivered: number,
  deliveries: number,
  visit: (seq: number) => void,
): void {
  const wanted = Array.from(log.segments).filter(({ ready, base, redeliveries }) => {
    return ready > 0 && base < delivered && (deliveries <= 1 || redeliveries?.some(deliveries) === true);
  });
  eachReady(log, wanted, (segment, index) => {
    if (segment.deliveries(index) >= deliveries) visit(segment.base + index);
  });
}

/** Has the sizes of the bodies of all ready messages added: those of a segment together, if it knows them. */
export function lookForBytes(log: LookedAt, add: (bytes: number) => void): void {
  const unknown: Segment[] = [];
  for (const segment of log.segments) {
    const { ready, readyBytes } = segment;
    if (ready === 0) continue;
    if (readyBytes === undefined) unknown.push(segment);
    else add(readyBytes);
  }
  eachReady(log, unknown, (segment, index) => add(segment.bodySize(index)));
}

function eachReady(
  { loads }: LookedAt,
  wanted: readonly Segment[],
  visit: (segment: Segment, index: number) => void,
): void {
  if (wanted.length === 0) return;
  loads().look(wanted, (segment, from, end) => {
    for (let index = from; index < end; index++) if (segment.isReady(index)) visit(segment, index);
  });
}
