/**
 * The bodies that are kept apart from the logs: large ones, and those that several queues took. Each is stored once, and
 * removed from the store when the last record that refers to it is settled.
 */
import type { Batch } from '../store/batch.ts';
import type { LogSource, Store } from '../store/store.ts';
import { Body } from './body.ts';
import type { Message } from './message.ts';

/** From this size on a body is kept apart even for one queue, so that a segment stays a handy piece. */
const LARGE_BYTES = 256 * 1024;
/** From this size on it is kept apart where several queues take it. */
const SHARED_BYTES = 4096;

export class Bodies implements LogSource {
  readonly #store: Store;
  readonly #byId = new Map<number, Body>();
  readonly #dropped: number[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** Sets the message's body apart where that pays, given the number of queues that take it. */
  share(message: Message, queues: number): void {
    const size = message.bodyEnd - message.bodyStart;
    if (message.shared !== undefined || size < (queues > 1 ? SHARED_BYTES : LARGE_BYTES)) return;
    const bytes = message.bodyOwned
      ? message.body.subarray(message.bodyStart, message.bodyEnd)
      : Buffer.from(message.body.subarray(message.bodyStart, message.bodyEnd));
    message.shared = new Body(this.#store.nextBodyId(), size, bytes);
    message.body = bytes;
    message.bodyStart = 0;
    message.bodyEnd = size;
    message.bodyOwned = true;
  }

  /** Points the message at a body that a record refers to, reading it from the store where it is not in memory. */
  attach(message: Message, body: Body): void {
    message.shared = body;
    message.body = body.bytes ?? this.#store.readBody(body.id);
    message.bodyStart = 0;
    message.bodyEnd = body.size;
    message.bodyOwned = true;
  }

  /** Writes the body with the first record that refers to it. */
  write(body: Body, batch: Batch): void {
    if (body.stored) return;
    batch.body(body.id, body.bytes!);
    body.stored = true;
  }

  /** A record that refers to the body is gone. */
  release(body: Body): void {
    if (--body.references > 0) return;
    this.#byId.delete(body.id);
    if (!body.stored) return;
    this.#dropped.push(body.id);
    this.#store.schedule(this, false);
  }

  /** A body that the store has. Its references are counted as its records are recovered. */
  recover(id: number, size: number): void {
    const body = new Body(id, size, undefined);
    body.stored = true;
    this.#byId.set(id, body);
  }

  /** A recovered body by its number; undefined where the store has none. */
  find(id: number): Body | undefined {
    return this.#byId.get(id);
  }

  /** Removes the recovered bodies that no record refers to: what a crash between two writes may leave. */
  dropUnreferenced(): void {
    for (const body of [...this.#byId.values()]) {
      if (body.references > 0) continue;
      body.references = 1;
      this.release(body);
    }
  }

  collect(batch: Batch): void {
    for (const id of this.#dropped) batch.dropBody(id);
    this.#dropped.length = 0;
  }

  committed(): void {
    // Nobody waits for a body to go.
  }
}
