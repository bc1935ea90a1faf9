/**
 * Writing a segment's new records, as one page. What needs no page is left out: settled already, or not to be stored. A page before
 * it that is small is extended by them: a queue that gets a message now and then would otherwise have as many pages as messages.
 */
import type { Batch } from '../../store/batch.ts';
import type { Store } from '../../store/store.ts';
import type { Body } from '../message/body.ts';
import type { BodyStore } from './body-store.ts';
import { LogPage } from './log-page.ts';
import { isReadFailure } from './log-reader.ts';
import type { Segment } from './segment.ts';

/** A page is extended up to this size: the file's own pages are larger, so that costs little. */
const SMALL_PAGE_BYTES = 4000;

/** Where records go to. */
interface Target {
  readonly queueId: number;
  readonly store: Store;
  readonly bodies: BodyStore;
  readonly batch: Batch;
  /** Whose records they are. */
  readonly writer: RecordsWriter;
}

export interface RecordsWriter {
  /** The body of a record cannot be had again: it is not to be stored any more. */
  cannotStore(segment: Segment, index: number, reason: Error): void;
}

/** The records of one page, or of what is added to one: `count` of those from `first` to `last`, with so many bytes. */
interface Run {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly bytes: number;
  /** Of their bodies; undefined if others between them were settled before, or are not to be stored: to count them would cost each message. */
  readonly bodyBytes: number | undefined;
}

/**
 * Writes records that are not flushed yet, those of them that are to be stored: all, or as many as `room` has bytes for. Of the first that
 * is too large for that, the beginning of its body is written. Returns what was written, in the bytes of `Segment.storedBytes`.
 */
export function flushSegment(segment: Segment, room: number, target: Target): number {
  const { batch } = target;
  const from = segment.flushed;
  let index = from;
  let written = 0;
  let count = 0;
  let bytes = 0;
  let first = -1;
  let last = -1;
  for (; index < segment.count && written < room; index++) {
    if (!toStore(segment, index)) continue;
    const body = segment.bodies?.get(index);
    if (body !== undefined && !writeBody(body, segment, index, room - written, target)) break;
    const length = segment.recordBytes(index);
    written += body === undefined ? length : segment.storedBytes(index);
    // Only what has a body kept apart may have turned out not to be had.
    if (body !== undefined && !segment.isStored(index)) continue;
    if (first < 0) first = index;
    last = index;
    count++;
    bytes += length;
  }
  const passed = segment.flushedBelow(index);
  if (count === 0) return written;
  const bodyBytes = count === index - from ? passed : undefined;
  const page = writeRun(segment, { first, last, count, bytes, bodyBytes }, target);
  segment.redeliveries?.write(page, batch);
  return written;
}

/** False if some of it is left for the next batch. */
function writeBody(body: Body, segment: Segment, index: number, room: number, target: Target): boolean {
  try {
    return target.bodies.write(body, target.batch, room);
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    target.writer.cannotStore(segment, index, error);
    return true;
  }
}

/** Returns the page that has them now. */
function writeRun(segment: Segment, run: Run, { queueId, store, batch }: Target): LogPage {
  const { first, last, count, bytes, bodyBytes } = run;
  const { base, pages } = segment;
  const bodies = segment.bodies === undefined ? undefined : bodyReferences(segment, first, last);
  const before = pages.at(-1);
  const extended = before !== undefined && bodies === undefined && isExtensible(before, bytes) ? before : undefined;
  const id = extended?.id ?? store.nextPageId();
  const header = { id, queueId, base, first: base + first, last: base + last, count, bodyBytes };
  if (extended !== undefined) {
    const indexes = copyRecords(segment, run, batch.extendPage(header, bytes));
    extended.extend(first, last, count, { bytes, indexes });
    return extended;
  }
  const place = batch.page(bodies === undefined ? header : { ...header, bodies }, bytes);
  const origin = { bytes, indexes: copyRecords(segment, run, place), hasBodies: bodies !== undefined };
  const page = new LogPage(id, first, last, count, origin);
  segment.addPage(page);
  return page;
}

function isExtensible(page: LogPage, bytes: number): boolean {
  return page.live > 0 && page.bytes + bytes <= SMALL_PAGE_BYTES && !page.hasBodies && !page.hasUnknownGaps;
}

/** Copies them; returns their indexes if some between the first and the last are not among them. */
function copyRecords(segment: Segment, { first, last, count }: Run, place: Uint8Array): Uint32Array | undefined {
  if (last - first + 1 === count) {
    segment.copyRecords(first, last, place, 0);
    return undefined;
  }
  const indexes = new Uint32Array(count);
  let position = 0;
  let at = 0;
  for (let index = first; index <= last; index++) {
    if (!toStore(segment, index)) continue;
    at = segment.copyRecords(index, index, place, at);
    indexes[position++] = index;
  }
  return indexes;
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
