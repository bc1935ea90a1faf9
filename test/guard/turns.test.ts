/**
 * What a connection may do in one turn of the event loop, counted at the broker's sockets: a fast publisher must not keep the
 * others from being heard, and what a turn brought goes out together.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer } from '../../bench/load/consumer.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { Counters, type ConsumerSpec, type PublisherSpec } from '../../bench/load/role.ts';
import { Topology } from '../../bench/scenarios/topology.ts';
import { Broker } from '../../src/index.ts';

/** The most that a connection may read in a turn. The system may have read as much ahead. */
const READ_BYTES = 65536;
const QUEUE = 'guard';

/** Counts what one of the broker's sockets does in each turn. */
class Watch {
  readonly #socket: Socket;
  readonly #write: Socket['write'];
  writes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#write = socket.write.bind<Socket['write']>(socket);
    socket.write = ((...args: Parameters<Socket['write']>) => {
      this.writes++;
      return this.#write(...args);
    }) as Socket['write'];
  }

  get read(): number {
    return this.#socket.bytesRead;
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const fail = (error: Error): void => {
  throw error;
};

describe('a turn of the event loop', () => {
  let broker: Broker;
  let topology: Topology;
  const watches: Watch[] = [];
  const onSocket = (message: unknown): void => {
    watches.push(new Watch((message as { socket: Socket }).socket));
  };

  beforeEach(async () => {
    subscribe('net.server.socket', onSocket);
    broker = await Broker.start({ port: 0 });
    topology = await Topology.open(broker.url);
    await topology.queues({ names: [QUEUE], durable: false });
  });

  afterEach(async () => {
    await topology[Symbol.asyncDispose]();
    await broker.stop();
    unsubscribe('net.server.socket', onSocket);
    watches.length = 0;
  });

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
    const before = watch.read;
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
    const read = watch.read - before;
    expect(counters.published).toBe(200_000);
    expect(read).toBeGreaterThan(100 * READ_BYTES);
    // Not to the byte: what the system cut short may be followed by another read. Without the limit it would be 32 times as much.
    expect(read / turns).toBeLessThan(1.25 * READ_BYTES);
    expect(slowest).toBeLessThanOrEqual(4);
    expect(await topology.ready(QUEUE)).toBe(200_000);
    await sending.end();
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
