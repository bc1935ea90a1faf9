/**
 * What a single message waits for, counted rather than timed: nothing but the events it consists of. A timer anywhere on its way
 * would be a millisecond at least, and a turn of the event loop as long as everything else that is done in it.
 */
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Consumer } from '../../bench/load/consumer.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { type ConsumerSpec, Counters, type PublisherSpec } from '../../bench/load/role.ts';
import { Topology } from '../../bench/scenarios/topology.ts';
import { Broker } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUEUE = 'guard';
/** Turns without work before the message. */
const SILENCE = 20;
const NEVER = setTimeout(() => {}, 0);
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const fail = (error: Error): void => {
  throw error;
};

describe('the first message after silence', () => {
  let broker: Broker;
  let topology: Topology;
  let turn = 0;
  /** Each write of the broker: to which socket, in which turn. */
  const writes: { readonly socket: Socket; readonly turn: number }[] = [];

  beforeEach(async () => {
    broker = await Broker.start({ port: 0, dataDir: temporaryFolder() });
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { write } = Socket.prototype;
    vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
      if (this.localPort === broker.port) writes.push({ socket: this, turn });
      return Reflect.apply(write, this, args) as boolean;
    });
    topology = await Topology.open(broker.url);
    await topology.queues({ names: [QUEUE], durable: true });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await topology[Symbol.asyncDispose]();
    await broker.stop();
  });

  it.each([
    { what: 'without acknowledgements', persistent: false, autoAck: true, unconfirmed: 0 },
    { what: 'acknowledged and confirmed', persistent: false, autoAck: false, unconfirmed: 1 },
    { what: 'persistent, acknowledged and confirmed', persistent: true, autoAck: false, unconfirmed: 1 },
  ])('goes out in the turn in which it came, and all is said of it though no timer fires: $what', async (load) => {
    const { persistent, autoAck, unconfirmed } = load;
    const consumer: ConsumerSpec = {
      kind: 'consumer',
      queues: [QUEUE],
      autoAck,
      prefetch: autoAck ? 0 : 10,
      ackEvery: 1,
      size: 16,
      timed: false,
    };
    const publisher: PublisherSpec = {
      kind: 'publisher',
      exchange: '',
      routingKeys: [QUEUE],
      size: 16,
      persistent,
      unconfirmed,
      rate: 0,
      count: 1,
    };
    const [sent, taken] = [new Counters(), new Counters()];
    const taking = await Consumer.open(broker.url, consumer, taken, fail);
    const to = writes.at(-1)!.socket;
    const sending = await Publisher.open(broker.url, publisher, sent, fail);
    const from = writes.at(-1)!.socket;
    for (let i = 0; i < SILENCE; i++) await nextTurn();
    const timers = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(NEVER);
    const before = from.bytesRead;
    writes.length = 0;
    let came: number | undefined;
    sending.start();
    while (taken.consumed < 1 || sent.confirmed < unconfirmed) {
      await nextTurn();
      // Before what the broker does at the end of this turn.
      turn++;
      if (from.bytesRead > before) came ??= turn;
    }
    expect(came).toBeDefined();
    expect(writes.find(({ socket }) => socket === to)).toEqual({ socket: to, turn: came });
    timers.mockRestore();
    await sending.stop();
    await Promise.all([sending.end(), taking.end()]);
  });
});
