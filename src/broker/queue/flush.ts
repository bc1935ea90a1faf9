/**
 * Writing a segment's new records as one page. What needs no page is left out: settled already, or not to be stored. A page before
 * it that is small is written again as a part of it: a queue that gets a message now and then would otherwise have as many
 * pages as messages.
 */
import type { Batch } from '../../store/batch.ts';
import type { Bodies } from '../bodies.ts';
import { Page } from './page.ts';
import type { Segment } from './segment.ts';

/** A page whose records take less is written again with those that follow: the file's own pages are larger, so that costs nothing. */
const SMALL_PAGE_BYTES = 2000;
/** A page of more records is not looked at: hardly one of them is that small. */
const SMALL_PAGE_RECORDS = 64;

/**
 * Writes records that are not flushed yet, those of them that are to be stored: all, or as many as `room` has bytes for. Of the first that
 * is too large for that, the beginning of its body is written. Returns what was written, in the bytes of `Segment.storedBytes`.
 */
export function flushSegment(
  segment: Segment,
  queueId: number,
  nextPageId: () => number,
  bodies: Bodies,
  batch: Batch,
  room: number,
): number {
  let index = segment.flushed;
  let written = 0;
  let count = 0;
  let bytes = 0;
  let first = -1;
  let last = -1;
  for (; index < segment.count && written < room; index++) {
    if (!toStore(segment, index)) continue;
    const body = segment.bodies?.get(index);
    if (body !== undefined && !bodies.write(body, batch, room - written)) break;
    written += segment.storedBytes(index);
    if (first < 0) first = index;
    last = index;
    count++;
    bytes += segment.recordBytes(index);
  }
  segment.flushed = index;
  if (count === 0) return written;

  const before = segment.pages.at(-1);
  const again = before === undefined ? undefined : smallPage(segment, before);
  if (again !== undefined) {
    batch.dropPage(segment.pages.pop()!.id);
    first = again.first;
    count += again.count;
    bytes += again.bytes;
  }
  const dense = last - first + 1 === count;
  const indexes = dense ? undefined : new Uint32Array(count);
  const references = segment.bodies === undefined ? undefined : bodyReferences(segment, first, last);
  const id = nextPageId();
  const base = segment.base;
  const header = { id, queueId, base, first: base + first, last: base + last, count };
  const place = batch.page(references === undefined ? header : { ...header, bodies: references }, bytes);
  if (dense) {
    place.set(segment.recordRange(first, last));
  } else {
    let position = 0;
    let at = 0;
    for (let index = first; index <= last; index++) {
      if (!toStore(segment, index)) continue;
      const record = segment.recordRange(index, index);
      place.set(record, at);
      at += record.length;
      indexes![position++] = index;
    }
  }
  const page = new Page(id, first, last, count, { indexes });
  segment.pages.push(page);
  segment.redeliveries?.write(page, batch);
  return written;
}

/** The live records of a page, where they are few bytes; undefined where they are not, and where there are none. */
function smallPage(segment: Segment, page: Page): { first: number; count: number; bytes: number } | undefined {
  if (page.last - page.first >= SMALL_PAGE_RECORDS) return undefined;
  let first = -1;
  let count = 0;
  let bytes = 0;
  for (let index = page.first; index <= page.last && bytes < SMALL_PAGE_BYTES; index++) {
    if (!toStore(segment, index)) continue;
    if (first < 0) first = index;
    count++;
    bytes += segment.recordBytes(index);
  }
  return count > 0 && bytes < SMALL_PAGE_BYTES ? { first, count, bytes } : undefined;
}

function toStore(segment: Segment, index: number): boolean {
  return segment.isStored(index) && !segment.isSettled(index);
}

/** The bodies that the records refer to, as PageHeader wants them. */
function bodyReferences(segment: Segment, first: number, last: number): Float64Array | undefined {
  const references: number[] = [];
  let position = 0;
  for (let index = first; index <= last; index++) {
    if (!toStore(segment, index)) continue;
    const body = segment.bodies!.get(index);
    if (body !== undefined) references.push(position, body.id);
    position++;
  }
  return references.length === 0 ? undefined : Float64Array.from(references);
}
