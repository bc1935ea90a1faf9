/**
 * A stream over a store is an array: after any publishes, consumers, acknowledgements, evictions and restarts, each consumer has
 * got what the array has from its place on, as far as its credit goes; and nothing but the oldest messages is ever missing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeProperties } from '../../src/codec/properties.ts';
import { toFieldTable } from '../../src/codec/field-table.ts';
import type { Message } from '../../src/broker/message/message.ts';
import { BrokerNode } from '../../src/broker/topology/broker-node.ts';
import { whenLoaded } from '../../src/broker/topology/recover-node.ts';
import { Consumer, type DeliveryTarget } from '../../src/broker/queue/consumer.ts';
import type { ConfirmTracker } from '../../src/broker/message/message-target.ts';
import type { Stream } from '../../src/broker/stream/stream.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { HandClock } from '../support/hand-clock.ts';
import { LateStore } from '../support/late-store.ts';
import { messageOf } from '../support/recovery/messages.ts';
import { byOneClock } from '../../src/util/clock.ts';

/** Little, so that memory runs short. */
const BUDGET = 1024 * 1024;
const VALUES = ['red', 'green', 'blue'];

interface Place {
  readonly at: 'first' | 'last' | 'next' | 'offset' | 'moment';
  /** Which message it is about: this part of all. */
  readonly part: number;
}

type Step =
  | { readonly op: 'publish'; readonly count: number; readonly bytes: number }
  | { readonly op: 'consume'; readonly place: Place; readonly prefetch: number; readonly value: string | undefined }
  | { readonly op: 'ack'; readonly reader: number; readonly count: number }
  | { readonly op: 'block'; readonly reader: number }
  | { readonly op: 'cancel'; readonly reader: number }
  | { readonly op: 'pass'; readonly seconds: number }
  | { readonly op: 'evict' | 'commit' | 'restart' };

const place = fc.record({
  at: fc.constantFrom<Place['at']>('first', 'last', 'next', 'offset', 'moment'),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
});
const reader = fc.nat(5);
const size = fc.oneof(
  { weight: 4, arbitrary: fc.record({ count: fc.nat(50), bytes: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ count: fc.integer({ min: 3000, max: 9000 }), bytes: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ count: fc.integer({ min: 10, max: 60 }), bytes: fc.constant(60_000) }) },
  { weight: 1, arbitrary: fc.record({ count: fc.nat(4), bytes: fc.constant(300_000) }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: size.map(({ count, bytes }) => ({ op: 'publish' as const, count, bytes })) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('consume'),
      place,
      prefetch: fc.constantFrom(1, 7, 1000, 100_000),
      value: fc.constantFrom(undefined, undefined, ...VALUES),
    }),
  },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('ack'), reader, count: fc.nat(10_000) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('block', 'cancel'), reader }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constantFrom('evict', 'commit', 'commit', 'restart') }) },
);

interface Published {
  readonly bytes: number;
  readonly value: string;
  /** Seconds since the epoch. */
  readonly came: number;
}

/** A consumer that compares what it gets with the array. */
class Reader implements DeliveryTarget {
  readonly consumer: Consumer;
  readonly #all: readonly Published[];
  readonly #stream: Stream;
  readonly #value: string | undefined;
  #unacked = 0;
  next: number;
  blocked = false;

  constructor(all: readonly Published[], stream: Stream, step: Step & { op: 'consume' }, next: number, offset: object) {
    this.#all = all;
    this.#stream = stream;
    this.#value = step.value;
    this.next = next;
    const filter = step.value === undefined ? {} : { 'x-stream-filter': step.value };
    const asked = { tag: 't', noAck: false, exclusive: false, priority: 0, prefetch: step.prefetch };
    const args = toFieldTable({ ...offset, ...filter });
    this.consumer = new Consumer(stream, this, stream.admit({ ...asked, arguments: args }, 0));
    stream.consumers.add(this.consumer);
    stream.activate(this.consumer);
  }

  canTake(): boolean {
    return !this.blocked;
  }

  deliver(_consumer: Consumer, message: Message, offset: number, redelivered: boolean): void {
    // What is not there any more was passed over, and what has another value; nothing else.
    this.#skip(this.#stream.next - this.#stream.ready);
    const { properties, propertiesStart, propertiesEnd, body, bodyStart, bodyEnd } = message;
    const header = decodeProperties(properties, propertiesStart, propertiesEnd).headers!.get('x-stream-offset');
    const whole = bodyOf(offset, this.#all[offset].bytes).equals(body.subarray(bodyStart, bodyEnd));
    // One cheap assertion: a run sees hundreds of thousands of messages.
    const seen = `${offset} ${header?.type === 'long' ? header.value : 'no header'} whole=${whole} ${redelivered}`;
    if (seen !== `${this.next} ${this.next} whole=true false`) expect(seen).toBe(`${this.next}`);
    this.#unacked++;
    this.next++;
  }

  cancelled(): void {
    throw new Error('nobody deletes the stream');
  }

  ack(count: number): void {
    const acked = Math.min(count, this.#unacked);
    this.#unacked -= acked;
    this.consumer.unacked -= acked;
    for (let n = 0; n < acked; n++) this.#stream.settle();
    this.consumer.resume();
  }

  leave(): void {
    this.#stream.consumers.remove(this.consumer);
    for (let n = 0; n < this.#unacked; n++) this.#stream.requeue();
  }

  /** Everything is committed: it has as much as it can. */
  expectAll(): void {
    this.#skip(this.#stream.next - this.#stream.ready);
    expect(!this.consumer.ready || this.next >= this.#all.length).toBe(true);
  }

  #skip(first: number): void {
    this.next = Math.max(this.next, first);
    while (
      this.#value !== undefined &&
      this.#all[this.next] !== undefined &&
      this.#all[this.next].value !== this.#value
    )
      this.next++;
  }
}

class Comparison {
  readonly #folder: string;
  readonly #arguments: Record<string, unknown>;
  readonly #clock = new HandClock();
  readonly #all: Published[] = [];
  readonly #unconfirmed = new Set<number>();
  readonly #tracker: ConfirmTracker = {
    wait: (number) => void this.#unconfirmed.add(number),
    confirmed: (number) => void this.#unconfirmed.delete(number),
    rejected: () => expect.unreachable(),
  };
  readonly #late: boolean;
  #store!: Store;
  #node!: BrokerNode;
  #stream!: Stream;
  #readers: Reader[] = [];

  /** `late`: the store answers reads some turns later. */
  constructor(folder: string, args: Record<string, unknown>, late: boolean) {
    this.#folder = folder;
    this.#late = late;
    this.#arguments = args;
  }

  async start(): Promise<void> {
    const store = await SqliteStore.open({ folder: this.#folder, lazyMs: 2, thread: false });
    this.#store = this.#late ? new LateStore(store, { shuffled: SEED }) : store;
    this.#node = new BrokerNode(this.#store, BUDGET, undefined, byOneClock(this.#clock));
    this.#node.recover({ user: 'guest', password: 'guest', vhost: '/' });
    await whenLoaded(this.#node);
    const options = { name: 's', durable: true, autoDelete: false, owner: undefined };
    const args = toFieldTable({ 'x-queue-type': 'stream', ...this.#arguments });
    this.#stream = this.#node.vhost('/')!.declareQueue({ ...options, arguments: args }) as Stream;
  }

  async stop(): Promise<void> {
    await this.#store.close();
    this.#node.stop();
  }

  async apply(step: Step): Promise<void> {
    switch (step.op) {
      case 'publish':
        for (let n = 0; n < step.count; n++) this.#publish(step.bytes);
        break;
      case 'consume':
        this.#consume(step);
        break;
      case 'ack':
        this.#readers[step.reader]?.ack(step.count);
        break;
      case 'block': {
        const found = this.#readers[step.reader];
        if (found === undefined) break;
        found.blocked = !found.blocked;
        found.consumer.resume();
        break;
      }
      case 'cancel':
        for (const left of this.#readers.splice(step.reader, 1)) left.leave();
        break;
      case 'pass':
        this.#clock.pass(step.seconds * 1000);
        break;
      case 'evict':
        await new Promise((resolve) => setImmediate(resolve));
        break;
      case 'commit':
        await this.#commit();
        break;
      case 'restart':
        await this.#commit();
        await this.stop();
        this.#readers = [];
        await this.start();
        break;
    }
    expect(this.#stream.next).toBe(this.#all.length);
    expect(this.#stream.unacked).toBe(this.#readers.reduce((sum, { consumer }) => sum + consumer.unacked, 0));
  }

  /** Everything that is left, in order. */
  async readAll(): Promise<void> {
    const step = { op: 'consume', place: { at: 'first', part: 0 }, prefetch: 1e9, value: undefined } as const;
    this.#consume(step);
    await this.#commit();
  }

  #publish(bytes: number): void {
    const offset = this.#all.length;
    const value = VALUES[(offset % 7) % VALUES.length];
    const headers = toFieldTable({ 'x-stream-filter-value': value });
    const message = messageOf({ routingKey: 's', properties: { headers }, body: bodyOf(offset, bytes) });
    this.#all.push({ bytes, value, came: this.#clock.now() / 1000 });
    const vhost = this.#node.vhost('/')!;
    vhost.publish(message, vhost.route(vhost.existingExchange(''), message), this.#tracker, offset);
  }

  #consume(step: Step & { op: 'consume' }): void {
    const { at, part } = step.place;
    const all = this.#all;
    const index = Math.min(all.length - 1, Math.floor(part * all.length));
    const { next } = this.#stream;
    const first = next - this.#stream.ready;
    let start: number;
    let offset: unknown = at;
    if (at === 'first') start = first;
    // The last of those that are committed, which the array does not tell from the others.
    else if (at === 'last') start = Math.max(first, Math.min(next, ...this.#unconfirmed) - 1);
    else if (at === 'next') start = next;
    else if (at === 'offset') start = offset = Math.floor(part * 1.1 * all.length);
    else {
      const came = all[index]?.came ?? 0;
      offset = new Date(came * 1000);
      start = all.findIndex((published, n) => n >= first && published.came >= came);
      if (start < 0) start = next;
    }
    this.#readers.push(new Reader(all, this.#stream, step, start, { 'x-stream-offset': offset }));
  }

  async #commit(): Promise<void> {
    while (this.#unconfirmed.size > 0) await new Promise<void>((resolve) => this.#store.afterCommit(resolve));
    const { interrupted, loading } = this.#stream.consumers;
    while (interrupted.size + loading.size > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const one of this.#readers) one.expectAll();
    this.#expectTrimmed();
  }

  /** No more is kept than asked for and a segment, and no less. */
  #expectTrimmed(): void {
    const limit = this.#arguments['x-max-length-bytes'] as number | undefined;
    const { next, ready } = this.#stream;
    if (limit === undefined) expect(ready).toBe(next);
    else {
      const bodies = (from: number): number => this.#all.slice(from).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(ready).toBeGreaterThan(next === 0 ? -1 : 0);
      // Bodies only, and the last segment whatever its size: the bound is a wide one.
      if (ready < next) expect(bodies(next - ready - 8192)).toBeGreaterThan(limit - 1024 * 1024 - 8192 * 200);
      expect(bodies(next - ready)).toBeLessThan(limit + 1024 * 1024 + 300_000);
    }
  }
}

/** Known by its offset, from its first byte to its last. */
function bodyOf(offset: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `${offset},`);
}

const RUNS = Number(process.env['LEVERET_MODEL_RUNS'] ?? 10);
const SEED = Number(process.env['LEVERET_MODEL_SEED'] ?? 20261122);

test.each([
  ['whatever is done to it', {}, false],
  ['but for the oldest messages, where its length is limited', { 'x-max-length-bytes': 400_000 }, false],
  ['whatever is done to it, if the store answers later', {}, true],
  ['but for the oldest messages, if the store answers later', { 'x-max-length-bytes': 400_000 }, true],
])('a stream over a store is an array, %s', { timeout: RUNS * 30_000 }, async (_, args, late) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }), async (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'leveret-model-'));
      const compared = new Comparison(folder, args, late);
      try {
        await compared.start();
        for (const next of steps) await compared.apply(next);
        await compared.apply({ op: 'restart' });
        await compared.readAll();
      } finally {
        await compared.stop();
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: Math.ceil(RUNS / 2), seed: SEED },
  );
});
