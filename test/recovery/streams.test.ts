/** Streams after the broker has crashed: every offset stands for the message it stood for, and the next one is new. */
import { type ConsumeMessage, type ConfirmChannel } from 'amqplib';
import { describe, expect } from 'vitest';
import { consumeInto, openChannel } from '../support/interop/amqplib.ts';
import { barrier, confirmChannel } from '../support/recovery/clients.ts';
import { sharedRestarts } from '../support/recovery/shared-restarts.ts';

const STREAM = { 'x-queue-type': 'stream' };

/** Publishes transient messages, which a stream stores all the same, and waits until they are confirmed. */
async function fill(channel: ConfirmChannel, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) channel.sendToQueue('s', Buffer.from(body));
  await channel.waitForConfirms();
}

/** The first messages from an offset on, as `offset:body`. */
async function read(url: string, offset: string | number, count: number): Promise<string[]> {
  const channel = await openChannel(url);
  await channel.prefetch(1000);
  const inbox = await consumeInto(channel, 's', { arguments: { 'x-stream-offset': offset } });
  return ((await inbox.take(count)) as ConsumeMessage[]).map(
    ({ content, properties }) => `${properties.headers!['x-stream-offset']}:${content.toString()}`,
  );
}

function numbered(from: number, to: number, padding = 0): string[] {
  return Array.from({ length: to - from }, (_, n) => String(from + n).padEnd(padding, '.'));
}

function atOffsets(bodies: readonly string[], first: number): string[] {
  return bodies.map((body, n) => `${first + n}:${body}`);
}

describe('a stream after a crash and a restart', () => {
  const scenario = sharedRestarts();

  scenario('has what was confirmed at the same offsets, and goes on behind it', async function* (broker) {
    let channel = await confirmChannel(broker.url);
    await channel.assertQueue('s', { arguments: STREAM });
    await fill(channel, numbered(0, 10));
    yield;
    expect(await read(broker.url, 'first', 10)).toEqual(atOffsets(numbered(0, 10), 0));
    expect(await read(broker.url, 'last', 1)).toEqual(['9:9']);
    expect(await read(broker.url, 7, 3)).toEqual(['7:7', '8:8', '9:9']);
    expect(await read(broker.url, '1h', 1)).toEqual(['0:0']);
    channel = await confirmChannel(broker.url);
    await fill(channel, numbered(10, 15));
    yield;
    expect(await read(broker.url, 'first', 15)).toEqual(atOffsets(numbered(0, 15), 0));
    expect(await (await openChannel(broker.url)).checkQueue('s')).toMatchObject({ messageCount: 15 });
  });

  scenario('begins with the offset that its declaration named, empty or not', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('s', { arguments: { ...STREAM, 'x-stream-initial-offset': 1000 } });
    yield;
    await fill(await confirmChannel(broker.url), ['a', 'b']);
    yield;
    await fill(await confirmChannel(broker.url), ['c']);
    expect(await read(broker.url, 'first', 3)).toEqual(atOffsets(['a', 'b', 'c'], 1000));
  });

  scenario(
    'has lost the segments that were too many for good, and counts on from where it was',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      const limits = { 'x-max-length-bytes': 10_000, 'x-stream-max-segment-size-bytes': 2_000 };
      await channel.assertQueue('s', { arguments: { ...STREAM, ...limits } });
      for (let n = 0; n < 40; n += 5) await fill(channel, numbered(n, n + 5, 500));
      await barrier(broker.url);
      const rows = broker.query(
        `SELECT first_seq FROM page JOIN queue ON queue.id = queue_id WHERE vhost = '${broker.vhost}' AND name = 's'`,
      );
      yield;
      const { messageCount } = await (await openChannel(broker.url)).checkQueue('s');
      expect(messageCount).toBeLessThan(25);
      expect(Math.min(...(rows as number[]))).toBe(40 - messageCount);
      expect(await read(broker.url, 0, messageCount)).toEqual(
        atOffsets(numbered(40 - messageCount, 40, 500), 40 - messageCount),
      );
      await fill(await confirmChannel(broker.url), ['next']);
      expect(await read(broker.url, 40, 1)).toEqual(['40:next']);
    },
  );

  scenario(
    'has large bodies, which other queues had too, until it loses or is deleted with them',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertExchange('all', 'fanout');
      await channel.assertQueue('s', { arguments: STREAM });
      await channel.assertQueue('q');
      for (const queue of ['s', 'q']) await channel.bindQueue(queue, 'all', '');
      const bodies = ['a', 'b'].map((letter) => letter.repeat(300_000));
      for (const body of bodies) channel.publish('all', '', Buffer.from(body), { persistent: true });
      await channel.waitForConfirms();
      await channel.deleteQueue('q');
      yield;
      expect(await read(broker.url, 'first', 2)).toEqual(atOffsets(bodies, 0));
      await (await openChannel(broker.url)).deleteQueue('s');
      await barrier(broker.url);
      yield;
      expect(broker.query('SELECT count(*) FROM body')).toEqual([0]);
    },
  );

  // The last of them: the kill comes at once.
  scenario('never gives an offset that a consumer has seen to another message', async function* (broker) {
    const seen: string[] = [];
    for (let round = 0; round < 5; round++) {
      const channel = await confirmChannel(broker.url);
      await channel.assertQueue('s', { arguments: STREAM });
      const { messageCount } = await channel.checkQueue('s');
      await channel.prefetch(1000);
      const inbox = await consumeInto(channel, 's', { arguments: { 'x-stream-offset': messageCount } });
      // Nobody waits for confirms, and the kill comes when some are still under way.
      for (let n = 0; n < 200; n++) channel.sendToQueue('s', Buffer.from(`${round}-${n}`));
      const got = (await inbox.take(20)) as ConsumeMessage[];
      yield;
      for (const { content, properties } of got) {
        seen[properties.headers!['x-stream-offset'] as number] = content.toString();
      }
    }
    const { messageCount } = await (await openChannel(broker.url)).checkQueue('s');
    const stored = await read(broker.url, 'first', messageCount);
    // Deliveries without an offset would leave nothing to compare. Holes do not count.
    expect(seen.filter((body) => body !== undefined).length).toBeGreaterThanOrEqual(20);
    for (const [offset, body] of seen.entries()) {
      if (body !== undefined) expect(stored[offset]).toBe(`${offset}:${body}`);
    }
  });
});
