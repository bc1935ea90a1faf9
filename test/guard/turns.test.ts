/**
 * What a connection may do in one turn of the event loop, counted at the broker's sockets: a fast publisher must not keep the
 * others from being heard, and what a turn brought goes out together.
 */
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Counters } from '../../bench/load/role.ts';
import { GuardedBroker, nextTurn, QUEUE } from './guarded-broker.ts';

/** The most that a connection may read in a turn. The system may have read as much ahead. */
const READ_BYTES = 131072;

/** Messages of a publisher at full speed: some hundred turns' worth. */
const COUNT = 80_000;

/** What one of the broker's sockets does. */
interface Watch {
  readonly socket: Socket;
  writes: number;
}

describe('a turn of the event loop', () => {
  let broker: GuardedBroker;
  /** The broker's sockets, in the order of their first words: the broker's part of the handshake is among them. */
  const watches: Watch[] = [];

  beforeEach(async () => {
    broker = await GuardedBroker.start({}, noteWrite);
  });

  afterEach(async () => {
    await broker.stop();
    watches.length = 0;
  });

  function noteWrite(socket: Socket): void {
    const known = watches.find((watch) => watch.socket === socket);
    if (known === undefined) watches.push({ socket, writes: 1 });
    else known.writes++;
  }

  it('reads a publisher at full speed once, and answers another connection meanwhile', async () => {
    const counters = new Counters();
    const sending = await broker.publisher({ count: COUNT }, counters);
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
        void broker.topology.ready(QUEUE).then(() => {
          slowest = Math.max(slowest, turns - from);
          asked = undefined;
        });
      }
      await nextTurn();
      turns++;
    }
    await stopped;
    const read = watch.socket.bytesRead - before;
    expect(counters.published).toBe(COUNT);
    expect(read).toBeGreaterThan(30 * READ_BYTES);
    // Not to the byte: what the system cut short may be followed by another read. Without the limit it would be 32 times as much.
    expect(read / turns).toBeLessThan(1.25 * READ_BYTES);
    expect(slowest).toBeLessThanOrEqual(4);
    expect(await broker.topology.ready(QUEUE)).toBe(COUNT);
    await sending.end();
  });

  it('hears a publisher at full speed only as far as its busy consumer can follow', async () => {
    const count = COUNT;
    const counters = new Counters();
    const taking = await broker.consumer({ autoAck: false, prefetch: 200, ackEvery: 1 }, counters);
    const sending = await broker.publisher({ count });
    sending.start();
    let most = 0;
    while (counters.consumed < count) most = Math.max(most, await broker.topology.ready(QUEUE));
    // Without that rule most of them would wait in the queue.
    expect(most).toBeLessThan(count / 10);
    await sending.stop();
    await sending.end();
    await taking.end();
  });

  it('writes once to a consumer, however many messages came for it', async () => {
    const counters = new Counters();
    const taking = await broker.consumer({}, counters);
    const watch = watches.at(-1)!;
    const sending = await broker.publisher({ count: 500 });
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
    const connections = 700;
    const counters = new Counters();
    const crowd = await broker.crowd({ connections, messages: 1, queue: 'crowd', size: 1024 }, counters);
    crowd.start();
    while (counters.consumed < 3 * connections) await nextTurn();
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    while (counters.consumed < 10 * connections) await nextTurn();
    // What goes out when the turn ends would take a buffer each: more than are kept.
    expect(allocate).not.toHaveBeenCalled();
    await crowd.stop();
    await crowd.end();
  });

  it('confirms once, however many messages it took', async () => {
    const counters = new Counters();
    const sending = await broker.publisher({ count: 500, unconfirmed: 500 }, counters);
    const watch = watches.at(-1)!;
    const first = watch.writes;
    sending.start();
    while (counters.confirmed < 500) await nextTurn();
    expect(watch.writes - first).toBeLessThanOrEqual(2);
    await sending.stop();
    await sending.end();
  });
});
