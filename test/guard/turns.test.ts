/**
 * What a connection may do in one turn of the event loop, counted at the broker's sockets: a fast publisher must not keep the
 * others from being heard, and what a turn brought goes out together.
 */
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Consumer } from '../../bench/load/consumer.ts';
import { Crowd } from '../../bench/load/crowd.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { Counters, type ConsumerSpec, type CrowdSpec, type PublisherSpec } from '../../bench/load/role.ts';
import { Topology } from '../../bench/scenarios/topology.ts';
import { Broker } from '../../src/index.ts';

/** The most that a connection may read in a turn. The system may have read as much ahead. */
const READ_BYTES = 131072;
const QUEUE = 'guard';

/** What one of the broker's sockets does. */
interface Watch {
  readonly socket: Socket;
  writes: number;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const fail = (error: Error): void => {
  throw error;
};

describe('a turn of the event loop', () => {
  let broker: Broker;
  let topology: Topology;
  /** The broker's sockets, in the order of their first words: the broker's part of the handshake is among them. */
  const watches: Watch[] = [];

  beforeEach(async () => {
    broker = await Broker.start({ port: 0 });
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { write } = Socket.prototype;
    vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
      if (this.localPort === broker.port) noteWrite(this);
      return Reflect.apply(write, this, args) as boolean;
    });
    topology = await Topology.open(broker.url);
    await topology.queues({ names: [QUEUE], durable: false });
  });

  afterEach(async () => {
    await topology[Symbol.asyncDispose]();
    await broker.stop();
    watches.length = 0;
  });

  function noteWrite(socket: Socket): void {
    const known = watches.find((watch) => watch.socket === socket);
    if (known === undefined) watches.push({ socket, writes: 1 });
    else known.writes++;
  }

  const publisher = (spec: Partial<PublisherSpec>): PublisherSpec => ({
    kind: 'publisher',
    exchange: '',
    routingKeys: [QUEUE],
    size: 16,
    persistent: false,
    unconfirmed: 0,
    rate: 0,
    count: 0,
    ...spec,
  });
  const consumer: ConsumerSpec = {
    kind: 'consumer',
    queues: [QUEUE],
    autoAck: true,
    prefetch: 0,
    ackEvery: 0,
    size: 16,
    timed: false,
  };

  it('reads a publisher at full speed once, and answers another connection meanwhile', async () => {
    const counters = new Counters();
    const sending = await Publisher.open(broker.url, publisher({ count: 200_000 }), counters, fail);
    const watch = watches.at(-1)!;
    sending.start();
    let turns = 0;
    let slowest = 0;
    let done = false;
    const stopped = sending.stop().then(() => (done = true));
    const before = watch.socket.bytesRead;
    let asked: number | undefined;
    while (!done) {
      if (asked === undefined) {
        asked = turns;
        const from = turns;
        void topology.ready(QUEUE).then(() => {
          slowest = Math.max(slowest, turns - from);
          asked = undefined;
        });
      }
      await nextTurn();
      turns++;
    }
    await stopped;
    const read = watch.socket.bytesRead - before;
    expect(counters.published).toBe(200_000);
    expect(read).toBeGreaterThan(100 * READ_BYTES);
    // Not to the byte: what the system cut short may be followed by another read. Without the limit it would be 32 times as much.
    expect(read / turns).toBeLessThan(1.25 * READ_BYTES);
    expect(slowest).toBeLessThanOrEqual(4);
    expect(await topology.ready(QUEUE)).toBe(200_000);
    await sending.end();
  });

  it('hears a publisher at full speed only as far as its busy consumer can follow', async () => {
    const count = 200_000;
    const counters = new Counters();
    const acknowledging = { ...consumer, autoAck: false, prefetch: 200, ackEvery: 1 };
    const taking = await Consumer.open(broker.url, acknowledging, counters, fail);
    const sending = await Publisher.open(broker.url, publisher({ count }), new Counters(), fail);
    sending.start();
    let most = 0;
    while (counters.consumed < count) most = Math.max(most, await topology.ready(QUEUE));
    // Without that rule most of them would wait in the queue.
    expect(most).toBeLessThan(count / 10);
    await sending.stop();
    await sending.end();
    await taking.end();
  });

  it('writes once to a consumer, however many messages came for it', async () => {
    const counters = new Counters();
    const taking = await Consumer.open(broker.url, consumer, counters, fail);
    const watch = watches.at(-1)!;
    const sending = await Publisher.open(broker.url, publisher({ count: 500 }), new Counters(), fail);
    let most = 0;
    let writes = watch.writes;
    const first = writes;
    sending.start();
    while (counters.consumed < 500) {
      await nextTurn();
      most = Math.max(most, watch.writes - writes);
      writes = watch.writes;
    }
    expect(most).toBe(1);
    // 500 messages are one read of the broker, or two where the system cuts them.
    expect(writes - first).toBeLessThanOrEqual(2);
    await sending.stop();
    await sending.end();
    await taking.end();
  });

  it('takes no new memory for the output of many connections', async () => {
    const counters = new Counters();
    const spec: CrowdSpec = { kind: 'crowd', connections: 700, messages: 1, queue: 'crowd', size: 1024 };
    const crowd = await Crowd.open(broker.url, spec, counters, fail);
    crowd.start();
    while (counters.consumed < 3 * spec.connections) await nextTurn();
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    while (counters.consumed < 10 * spec.connections) await nextTurn();
    // What goes out when the turn ends would take a buffer each: more than are kept.
    expect(allocate).not.toHaveBeenCalled();
    await crowd.stop();
    await crowd.end();
  });

  it('confirms once, however many messages it took', async () => {
    const counters = new Counters();
    const sending = await Publisher.open(broker.url, publisher({ count: 500, unconfirmed: 500 }), counters, fail);
    const watch = watches.at(-1)!;
    const first = watch.writes;
    sending.start();
    while (counters.confirmed < 500) await nextTurn();
    expect(watch.writes - first).toBeLessThanOrEqual(2);
    await sending.stop();
    await sending.end();
  });
});
