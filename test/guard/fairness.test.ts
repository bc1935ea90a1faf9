/**
 * What others notice of a client that is slow, stuck or greedy, counted in turns of the event loop: a message of theirs goes round
 * in as few of them as if they were alone.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Counters } from '../../bench/load/role.ts';
import { HANDSHAKE, OPEN_CHANNEL } from '../fuzz/sessions.ts';
import { frames, method } from '../support/amqp-client/index.ts';
import { fail, GuardedBroker, nextTurn, QUEUE } from './guarded-broker.ts';

const SIZE = 16 * 1024;
/** More than the broker and the system take for a client that does not read. */
const BACKLOG = 2000;
const ROUNDS = 50;
/** To the broker and back, and one more turn each way where the system is late. */
const TURNS = 4;
const HELLO = Buffer.concat([...HANDSHAKE, OPEN_CHANNEL]);

const consume = (channel = 1): Buffer => frames.methodFrame(channel, method('basic.consume', { queue: QUEUE }));

describe('a message of another client goes round as if it were alone', () => {
  let broker: GuardedBroker;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    broker = await GuardedBroker.start();
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await broker.stop();
  });

  function client(): Socket {
    const socket = connect(broker.port, '127.0.0.1').on('error', fail);
    sockets.push(socket);
    return socket;
  }

  /** Reads until a message has come, and no further. */
  async function consumeOne(socket: Socket): Promise<void> {
    socket.write(Buffer.concat([HELLO, consume()]));
    while (socket.bytesRead < SIZE) await once(socket, 'data');
    socket.pause();
  }

  /** Messages that wait for whoever takes them. */
  async function backlog(): Promise<void> {
    const sending = await broker.publisher({ size: SIZE, count: BACKLOG });
    sending.start();
    await sending.stop();
    await sending.end();
  }

  /** The most turns that a message took to come back, while `meanwhile` is called in each. */
  async function mostTurns(meanwhile: () => void): Promise<number> {
    const counters = new Counters();
    const round = await broker.crowd({ connections: 1, messages: 1, queue: 'round', size: 16 }, counters);
    round.start();
    let [most, turns, rounds] = [0, 0, 0];
    while (rounds < ROUNDS) {
      meanwhile();
      await nextTurn();
      turns++;
      if (counters.consumed === rounds) continue;
      rounds = counters.consumed;
      most = Math.max(most, turns);
      turns = 0;
    }
    await round.stop();
    await round.end();
    return most;
  }

  it('beside a consumer that stops reading', async () => {
    await backlog();
    const stuck = client();
    await consumeOne(stuck);
    expect(await mostTurns(() => {})).toBeLessThanOrEqual(TURNS);
    // It has what was on its way, and the others are there for whoever reads.
    expect(await broker.topology.ready(QUEUE)).toBeGreaterThan(0);
  });

  it('beside a consumer that reads a little at a time', async () => {
    await backlog();
    const slow = client();
    await consumeOne(slow);
    let read = 0;
    const sip = (): void => void (read += (slow.read(64) as Buffer | null)?.length ?? 0);
    expect(await mostTurns(sip)).toBeLessThanOrEqual(TURNS);
    expect(read).toBeGreaterThan(0);
  });

  it('beside clients that say a byte at a time', async () => {
    const saying = Array.from({ length: 100 }, client);
    let said = 0;
    const byte = (): void => {
      for (const socket of saying) socket.write(HELLO.subarray(said, said + 1));
      said++;
    };
    expect(await mostTurns(byte)).toBeLessThanOrEqual(TURNS);
    expect(said).toBeGreaterThanOrEqual(ROUNDS);
  });

  it('beside a client that opens and closes 1,000 channels over and over', async () => {
    const greedy = client();
    const numbers = Array.from({ length: 1000 }, (_, i) => i + 1);
    const open = Buffer.concat(numbers.map((number) => frames.methodFrame(number, method('channel.open'))));
    const consumeAll = Buffer.concat(numbers.map((number) => consume(number)));
    const close = Buffer.concat(numbers.map((number) => frames.methodFrame(number, method('channel.close'))));
    const [header, startOk, , opened] = HANDSHAKE;
    const tuned = frames.methodFrame(
      0,
      method('connection.tune-ok', { channelMax: 2047, frameMax: 4096, heartbeat: 0 }),
    );
    greedy.resume().write(Buffer.concat([header, startOk, tuned, opened]));
    const again = (): void => {
      if (greedy.writableLength === 0) greedy.write(Buffer.concat([open, consumeAll, close]));
    };
    expect(await mostTurns(again)).toBeLessThanOrEqual(TURNS);
    expect(greedy.bytesRead).toBeGreaterThan(50_000);
    expect(greedy.destroyed).toBe(false);
  });
});
