/**
 * The consumers of a stream, each with its own place in it. One that has read everything waits for more; one that its credit or
 * its connection holds up does not, until it says that it can go on.
 */
import type { Consumer } from '../queue/consumer.ts';
import type { ConsumerSet } from '../queue/declared-queue.ts';
import { StreamFilter } from './filter.ts';

export class StreamReader {
  readonly consumer: Consumer;
  readonly filter: StreamFilter | undefined;
  /** Offset of the message that comes next, or of one before it that the filter does not pass; NOT_YET if that has yet to be found out. */
  next: number;

  constructor(consumer: Consumer, next: number) {
    this.consumer = consumer;
    this.filter = StreamFilter.of(consumer.arguments);
    this.next = next;
  }
}

export class StreamReaders implements ConsumerSet {
  readonly #all = new Map<Consumer, StreamReader>();
  /** Those to be served when there are more messages, and those to be served in the next turns, who waits longest first. */
  readonly waiting = new Set<StreamReader>();
  readonly interrupted = new Set<StreamReader>();
  /** Those to be served when what they came to is here. */
  readonly loading = new Set<StreamReader>();
  readonly #start: (consumer: Consumer) => number;

  /** `start`: the offset at which a consumer begins. */
  constructor(start: (consumer: Consumer) => number) {
    this.#start = start;
  }

  get count(): number {
    return this.#all.size;
  }

  of(consumer: Consumer): StreamReader | undefined {
    return this.#all.get(consumer);
  }

  add(consumer: Consumer): void {
    this.#all.set(consumer, new StreamReader(consumer, this.#start(consumer)));
  }

  remove(consumer: Consumer): void {
    const reader = this.#all.get(consumer);
    if (reader === undefined) return;
    this.#all.delete(consumer);
    this.rest(reader);
  }

  /** Nothing is to be done for the reader until its consumer asks. */
  rest(reader: StreamReader): void {
    reader.consumer.active = false;
    this.#takeOut(reader);
  }

  /** The reader has all there is. */
  await(reader: StreamReader): void {
    this.#putInto(this.waiting, reader);
  }

  /** The reader has had its turn, though there is more. */
  interrupt(reader: StreamReader): void {
    // At the end of those that were.
    this.interrupted.delete(reader);
    this.#putInto(this.interrupted, reader);
  }

  /** What the reader came to is not here yet. */
  awaitLoaded(reader: StreamReader): void {
    this.#putInto(this.loading, reader);
  }

  [Symbol.iterator](): IterableIterator<Consumer> {
    return this.#all.keys();
  }

  #putInto(state: Set<StreamReader>, reader: StreamReader): void {
    reader.consumer.active = true;
    // One that is there keeps its place: those who walk through the others do not meet it twice.
    if (state.has(reader)) return;
    this.#takeOut(reader);
    state.add(reader);
  }

  #takeOut(reader: StreamReader): void {
    this.waiting.delete(reader);
    this.interrupted.delete(reader);
    this.loading.delete(reader);
  }
}
