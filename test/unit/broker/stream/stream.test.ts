/** Streams without sockets: what time, policies and memory do to them. */
import { expect, describe, test, vi } from 'vitest';
import { fromFieldTable, toFieldTable } from '../../../../src/codec/field-table.ts';
import { exportDefinitions } from '../../../../src/broker/definitions/export.ts';
import { importDefinitions } from '../../../../src/broker/definitions/import.ts';
import type { Message } from '../../../../src/broker/message/message.ts';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import { Consumer, type DeliveryTarget } from '../../../../src/broker/queue/consumer.ts';
import { Stream } from '../../../../src/broker/stream/stream.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { SqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';
import { byOneClock } from '../../../../src/util/clock.ts';

const DEFAULTS = { user: 'guest', password: 'guest', vhost: '/' };
const PLAIN = { durable: true, autoDelete: false, owner: undefined };

function declare(vhost: Vhost, args: Record<string, unknown> = {}): Stream {
  const options = { ...PLAIN, name: 's', arguments: toFieldTable({ 'x-queue-type': 'stream', ...args }) };
  return vhost.declareQueue(options) as Stream;
}

function publish(stream: Stream, body: string | Buffer, headers: Record<string, unknown> = {}): void {
  stream.accept(messageOf({ properties: { headers: toFieldTable(headers) }, body }), false, undefined, 0);
}

class Reader implements DeliveryTarget {
  readonly bodies: string[] = [];
  readonly consumer: Consumer;
  /** Bytes that it takes until it is refilled. */
  room = Infinity;

  constructor(stream: Stream, args: Record<string, unknown> = {}) {
    const asked = { tag: 't', noAck: false, exclusive: false, priority: 0, prefetch: 1e9 };
    const own = toFieldTable({ 'x-stream-offset': 'first', ...args });
    this.consumer = new Consumer(stream, this, stream.admit({ ...asked, arguments: own }, 0));
    stream.consumers.add(this.consumer);
  }

  canTake(): boolean {
    return this.room > 0;
  }

  deliver(_consumer: Consumer, message: Message): void {
    this.room -= message.bodySize;
    this.bodies.push(bodyText(message).slice(0, 10));
  }

  cancelled(): void {
    this.bodies.push('cancelled');
  }
}

async function startOn(folder: string, clock: HandClock): Promise<[SqliteStore, BrokerNode]> {
  const store = await SqliteStore.open({ folder, lazyMs: 2, thread: false });
  const node = new BrokerNode(store, Infinity, undefined, byOneClock(clock));
  node.recover(DEFAULTS);
  return [store, node];
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a stream with a maximum age', () => {
  test('loses segments when their last message is older, and keeps its last one', () => {
    const clock = new HandClock();
    const stream = declare(nodeInMemory(clock).vhost, { 'x-max-age': '10s' });
    publish(stream, 'a');
    clock.pass(6000);
    publish(stream, 'b');
    clock.pass(5000);
    // The first segment has a message that is too old: it takes no more.
    publish(stream, 'c');
    expect(stream.ready).toBe(3);
    clock.pass(5000);
    expect(stream.ready).toBe(3);
    clock.pass(1);
    expect(stream.ready).toBe(1);
    clock.pass(1e9);
    expect(stream.ready).toBe(1);
    publish(stream, 'd');
    clock.pass(1);
    expect(stream.ready).toBe(1);
    expect(stream.next).toBe(4);
  });

  test('looks at what became too old while the broker was down', async () => {
    const folder = temporaryFolder();
    const clock = new HandClock();
    const [storeBefore, nodeBefore] = await startOn(folder, clock);
    const stream = declare(nodeBefore.vhost('/')!, { 'x-max-age': '1m', 'x-stream-max-segment-size-bytes': 100 });
    for (let n = 0; n < 10; n++) {
      publish(stream, String(n).padEnd(100));
      clock.pass(1000);
    }
    nodeBefore.stop();
    await storeBefore.close();
    clock.pass(55_000);
    const [store, node] = await startOn(folder, clock);
    const after = node.vhost('/')!.queue('s') as Stream;
    expect(after.ready).toBe(10);
    // 65 seconds after the first: those of the last minute are left.
    clock.pass(0);
    expect(after.ready).toBe(5);
    clock.pass(1);
    expect(after.ready).toBe(4);
    node.stop();
    await store.close();
  });
});

describe('a stream with messages that are too old before they are stored', () => {
  test('waits for their commit, and then loses them', async () => {
    const clock = new HandClock();
    const [store, node] = await startOn(temporaryFolder(), clock);
    const stream = declare(node.vhost('/')!, { 'x-max-age': '1s', 'x-stream-max-segment-size-bytes': 100 });
    const committed = (): Promise<void> => new Promise((resolve) => store.afterCommit(resolve));
    for (let n = 0; n < 2; n++) publish(stream, String(n).padEnd(100));
    await committed();
    clock.pass(10);
    for (let n = 2; n < 4; n++) publish(stream, String(n).padEnd(100));
    clock.pass(5000);
    expect(stream.ready).toBe(2);
    expect(clock.timers).toBe(0);
    await committed();
    expect(stream.ready).toBe(1);
    node.stop();
    await store.close();
  });
});

describe('a stream', () => {
  test('is told by a policy for streams how long it may be, and obeys at once', () => {
    const clock = new HandClock();
    const { vhost } = nodeInMemory(clock);
    const stream = declare(vhost, { 'x-stream-max-segment-size-bytes': 1000 });
    for (let n = 0; n < 20; n++) publish(stream, Buffer.alloc(1000));
    const definition = { 'max-length-bytes': 5500 };
    vhost.policies.put('policy', { name: 'p', pattern: '', definition, priority: 0, applyTo: 'streams' });
    clock.pass(0);
    expect(stream.ready).toBe(5);
  });

  test('is what a vhost declares by default where its default queue type says so and the queue can be one', () => {
    const { vhost } = nodeInMemory();
    vhost.defaultQueueType = 'stream';
    const none = toFieldTable({});
    const stream = vhost.declareQueue({ ...PLAIN, name: 's', arguments: none });
    expect(stream).toBeInstanceOf(Stream);
    expect(fromFieldTable(stream.arguments)).toEqual({ 'x-queue-type': 'stream' });
    expect(vhost.declareQueue({ ...PLAIN, name: 'q', durable: false, arguments: none })).not.toBeInstanceOf(Stream);
  });

  test('comes out of definitions and goes into them, with its bindings', async () => {
    const { node, vhost } = nodeInMemory();
    const args = { 'x-queue-type': 'stream', 'x-max-age': '7D', 'x-max-length-bytes': 1_000_000 };
    const queue = { name: 's', vhost: '/', durable: true, auto_delete: false, arguments: args };
    const binding = {
      source: 'amq.topic',
      vhost: '/',
      destination: 's',
      destination_type: 'queue' as const,
      routing_key: '#',
      arguments: {},
    };
    await importDefinitions(node, { queues: [queue], bindings: [binding] });
    expect(vhost.queue('s')).toBeInstanceOf(Stream);
    const { queues, bindings } = exportDefinitions(node, { product: 'p', productVersion: '1' });
    expect(queues).toEqual([queue]);
    expect(bindings).toEqual([binding]);
  });

  test('gives others their turn while a filter passes over many messages', async () => {
    const stream = declare(nodeInMemory().vhost);
    for (let n = 0; n < 30_000; n++) publish(stream, 'x', { 'x-stream-filter-value': 'other' });
    publish(stream, 'wanted', { 'x-stream-filter-value': 'mine' });
    const picky = new Reader(stream, { 'x-stream-filter': 'mine' });
    stream.activate(picky.consumer);
    expect(stream.consumers.interrupted.size).toBe(1);
    expect(picky.bodies).toEqual([]);
    let turns = 0;
    for (; stream.consumers.interrupted.size > 0; turns++) await turn();
    expect(turns).toBeGreaterThan(2);
    expect(picky.bodies).toEqual(['wanted']);
    publish(stream, 'wanted too', { 'x-stream-filter-value': 'mine' });
    expect(picky.bodies).toEqual(['wanted', 'wanted too']);
  });

  test('lets consumers whose filters pass over large messages take turns after a few of them', async () => {
    const stream = declare(nodeInMemory().vhost);
    for (let n = 0; n < 100; n++) publish(stream, Buffer.alloc(100_000), { 'x-stream-filter-value': 'other' });
    const picky = [0, 1].map(() => new Reader(stream, { 'x-stream-filter': 'mine' }));
    for (const { consumer } of picky) stream.activate(consumer);
    const turnsOfBoth: number[] = [];
    while (stream.consumers.interrupted.size > 0) {
      turnsOfBoth.push(stream.consumers.interrupted.size);
      await turn();
    }
    // 10 MB, 4 MiB at a time, and one of them after the other.
    expect(turnsOfBoth).toEqual([2, 2, 2, 1]);
  });

  test('reads no large body that a filter passes over', async () => {
    const folder = temporaryFolder();
    const clock = new HandClock();
    const [storeBefore, nodeBefore] = await startOn(folder, clock);
    const vhost = nodeBefore.vhost('/')!;
    declare(vhost);
    for (const value of ['other', 'other', 'mine', 'other']) {
      const properties = { headers: toFieldTable({ 'x-stream-filter-value': value }) };
      const message = messageOf({ routingKey: 's', properties, body: Buffer.alloc(300_000, value) });
      vhost.publish(message, vhost.route(vhost.exchange('')!, message), undefined, 0);
    }
    nodeBefore.stop();
    await storeBefore.close();
    const [store, node] = await startOn(folder, clock);
    const readBody = vi.spyOn(store, 'readBody');
    const stream = node.vhost('/')!.queue('s') as Stream;
    const picky = new Reader(stream, { 'x-stream-filter': 'mine' });
    stream.activate(picky.consumer);
    expect(picky.bodies).toEqual(['mineminemi']);
    expect(readBody).toHaveBeenCalledTimes(1);
    node.stop();
    await store.close();
  });

  test('begins no more short segments than are worth their memory', () => {
    const clock = new HandClock();
    const { vhost } = nodeInMemory(clock);
    const stream = declare(vhost, { 'x-stream-max-segment-size-bytes': 0 });
    for (let n = 0; n < 5000; n++) publish(stream, 'x');
    const definition = { 'max-length-bytes': 0 };
    vhost.policies.put('policy', { name: 'p', pattern: '', definition, priority: 0, applyTo: 'streams' });
    clock.pass(0);
    // What is left is the last segment, which had to take all after the 4095 before it.
    expect(stream.ready).toBe(5000 - 4095);
  });

  test('ends while a filter passes over messages', async () => {
    const { vhost } = nodeInMemory();
    const stream = declare(vhost);
    for (let n = 0; n < 10_000; n++) publish(stream, 'x');
    const picky = new Reader(stream, { 'x-stream-filter': 'mine' });
    stream.activate(picky.consumer);
    vhost.deleteQueue(stream);
    await turn();
    expect(picky.bodies).toEqual(['cancelled']);
    expect(stream.consumers.count).toBe(0);
  });

  test('is read by many at their own places in little memory', async () => {
    const store = await SqliteStore.open({ folder: temporaryFolder(), lazyMs: 2, thread: false });
    const node = new BrokerNode(store, 8 * 1024 * 1024);
    node.recover(DEFAULTS);
    const stream = declare(node.vhost('/')!);
    const count = 1024;
    for (let n = 0; n < count; n++) {
      publish(stream, String(n).padEnd(40_000));
      if (n % 50 === 0) await new Promise<void>((resolve) => store.afterCommit(resolve));
    }
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    const readers = Array.from({ length: 5 }, (_, n) => new Reader(stream, { 'x-stream-offset': n * 200 }));
    let most = 0;
    for (let finished = false; !finished;) {
      for (const reader of readers) {
        // As much as a connection takes in a turn.
        reader.room = 256 * 1024;
        reader.consumer.resume();
        most = Math.max(most, node.memory.bytes);
      }
      finished = readers.every(({ bodies }, n) => bodies.length === count - n * 200);
      await turn();
    }
    expect(readers[4].bodies.map(Number)).toEqual(Array.from({ length: count - 800 }, (_, n) => 800 + n));
    // 40 MB in all. Beyond what a stream keeps each reader has a segment or two before memory is asked for.
    expect(most).toBeLessThan(20 * 1024 * 1024);
    node.stop();
    await store.close();
  });
});
