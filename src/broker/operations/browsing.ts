/**
 * Looking at the messages of a queue, a stream or a delayed exchange without taking any: nothing of them changes, and no consumer notices.
 * It goes in time slices, and waits for what is not here yet. A look ends when its page is full, in messages or in bytes, or when it has
 * looked at as much as one request may; the next goes on where it ended.
 */
import { toFieldTable } from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { ChangeError } from '../arguments/change-error.ts';
import type { KeptMessages } from '../log/kept-messages.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { NOT_YET } from '../log/message-log.ts';
import type { SlicedTask, TimeSlices } from '../scheduling/time-slices.ts';
import { Stream } from '../stream/stream.ts';
import type { Actor } from './actor.ts';
import { type BrowsedMessage, type MessageFilter, type Place, Walk } from './message-walk.ts';
import { readableQueue } from './queues.ts';

/** What one look goes through at most: messages, and bytes of their records and bodies. */
const MOST_EXAMINED = 100_000;
const MOST_EXAMINED_BYTES = 64 * 1024 * 1024;
/** Bytes of bodies on one page; a page has one message at least. */
const PAGE_BYTES = 8 * 1024 * 1024;

export interface BrowseRequest extends MessageFilter {
  /** Number of the first message that is looked at, in a stream its offset; undefined for the first there is. */
  readonly from: number | undefined | StartFinder;
  /** Messages on the page. */
  readonly count: number;
  /** Bytes of each body that are shown. */
  readonly truncate: number;
}

/** Finds where to begin: NOT_YET if what tells that is not here yet, and `waiter` is told when it is. */
export type StartFinder = (waiter: LogWaiter) => number;

export interface BrowsedPage {
  readonly messages: readonly BrowsedMessage[];
  /** Where the next page begins; undefined if there is nothing further. */
  readonly next: number | undefined;
  /** Messages that were looked at. */
  readonly examined: number;
}

/** What has messages to be looked at. */
export interface Browsable {
  readonly log: KeptMessages;
  readonly deleted: boolean;
}

/**
 * The messages of a queue or stream. `from`: a position; or for a stream whatever its consumers may ask for: `first`, `last`, `next`, an
 * interval such as `1h`, a date. Throws AmqpError if the actor may not, or there is no such queue; ChangeError `invalid` for what is no place
 * in it. Rejects with StoreError if messages cannot be read.
 */
export function browseQueue(
  actor: Actor,
  name: string,
  from: string | undefined,
  request: Omit<BrowseRequest, 'from'>,
): Promise<BrowsedPage> {
  const queue = readableQueue(actor, name);
  const place = from === undefined || from === 'first' ? undefined : placeIn(queue, from);
  return browse(queue, { ...request, from: place }, actor.vhost.node.timeSlices);
}

function placeIn(queue: Browsable, from: string): number | StartFinder {
  if (/^\d{1,15}$/.test(from)) return Number(from);
  const args = streamOffset(from);
  const offset = queue instanceof Stream ? queue.offsetOf(args) : undefined;
  if (offset === undefined) throw new ChangeError('invalid', `'${from}' is no place in the queue`);
  return offset === NOT_YET ? (waiter) => (queue as Stream).offsetOf(args, waiter)! : offset;
}

function streamOffset(from: string): FieldTable {
  const date = new Date(from);
  const isDate = /^\d{4}-/.test(from) && !Number.isNaN(date.getTime());
  return toFieldTable({ 'x-stream-offset': isDate ? date : from });
}

/** Rejects with StoreError if messages cannot be read. */
export function browse(source: Browsable, request: BrowseRequest, timeSlices: TimeSlices): Promise<BrowsedPage> {
  return new Promise((resolve, reject) => timeSlices.do(new Browsing(source, request, timeSlices, resolve, reject)));
}

class Browsing implements SlicedTask, LogWaiter {
  readonly writes = false;
  readonly #source: Browsable;
  readonly #request: BrowseRequest;
  readonly #timeSlices: TimeSlices;
  /** Undefined while it is not known where to begin. */
  #walk: Walk | undefined;
  readonly #done: (page: BrowsedPage) => void;
  readonly #failed: (error: unknown) => void;
  readonly #messages: BrowsedMessage[] = [];
  #examined = 0;
  #bytes = 0;
  #pageBytes = 0;

  constructor(
    source: Browsable,
    request: BrowseRequest,
    timeSlices: TimeSlices,
    done: (page: BrowsedPage) => void,
    failed: (error: unknown) => void,
  ) {
    this.#source = source;
    this.#request = request;
    this.#timeSlices = timeSlices;
    this.#done = done;
    this.#failed = failed;
  }

  step(): boolean {
    try {
      const { deleted } = this.#source;
      const walk = deleted ? undefined : (this.#walk ??= this.#begin());
      if (walk === undefined && !deleted) return false;
      const place = this.#isFull ? undefined : walk?.next();
      if (place === NOT_YET) return false;
      if (place !== undefined) return this.#look(place);
      this.#done({ messages: this.#messages, next: walk?.rest(), examined: this.#examined });
    } catch (error) {
      this.#failed(error);
    }
    return false;
  }

  // LogWaiter

  loaded(): void {
    this.#timeSlices.do(this);
  }

  unreadable(reason: Error): void {
    this.#failed(reason);
  }

  #begin(): Walk | undefined {
    const { from } = this.#request;
    const start = typeof from === 'function' ? from(this) : from;
    return start === NOT_YET ? undefined : new Walk(this.#source.log, start, this);
  }

  get #isFull(): boolean {
    return (
      this.#messages.length >= this.#request.count ||
      this.#pageBytes >= PAGE_BYTES ||
      this.#examined >= MOST_EXAMINED ||
      this.#bytes >= MOST_EXAMINED_BYTES
    );
  }

  /** Returns false if its body is not here yet. */
  #look(place: Place): boolean {
    const message = place.matching(this.#request, this);
    if (message === NOT_YET) {
      this.#walk!.again();
      return false;
    }
    this.#examined++;
    this.#bytes += place.bytes;
    if (message === undefined) return true;
    const shown = place.show(message, this.#request.truncate);
    this.#pageBytes += shown.body.length;
    this.#messages.push(shown);
    return true;
  }
}
