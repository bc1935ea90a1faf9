/**
 * Clients that take their time for ever: with the handshake, with their side of the close, with reading what they asked for.
 * What waits for them stays bounded, and they are dropped where the protocol says so.
 */
import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { decodeMethod } from '../../src/wire/generated/method-codec.ts';
import { systemClock } from '../../src/util/system.ts';
import { frames, method } from '../support/amqp-client/index.ts';
import { HandClock } from '../support/hand-clock.ts';
import { liveBytes } from '../support/live-memory.ts';
import { type Arena, useArena } from './arena.ts';
import { HANDSHAKE, OPEN_CHANNEL } from './sessions.ts';

const MIB = 1024 * 1024;

describe('a client that does not finish the handshake', () => {
  const clock = new HandClock();
  const arena = useArena(() => ({ handshakeTimeout: 2000 }), {
    clocks: { messages: systemClock, connections: clock },
  });

  test('is dropped when its time is over, however slowly it goes on talking', async () => {
    await arena().attack(async () => {
      const sayings = [Buffer.alloc(0), ...HANDSHAKE.map((_, index) => Buffer.concat(HANDSHAKE.slice(0, index)))];
      const offenders = await Promise.all(
        [...sayings, Buffer.from('AMQP\0\0\x09'), Buffer.concat(HANDSHAKE.slice(0, 2)).subarray(0, -1)].map(
          async (said) => {
            const offender = await arena().offender(`${said.length} bytes`);
            await offender.say(said);
            return offender;
          },
        ),
      );
      // Says a byte now and then, which earns it no more time.
      const hello = Buffer.concat([HANDSHAKE[0], HANDSHAKE[1]]);
      const slow = await arena().offender('byte by byte');
      // It has heard all that was said before.
      await (await arena().connect()).expectAlive();
      for (let part = 0; part < 20; part++) {
        clock.pass(100);
        await slow.say(hello.subarray(part, part + 1));
        if (part === 0) for (const offender of offenders) expect(offender.socket.closed).toBe(false);
      }
      for (const offender of [...offenders, slow]) await offender.closed();
      for (const offender of offenders) {
        expect(arena().warnings(offender)).toMatchObject([
          { message: 'connection refused', error: 'handshake timeout' },
        ]);
      }
    });
  });

  test('is let in when it says all of it in time, byte by byte', async () => {
    await arena().attack(async () => {
      const offender = await arena().offender('byte by byte');
      for (const byte of Buffer.concat([...HANDSHAKE, OPEN_CHANNEL])) await offender.say(Buffer.from([byte]));
      await offender.say(frames.methodFrame(0, method('connection.close')));
      await offender.closed();
      expect(arena().warnings(offender)).toEqual([]);
      expect(namesOf(offender.received)).toEqual([
        ...['connection.start', 'connection.tune', 'connection.open-ok', 'channel.open-ok', 'connection.close-ok'],
      ]);
    });
  });
});

describe('a client that reads nothing', () => {
  const arena = useArena();

  test('while a long queue is delivered to it does not have it in memory twice', async () => {
    const [count, size] = [4096, 16 * 1024];
    await filled(arena(), 'fuzz-a', count, size);
    await arena().attack(async () => {
      const before = liveBytes();
      const offenders = await Promise.all(Array.from({ length: 10 }, () => unreading(arena(), consume(false))));
      const watcher = await arena().connect();
      const channel = await watcher.channel();
      await channel.expectCounts('fuzz-a', { consumers: offenders.length });
      const { messages } = await channel.counts('fuzz-a');
      // What the system's socket buffers take is gone from the queue; the broker's own part is small.
      expect(messages).toBeGreaterThan(count / 4);
      expect(liveBytes() - before).toBeLessThan((count * size) / 2);
      for (const offender of offenders) offender.destroy();
      await channel.expectCounts('fuzz-a', { consumers: 0, messages: count });
      await watcher.close();
    });
  });

  test('and asks for messages without end by basic.get is not heard until it reads', async () => {
    const count = 64;
    await filled(arena(), 'fuzz-a', count, MIB);
    await arena().attack(async () => {
      const offender = await unreading(arena(), Buffer.alloc(0));
      const gets = Buffer.concat(Array.from({ length: count }, () => get('fuzz-a', false)));
      await offender.say(gets);
      const watcher = await arena().connect();
      const channel = await watcher.channel();
      await channel.expectNothing('fuzz-a');
      const { messages } = await channel.counts('fuzz-a');
      expect(messages).toBeGreaterThan(count / 2);
      offender.socket.resume();
      await channel.expectCounts('fuzz-a', { messages: 0 });
      offender.destroy();
      await channel.expectCounts('fuzz-a', { messages: count });
      await watcher.close();
    });
  });

  test('and floods the broker with messages that come back is not heard until it reads', async () => {
    await arena().attack(async () => {
      const offender = await unreading(arena(), Buffer.alloc(0));
      const publish = Buffer.concat([
        frames.methodFrame(1, method('basic.publish', { routingKey: 'nobody', mandatory: true })),
        frames.headerFrame(1, 4000),
        frames.bodyFrame(1, Buffer.alloc(4000)),
      ]);
      const flood = Buffer.concat(Array.from({ length: 256 }, () => publish));
      let said = 0;
      // Once nobody reads at either end, the system's buffers fill up, and a write never ends.
      while (said < 256 * MIB && (await inTime(offender.say(flood), 500))) said += flood.length;
      expect(said).toBeLessThan(64 * MIB);
      offender.destroy();
    });
  });

  test.each([
    ['makes errors', () => [OPEN_CHANNEL, declareLocked(1), frames.methodFrame(1, method('channel.close-ok'))]],
    ['asks for a channel that is closing', () => [frames.methodFrame(2, method('channel.close'))]],
    ['renews its secret', () => [frames.methodFrame(0, method('connection.update-secret'))]],
  ])('and %s without end is not heard until it reads', async (_, sayings) => {
    await arena().attack(async () => {
      const owner = await arena().connect();
      await (await owner.channel()).queue('fuzz-a');
      const offender = await unreading(arena(), frames.methodFrame(1, method('channel.close')));
      await offender.say(Buffer.concat([frames.methodFrame(2, method('channel.open')), declareLocked(2)]));
      const flood = Buffer.concat(Array.from({ length: 500 }, () => Buffer.concat(sayings())));
      let said = 0;
      while (said < 64 * MIB && (await inTime(offender.say(flood), 2000))) said += flood.length;
      expect(said).toBeLessThan(32 * MIB);
      offender.destroy();
      await owner.close();
    });
  });

  test('and is owed replies without end does not get all of them', async () => {
    await arena().attack(async () => {
      const client = await arena().connect();
      const channel = await client.channel();
      const requests = await channel.queue();
      await channel.consume(requests, { noAck: true });
      // The reply consumer's own request tells its reply address.
      const offender = await arena().offender('reads no replies');
      const replies = method('basic.consume', { queue: 'amq.rabbitmq.reply-to', noAck: true });
      const request = method('basic.publish', { routingKey: requests });
      const header = frames.headerFrame(1, 0, { replyTo: 'amq.rabbitmq.reply-to' });
      const methods = [replies, request].map((one) => frames.methodFrame(1, one));
      await offender.say(Buffer.concat([...HANDSHAKE, OPEN_CHANNEL, ...methods, header]));
      const { replyTo = '' } = (await channel.delivery()).properties;
      offender.socket.pause();
      const count = 100;
      const publisher = await client.channel();
      await publisher.call('confirm.select');
      for (let sent = 0; sent < count; sent++) publisher.publish(replyTo, Buffer.alloc(MIB));
      await publisher.confirmed(1, count);
      const unread = offender.receivedBytes;
      offender.socket.resume();
      // Where a small reply comes through again, all that waited has come before it.
      const last = 'the last one';
      await expect.poll(() => publisher.publish(replyTo, last) && offender.heard(last)).toBe(true);
      expect(offender.receivedBytes - unread).toBeGreaterThan(MIB);
      expect(offender.receivedBytes - unread).toBeLessThan((count - 20) * MIB);
      await client.close();
      offender.destroy();
    });
  });

  test('nor says anything any more is given up after its heartbeats are missed, whatever waits for it', async () => {
    await filled(arena(), 'fuzz-b', 32, MIB);
    await arena().attack(async () => {
      const client = await arena().connect({ tune: { heartbeat: 1 } });
      const channel = await client.channel();
      await channel.get('fuzz-b');
      client.socket.pause();
      for (let count = 1; count < 32; count++) channel.send('basic.get', { queue: 'fuzz-b' });
      const watcher = await arena().connect();
      const asking = await watcher.channel();
      await asking.expectCounts('fuzz-b', { messages: 32 });
      await watcher.close();
      client.destroy();
    });
  });
});

/** A client on an open channel that said this, and from then on reads nothing. */
async function unreading(arena: Arena, said: Buffer) {
  const offender = await arena.offender('unreading');
  await offender.say(Buffer.concat([...HANDSHAKE, OPEN_CHANNEL]));
  offender.socket.pause();
  await offender.say(said);
  return offender;
}

/** Refused with a long text, as the queue is another connection's. */
function declareLocked(channel: number): Buffer {
  return frames.methodFrame(channel, method('queue.declare', { queue: 'fuzz-a', passive: true }));
}

function consume(noAck: boolean): Buffer {
  return frames.methodFrame(1, method('basic.consume', { queue: 'fuzz-a', noAck }));
}

function get(queue: string, noAck: boolean): Buffer {
  return frames.methodFrame(1, method('basic.get', { queue, noAck }));
}

/** A queue with so many messages of so many bytes. */
async function filled(arena: Arena, queue: string, count: number, size: number): Promise<void> {
  const client = await arena.connect();
  const channel = await client.channel();
  await channel.queue(queue, { exclusive: false });
  await channel.call('confirm.select');
  for (let sent = 0; sent < count; sent++) channel.publish(queue, Buffer.alloc(size, sent));
  await channel.confirmed(1, count);
  await client.close();
}

async function inTime(done: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = elapse(ms, false, { signal: timer.signal }).catch(() => false);
  const result = await Promise.race([done.then(() => true), late]);
  timer.abort();
  return result;
}

function namesOf(stream: Buffer): string[] {
  return [...new frames.FrameReader().read(stream)].map(({ payload }) => decodeMethod(payload, 0, payload.length).name);
}
