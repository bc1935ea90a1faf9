/**
 * The bodies that are kept apart from the logs: large ones, and those that several queues took. Each is stored once, and
 * removed from the store when the last record that refers to it is settled. What memory has no room for is read again when
 * its turn comes.
 */
import { ask } from '../../store/ask.ts';
import type { Batch } from '../../store/batch.ts';
import type { Scratch } from '../../store/scratch.ts';
import { type LogSource, type Store, StoreError } from '../../store/store.ts';
import { Body } from '../message/body.ts';
import { HeldForWaiters } from './held-for-waiters.ts';
import type { Evictable, MemoryBudget } from './memory-budget.ts';
import type { LogWaiter } from './log-waiter.ts';
import type { Message } from '../message/message.ts';

/** From this size on a body is kept apart even for one queue, so that a segment stays a handy piece. */
const LARGE_BYTES = 256 * 1024;
/** From this size on it is kept apart if several queues take it. */
const SHARED_BYTES = 4096;
/**
 * What goes to the store at a time: a body is in as many batches as it needs, so that neither memory holds it twice nor
 * others wait for all of it.
 */
const PART_BYTES = 1024 * 1024;
/** Bytes of the oldest bodies that stay in memory, as they are wanted first. */
const KEPT_BYTES = 8 * 1024 * 1024;

export class BodyStore implements LogSource<number>, Evictable {
  readonly #store: Store;
  readonly #memory: MemoryBudget;
  /** What the store had at the start. */
  readonly #recovered = new Map<number, Body>();
  /** A record refers to one that the store does not have. */
  #missing = false;
  /** Bodies that are in memory, oldest first. */
  readonly #resident = new Set<Body>();
  /** What the store was asked for, and who waits for it. */
  readonly #reading = new Map<Body, Set<LogWaiter>>();
  readonly #held: HeldForWaiters<Body>;
  /** What could not be read, while those who wait are told so. */
  #failure: { readonly body: Body; readonly reason: StoreError } | undefined;
  readonly #dropped: number[] = [];
  /** Handed to the store and not committed, and how many were before them. */
  readonly #written: Body[] = [];
  #committed = 0;

  constructor(store: Store, memory: MemoryBudget) {
    this.#store = store;
    this.#memory = memory;
    this.#held = new HeldForWaiters(memory.clock);
  }

  /** Sets the message's body apart if that pays, given the number of queues that take it. */
  share(message: Message, queues: number): void {
    const size = message.bodyEnd - message.bodyStart;
    if (message.shared !== undefined || size < (queues > 1 ? SHARED_BYTES : LARGE_BYTES)) return;
    const bytes = message.bodyOwned
      ? message.body.subarray(message.bodyStart, message.bodyEnd)
      : Buffer.from(message.body.subarray(message.bodyStart, message.bodyEnd));
    message.share(new Body(this.#store.nextBodyId(), size, bytes), bytes);
  }

  /** One more record refers to the body. */
  refer(body: Body): void {
    if (body.references++ > 0 || body.bytes === undefined) return;
    this.#resident.add(body);
    this.#memory.grew(body.size, this);
  }

  /** A record that refers to the body is gone. */
  release(body: Body): void {
    if (--body.references > 0) return;
    this.#recovered.delete(body.id);
    this.#held.delete(body);
    if (this.#resident.delete(body)) this.#memory.shrank(body.size);
    if (body.place !== undefined) this.#memory.scratch!.free(body.place);
    body.place = undefined;
    if (body.written === 0) return;
    this.#dropped.push(body.id);
    this.#store.schedule(this, false);
  }

  /**
   * Points the message at a body that a record refers to, which is read if it is not in memory. Returns false if it is not here yet:
   * `waiter` is told when it is. Without one a body that takes its time is not read. Throws StoreError if it cannot be read.
   */
  attach(message: Message, body: Body, waiter: LogWaiter | undefined): boolean {
    const bytes = body.bytes ?? this.#read(body, waiter);
    message.share(body, bytes);
    this.#held.delete(body);
    return bytes !== undefined;
  }

  /**
   * Writes the body before the first record that refers to it: as much as `room` has bytes for, by parts, or a part more. Returns true
   * if all of it is written: by now, or by an earlier call.
   */
  write(body: Body, batch: Batch, room: number): boolean {
    const { id, size } = body;
    for (let left = room; body.written < size; left -= PART_BYTES) {
      if (left <= 0) return false;
      const start = body.written;
      const end = Math.min(size, start + PART_BYTES);
      const part = body.bytes?.subarray(start, end) ?? this.#memory.scratch!.readPart(body.place!, start, end);
      body.written = end;
      if (end < size) batch.bodyPart(id, start, part);
      else {
        batch.body(id, part, size);
        this.#written.push(body);
        this.#store.schedule(this, false);
      }
    }
    return true;
  }

  /** A body that the store has. Its references are counted as its records are recovered. */
  recover(id: number, size: number): void {
    const body = new Body(id, size, undefined);
    // Of some only the beginning was: they are to be dropped, which takes having been written.
    body.written = Math.max(size, 1);
    body.committed = true;
    this.#recovered.set(id, body);
  }

  /** A body that a recovered record refers to. If the store has none of this number, it cannot be read when its turn comes. */
  find(id: number): Body {
    if (!this.#recovered.has(id)) {
      this.#missing = true;
      this.recover(id, 0);
    }
    return this.#recovered.get(id)!;
  }

  /** Removes the recovered bodies that no record refers to: what a crash between two writes may leave. */
  dropUnreferenced(): void {
    // The store is damaged: one of these may be the one that is missing.
    if (this.#missing) return;
    for (const body of [...this.#recovered.values()]) {
      if (body.references > 0) continue;
      body.references = 1;
      this.release(body);
    }
  }

  evict(scratch: Scratch | undefined): boolean {
    let kept = 0;
    for (const body of [...this.#resident]) {
      kept += body.size;
      if (kept <= KEPT_BYTES || !(body.committed || scratch !== undefined) || this.#held.has(body)) continue;
      if (!body.committed) body.place = scratch!.write(body.bytes!);
      body.bytes = undefined;
      this.#resident.delete(body);
      this.#memory.shrank(body.size);
    }
    return this.#resident.size > 0;
  }

  /** Returns how many bodies are in this batch and those before. */
  collect(batch: Batch): number {
    for (const id of this.#dropped) batch.dropBody(id);
    this.#dropped.length = 0;
    // What was written in this batch by logs that come after is committed with the next for certain.
    return this.#committed + this.#written.length;
  }

  committed(bodies: number): void {
    for (const body of this.#written.splice(0, bodies - this.#committed)) body.committed = true;
    this.#committed = bodies;
  }

  #read(body: Body, waiter: LogWaiter | undefined): Buffer | undefined {
    if (body.place !== undefined) return this.#memory.scratch!.read(body.place);
    if (waiter === undefined && !this.#store.answersAtOnce) return undefined;
    if (this.#failure?.body === body) throw this.#failure.reason;
    const asked = this.#reading.get(body);
    if (asked !== undefined) asked.add(waiter!);
    else {
      const bytes = ask<Buffer>(
        (answer) => this.#store.readBody(body.id, answer),
        (answer) => this.#answered(body, answer),
      );
      if (bytes !== undefined) return bytes;
      this.#reading.set(body, new Set([waiter!]));
    }
    return undefined;
  }

  /** What comes later stays until those who wait for it have it: in this call, or when their turn comes. */
  #answered(body: Body, answer: Buffer | StoreError): void {
    const waiting = this.#reading.get(body)!;
    this.#reading.delete(body);
    if (answer instanceof StoreError) {
      this.#failure = { body, reason: answer };
      for (const waiter of waiting) waiter.unreadable(answer);
      this.#failure = undefined;
      return;
    }
    if (body.references > 0) {
      body.bytes = answer;
      this.#resident.add(body);
      this.#held.add(body);
      this.#memory.grew(body.size, this);
    }
    for (const waiter of waiting) waiter.loaded();
  }
}
