/** Many connections, many channels, much announced: what one client may hold stays small until it really sends it. */
import { describe, expect, test } from 'vitest';
import { AmqpClient, frames, method } from '../support/amqp-client/index.ts';
import { startCommand } from '../support/cli/command.ts';
import { liveBytes } from '../support/live-memory.ts';
import { inParallel, useArena } from './arena.ts';
import { Offender } from './offender.ts';
import { Random, seeds } from './random.ts';
import { HANDSHAKE, OPEN_CHANNEL, STAGES } from './sessions.ts';

const MIB = 1024 * 1024;

const arena = useArena();

describe('a client', () => {
  test('that announces 128 MiB on each of 2047 channels takes memory for what it sends', async () => {
    await arena().attack(async () => {
      const client = await arena().connect();
      const before = liveBytes();
      for (let channel = 1; channel <= 2047; channel++) {
        client.send(channel, 'channel.open').send(channel, 'basic.publish', { exchange: 'amq.fanout' });
        client.write(frames.headerFrame(channel, 128 * MIB));
        client.write(frames.bodyFrame(channel, Buffer.alloc(1)));
      }
      await client.expect('channel.open-ok', 2047);
      // A first buffer of 64 KiB a channel, and what a channel is.
      expect(liveBytes() - before).toBeLessThan(2047 * 80 * 1024);
      client.destroy();
    });
  });

  test('whose large messages are through keeps none of them in memory, on however many channels', async () => {
    await arena().attack(async () => {
      const client = await arena().connect();
      const before = liveBytes();
      for (let count = 0; count < 12; count++) {
        const channel = await client.channel();
        channel.publish('', Buffer.alloc(4 * MIB), { exchange: 'amq.fanout' });
        await channel.expectNothing();
      }
      await expect.poll(() => liveBytes() - before).toBeLessThan(16 * MIB);
      await client.close();
    });
  });

  test('that connects hundreds of times and drops each connection at any stage is forgotten', async () => {
    await arena().attack(() =>
      inParallel(seeds(400), 50, async (seed) => {
        const random = new Random(seed);
        const offender = await arena().offender(`seed ${seed}`);
        const said = random.pick(STAGES);
        offender.socket.write(said.subarray(0, random.below(said.length + 1)));
        if (random.chance(0.5)) await offender.finish();
        else offender.destroy();
      }),
    );
  });

  test('that ends its side of the connection loses it, though it has not read what waits for it', async () => {
    await arena().attack(async () => {
      const client = await arena().connect();
      const channel = await client.channel();
      const queue = await channel.queue('fuzz-a', { exclusive: false });
      for (let count = 0; count < 32; count++) channel.publish(queue, Buffer.alloc(MIB));
      const offender = await arena().offender('half open');
      await offender.say(Buffer.concat([...HANDSHAKE, OPEN_CHANNEL]));
      offender.socket.pause();
      await offender.say(frames.methodFrame(1, method('basic.consume', { queue })));
      await channel.expectCounts(queue, { consumers: 1 });
      offender.socket.end();
      await channel.expectCounts(queue, { consumers: 0, messages: 32 });
      await client.close();
    });
  });
});

test('a broker that has no file descriptors left serves the clients it has, and new ones when it has some again', async () => {
  // Its own process, with few descriptors: this one needs its own for the clients.
  const command = startCommand(['--memory', '--port', '0'], { shell: 'ulimit -n 60 && exec "$@"' });
  const { port } = await command.waitForLine('started TCP listener');
  const url = `amqp://guest:guest@127.0.0.1:${String(port)}`;
  const client = await AmqpClient.connect(url);
  const crowd = await Promise.all(Array.from({ length: 200 }, () => Offender.dial(Number(port))));
  await client.expectAlive();
  for (const offender of crowd) offender.destroy();
  await client.expectAlive();
  await expect.poll(() => AmqpClient.connect(url).then((another) => another.close())).toBeUndefined();
  await client.close();
  expect(command.child.exitCode).toBeNull();
});
