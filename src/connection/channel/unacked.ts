/**
 * The deliveries of a channel that wait for their acknowledgement, by delivery tag (AMQP 0-9-1: basic.ack, delivery-tag).
 * Tags count up from 1, so the deliveries lie on a ring of parallel columns. A few that stay out for long, while thousands
 * after them are acknowledged, move to a map, so that the ring spans no more than it must.
 */
import type { ChannelConsumer } from './channel-consumer.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

/** A queue, to those who settle what it delivered. */
export type DeliveringQueue = Pick<
  DeclaredQueue,
  'name' | 'type' | 'deleted' | 'settle' | 'reject' | 'requeue' | 'dispatch' | 'checkTakeBack' | 'consumerTimeout'
>;

export interface Delivery {
  readonly tag: number;
  readonly queue: DeliveringQueue;
  readonly seq: number;
  /** Undefined for basic.get. */
  readonly consumer: ChannelConsumer | undefined;
  /** When it was made, as DeliveryTimeouts counts. */
  readonly tick: number;
}

/** Takes a delivery that is removed: the parts of a `Delivery`. */
export type Take = (
  queue: DeliveringQueue,
  seq: number,
  consumer: ChannelConsumer | undefined,
  tag: number,
  tick: number,
) => void;

const FIRST_SLOTS = 16;

/** The ring of all channels until their first delivery, which grows it to one of their own: it has no slot to write to. */
const NO_SLOTS = {
  entries: new Array<undefined>(1).fill(undefined),
  seqs: new Float64Array(0),
  ticks: new Uint32Array(0),
};

export class Unacked {
  #queues: (DeliveringQueue | undefined)[] = NO_SLOTS.entries;
  #consumers: (ChannelConsumer | undefined)[] = NO_SLOTS.entries;
  #seqs = NO_SLOTS.seqs;
  #ticks = NO_SLOTS.ticks;
  #mask = -1;
  /** Tags on the ring: from `#first` up to, not including, `#next`. */
  #first = 1;
  #next = 1;
  #count = 0;
  /** Older ones, in the order of their tags. */
  #old = new Map<number, Delivery>();

  get count(): number {
    return this.#count;
  }

  /** The tag of the next delivery, which needs no acknowledgement. */
  skip(): number {
    if (this.#first === this.#next) this.#first++;
    else if (this.#next - this.#first > this.#mask) this.#makeRoom();
    return this.#next++;
  }

  /** Notes a delivery and returns its tag. */
  add(queue: DeliveringQueue, seq: number, consumer: ChannelConsumer | undefined, tick: number): number {
    if (this.#next - this.#first > this.#mask) this.#makeRoom();
    const slot = this.#next & this.#mask;
    this.#queues[slot] = queue;
    this.#consumers[slot] = consumer;
    this.#seqs[slot] = seq;
    this.#ticks[slot] = tick;
    this.#count++;
    return this.#next++;
  }

  /** Calls `take` with the delivery of the tag and forgets it; returns false if there is none. */
  remove(tag: number, take: Take): boolean {
    if (tag < this.#first || tag >= this.#next) return this.#removeOld(tag, take);
    const slot = tag & this.#mask;
    const queue = this.#queues[slot];
    if (queue === undefined) return false;
    const consumer = this.#consumers[slot];
    this.#clear(slot);
    if (tag === this.#first) this.#advance();
    take(queue, this.#seqs[slot], consumer, tag, this.#ticks[slot]);
    return true;
  }

  /** The same for all deliveries up to and with `tag`, in their order; or for `most` of them, when it returns true. */
  removeThrough(tag: number, take: Take, most = Infinity): boolean {
    let left = most;
    for (const old of this.#old.keys()) {
      if (old > tag) break;
      if (left-- === 0) return true;
      this.#removeOld(old, take);
    }
    const end = Math.min(tag + 1, this.#next);
    let current = this.#first;
    for (; current < end; current++) {
      const slot = current & this.#mask;
      const queue = this.#queues[slot];
      if (queue === undefined) continue;
      if (left-- === 0) break;
      const consumer = this.#consumers[slot];
      this.#clear(slot);
      take(queue, this.#seqs[slot], consumer, current, this.#ticks[slot]);
    }
    if (current > this.#first) {
      this.#first = current;
      this.#advance();
    }
    return current < end;
  }

  /** Removes the delivery of the tag, or all up to it: tag 0 is the last one then. Throws AmqpError for a tag that is not outstanding. */
  take(tag: number, multiple: boolean, take: Take): void {
    this.check(tag, multiple);
    if (multiple) this.removeThrough(tag === 0 ? this.lastTag : tag, take);
    else this.remove(tag, take);
  }

  /** Those that `take` removes. */
  collect(tag: number, multiple: boolean): Delivery[] {
    const deliveries: Delivery[] = [];
    this.take(tag, multiple, (queue, seq, consumer, number, tick) => {
      deliveries.push({ tag: number, queue, seq, consumer, tick });
    });
    return deliveries;
  }

  /** Throws AmqpError for a tag that is not outstanding. */
  check(tag: number, multiple: boolean): void {
    if ((multiple && tag === 0) || this.has(tag)) return;
    throw new AmqpError('PRECONDITION_FAILED', `unknown delivery tag ${tag}`);
  }

  /** Has `take` told of the deliveries that are meant. They stay known by their tags; what is said of them from now on is said to `instead`. */
  replace(instead: DeliveringQueue, isMeant: (queue: string, seq: number) => boolean, take: Take): void {
    const kept: Delivery[] = [];
    const replaced: Delivery[] = [];
    this.removeThrough(this.lastTag, (queue, seq, consumer, tag, tick) => {
      (isMeant(queue.name, seq) ? replaced : kept).push({ tag, queue, seq, consumer, tick });
    });
    this.restore([...kept, ...replaced.map((delivery) => ({ ...delivery, queue: instead, consumer: undefined }))]);
    for (const { queue, seq, consumer, tag, tick } of replaced) take(queue, seq, consumer, tag, tick);
  }

  /** The queues of the deliveries from one tag to another. */
  queues(from: number, through: number): Set<DeliveringQueue> {
    const queues = new Set<DeliveringQueue>();
    for (const [tag, { queue }] of this.#old) if (tag >= from && tag <= through) queues.add(queue);
    let last: DeliveringQueue | undefined;
    for (let tag = Math.max(from, this.#first); tag <= through && tag < this.#next; tag++) {
      const queue = this.#queues[tag & this.#mask];
      if (queue === undefined || queue === last) continue;
      queues.add(queue);
      last = queue;
    }
    return queues;
  }

  has(tag: number): boolean {
    if (tag < this.#first || tag >= this.#next) return this.#old.has(tag);
    return this.#queues[tag & this.#mask] !== undefined;
  }

  /** Those that wait, the one that has waited longest first. */
  *[Symbol.iterator](): Generator<Delivery> {
    yield* this.#old.values();
    for (let tag = this.#first; tag < this.#next; tag++) {
      const delivery = this.#at(tag);
      if (delivery !== undefined) yield delivery;
    }
  }

  /** The last tag that was given out. */
  get lastTag(): number {
    return this.#next - 1;
  }

  /** Puts deliveries back that were removed: what tx.rollback does to acknowledgements. */
  restore(deliveries: readonly Delivery[]): void {
    // The ring reaches back as far as it has slots for, but not behind what has left it.
    let from = this.#next - this.#mask - 1;
    for (const old of this.#old.keys()) if (old >= from) from = old + 1;
    let sorted = true;
    for (const delivery of deliveries) {
      const { tag } = delivery;
      if (tag < from) {
        this.#old.set(tag, delivery);
        sorted = false;
        continue;
      }
      if (tag < this.#first) this.#first = tag;
      const slot = tag & this.#mask;
      this.#queues[slot] = delivery.queue;
      this.#consumers[slot] = delivery.consumer;
      this.#seqs[slot] = delivery.seq;
      this.#ticks[slot] = delivery.tick;
    }
    if (!sorted) this.#old = new Map([...this.#old].sort(([a], [b]) => a - b));
    this.#count += deliveries.length;
  }

  #removeOld(tag: number, take: Take): boolean {
    const delivery = this.#old.get(tag);
    if (delivery === undefined) return false;
    this.#old.delete(tag);
    this.#count--;
    take(delivery.queue, delivery.seq, delivery.consumer, tag, delivery.tick);
    return true;
  }

  /** The delivery on the ring, if it is outstanding. */
  #at(tag: number): Delivery | undefined {
    const slot = tag & this.#mask;
    const queue = this.#queues[slot];
    if (queue === undefined) return undefined;
    return { tag, queue, seq: this.#seqs[slot], consumer: this.#consumers[slot], tick: this.#ticks[slot] };
  }

  #clear(slot: number): void {
    this.#queues[slot] = undefined;
    this.#consumers[slot] = undefined;
    this.#count--;
  }

  #advance(): void {
    while (this.#first < this.#next && this.#queues[this.#first & this.#mask] === undefined) this.#first++;
  }

  /** The ring is full: it grows, unless most of it is empty, when its older half moves to the map. */
  #makeRoom(): void {
    const span = this.#next - this.#first;
    if ((this.#count - this.#old.size) * 4 > span || span <= 1024) {
      this.#grow();
      return;
    }
    const middle = this.#first + (span >>> 1);
    for (; this.#first < middle; this.#first++) {
      const slot = this.#first & this.#mask;
      const delivery = this.#at(this.#first);
      if (delivery === undefined) continue;
      this.#old.set(this.#first, delivery);
      this.#queues[slot] = this.#consumers[slot] = undefined;
    }
    this.#advance();
  }

  #grow(): void {
    const size = Math.max(FIRST_SLOTS, (this.#mask + 1) * 2);
    const queues = new Array<DeliveringQueue | undefined>(size).fill(undefined);
    const consumers = new Array<ChannelConsumer | undefined>(size).fill(undefined);
    const seqs = new Float64Array(size);
    const ticks = new Uint32Array(size);
    for (let tag = this.#first; tag < this.#next; tag++) {
      const [from, to] = [tag & this.#mask, tag & (size - 1)];
      queues[to] = this.#queues[from];
      consumers[to] = this.#consumers[from];
      seqs[to] = this.#seqs[from];
      ticks[to] = this.#ticks[from];
    }
    this.#queues = queues;
    this.#consumers = consumers;
    this.#seqs = seqs;
    this.#ticks = ticks;
    this.#mask = size - 1;
  }
}
