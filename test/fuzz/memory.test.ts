/**
 * Clients that have the broker keep what they like, without end: V8's heap does not fill up, nor does the machine's memory, and nobody else
 * is closed for it.
 */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { AmqpClient, frames, method, type MethodName } from '../support/amqp-client/index.ts';
import { startCommand } from '../support/cli/command.ts';
import { useArena } from './arena.ts';

const MIB = 1024 * 1024;
/** Of a table like this a frame holds 60 KiB, and the heap a MiB and more. */
const LARGE_TABLE = toFieldTable(Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [i.toString(36), null])));

const THOUSAND = Buffer.concat(Array.from({ length: 1000 }, () => publish(1, 0)));

/** What takes room in the heap, by what a client says over and over. */
const SAYINGS: Record<string, (count: number) => Buffer> = {
  queues: (count) =>
    said('queue.declare', { queue: `${count}`, exclusive: true, noWait: true, arguments: LARGE_TABLE }),
  bindings: (count) =>
    said('queue.bind', {
      queue: 'own',
      exchange: 'amq.direct',
      routingKey: `${count}`,
      noWait: true,
      arguments: LARGE_TABLE,
    }),
  transactions: () => THOUSAND,
};

test('a heap that clients fill is given to no further one, and is there again when they are gone', async () => {
  const args = ['--memory', '--host', '127.0.0.1', '--port', '0'];
  const command = startCommand(args, { nodeArguments: ['--max-old-space-size=112'] });
  const { port } = await command.waitForLine('started TCP listener');
  const url = `amqp://guest:guest@127.0.0.1:${String(port)}`;
  const witness = await AmqpClient.connect(url);
  for (const [what, saying] of Object.entries(SAYINGS)) {
    const offender = await AmqpClient.connect(url);
    const channel = await offender.channel();
    await channel.queue('own');
    if (what === 'transactions') await channel.call('tx.select');
    for (let count = 0; offender.inbox.peek(0).length === 0 && count < 10_000; count++) {
      await write(offender, saying(count));
    }
    await offender.expectClose(
      506,
      /^RESOURCE_ERROR - the memory for what clients declare and open is used up|unfinished/,
    );
    await expect.poll(() => hasRoom(url), { interval: 100 }).toBe(true);
  }
  await witness.expectAlive();
  witness.destroy();
});

describe('what clients keep without giving it to the broker', () => {
  // All together may keep 4 MiB.
  const arena = useArena(() => ({ memoryBudget: 8 * MIB, maxMessageSize: MIB }));

  test('content without its end is theirs up to a limit, beyond which who keeps most is closed', async () => {
    await arena().attack(async () => {
      const modest = await arena().connect();
      const confirmed = await modest.channel();
      await confirmed.call('confirm.select');
      const whole = publish(confirmed.number, 100_000);
      modest.write(whole.subarray(0, 90_000));
      const offenders = await Promise.all(Array.from({ length: 3 }, () => arena().connect()));
      for (let number = 1; offenders.every(({ inbox }) => inbox.peek(0).length === 0); number++) {
        for (const offender of offenders) {
          offender.send(number, 'channel.open');
          await write(offender, unfinished(number, MIB));
        }
      }
      modest.write(whole.subarray(90_000));
      expect(await confirmed.confirmed(1, 1)).toEqual({ nacked: [] });
      const closed = offenders.find(({ inbox }) => inbox.peek(0).length > 0)!;
      await closed.expectClose(506, /^RESOURCE_ERROR - unfinished messages and transactions take \d+ bytes/);
    });
  });

  test('a transaction is closed that keeps more, and others may go on with theirs', async () => {
    await arena().attack(async () => {
      const modest = await arena().connect();
      const channel = await modest.channel();
      await channel.call('tx.select');
      channel.publish('', Buffer.alloc(100_000));
      const offender = await arena().connect();
      await (await offender.channel()).call('tx.select');
      while (offender.inbox.peek(0).length === 0) await write(offender, publish(1, 100_000));
      await offender.expectClose(506, /^RESOURCE_ERROR - unfinished messages and transactions take/);
      await channel.call('tx.commit');
      // What was committed or rolled back counts no more.
      for (let round = 0; round < 20; round++) {
        for (let count = 0; count < 5; count++) channel.publish('', Buffer.alloc(100_000));
        await channel.call(round % 2 === 0 ? 'tx.commit' : 'tx.rollback');
      }
      await modest.close();
    });
  });
});

function said<N extends MethodName>(name: N, fields: Parameters<typeof method<N>>[1]): Buffer {
  return frames.methodFrame(1, method(name, fields));
}

function publish(channel: number, bytes: number): Buffer {
  const content = frames.contentFrames(channel, Buffer.alloc(bytes), {}, 131_072);
  return Buffer.concat([frames.methodFrame(channel, method('basic.publish')), content]);
}

/** All of a message but its last octet. */
function unfinished(channel: number, bytes: number): Buffer {
  const parts = [frames.methodFrame(channel, method('basic.publish')), frames.headerFrame(channel, bytes)];
  for (let left = bytes - 1; left > 0; left -= 100_000) {
    parts.push(frames.bodyFrame(channel, Buffer.alloc(Math.min(left, 100_000))));
  }
  return Buffer.concat(parts);
}

/** Resolves when the system has taken the bytes, or the connection is closed, and what was received has been read. */
async function write({ socket }: AmqpClient, bytes: Buffer): Promise<void> {
  await setImmediate();
  if (socket.writable) await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
}

async function hasRoom(url: string): Promise<boolean> {
  const client = await AmqpClient.connect(url);
  const channel = await client.channel();
  try {
    await channel.queue();
    return true;
  } catch (error) {
    if (String(error).includes('connection.close 506')) return false;
    throw error;
  } finally {
    client.destroy();
  }
}
