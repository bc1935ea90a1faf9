/** No content header is larger than the frame_max that was agreed, whatever a dead letter adds to it. The test client checks each. */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { headersOf } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const SMALL = 4096;
const LARGE = 131_072;
/** Properties that fill a header frame: flags, the table's length, a name, a letter and a length beside the value. */
const filling = (frameMax: number, spare = 0): { filler: string } => ({
  filler: 'x'.repeat(frameMax - 8 - 12 - 2 - 4 - 7 - 1 - 4 - spare),
});

const small = async (): Promise<AmqpChannel> => target.channel({ tune: { frameMax: SMALL } });

/** Every message of the queue dies at once, for the queue that is named. */
async function dying(channel: AmqpChannel, to: string, name = target.name('dying')): Promise<string> {
  const args = { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': to };
  return channel.queue(name, { arguments: args });
}

/** A queue that other connections may use. */
async function shared(channel: AmqpChannel, args: Record<string, unknown> = {}, durable = false): Promise<string> {
  return channel.queue(target.name('shared'), { exclusive: false, durable, arguments: args });
}

test('content/header-frame-max: a content header that leaves no room for its framing is refused with 501', async () => {
  const channel = await small();
  const queue = await channel.queue();
  channel.publish(queue, 'fits', { headers: filling(SMALL) });
  expect((await channel.get(queue))?.body).toBe('fits');
  channel.publish(queue, '', { headers: filling(SMALL, -1) });
  await channel.client.expectClose(501, /^FRAME_ERROR - type 2, content header of 4089 octets/);
});

describe('content/header-shortened: a dead letter larger than frame_max', () => {
  test('comes without its oldest deaths', async () => {
    const channel = await target.channel();
    const last = await shared(channel);
    let next = last;
    for (let n = 0; n < 40; n++) next = await dying(channel, next);
    const newest = (await channel.get(last)) ?? undefined;
    expect(newest).toBeUndefined();
    channel.publish(next, 'm', { headers: { kept: 'yes' } });
    await channel.expectCounts(last, { messages: 1 });
    const got = (await (await small()).get(last))!;
    expect(got.octets.length).toBeGreaterThan(SMALL - 400);
    const deaths = headersOf(got)['x-death'] as { queue: string }[];
    expect(deaths.length).toBeGreaterThan(5);
    expect(headersOf(got)).toMatchObject({ kept: 'yes', 'x-last-death-queue': deaths[0].queue });
    expect(headersOf(got)['x-first-death-queue']).toBe(next);
  });

  test('comes without any where its publisher left no room', async () => {
    const channel = await target.channel();
    const last = await shared(channel);
    channel.publish(await dying(channel, last), 'm', { headers: filling(LARGE) });
    await channel.expectCounts(last, { messages: 1 });
    expect(Object.keys(headersOf((await channel.get(last))!))).toEqual(['filler']);
  });
});

describe('content/header-too-large: a message with headers larger than frame_max is given up', () => {
  test.each([true, false])('by basic.consume, no-ack %s: what is behind it comes', async (noAck) => {
    const channel = await target.channel();
    const letters = await channel.queue();
    const to = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': letters };
    const queue = await shared(channel, to);
    channel.publish(queue, 'large', { headers: filling(SMALL, -1) }).publish(queue, 'behind');
    await channel.expectCounts(queue, { messages: 2 });
    const consumer = await small();
    await consumer.consume(queue, { noAck });
    expect((await consumer.delivery()).body).toBe('behind');
    // And while the consumer waits.
    channel.publish(queue, 'large', { headers: filling(SMALL, -1) }).publish(queue, 'behind');
    expect((await consumer.delivery()).body).toBe('behind');
    await channel.expectCounts(letters, { messages: 2 });
    const letter = (await channel.get(letters))!;
    expect(letter.body).toBe('large');
    expect(headersOf(letter)['x-death']).toMatchObject([{ queue, reason: 'delivery_limit', count: 1 }]);
  });

  test('by basic.get', async () => {
    const channel = await target.channel();
    const queue = await shared(channel);
    channel.publish(queue, 'large', { headers: filling(SMALL, -1) }).publish(queue, 'behind');
    await channel.expectCounts(queue, { messages: 2 });
    const getter = await small();
    expect((await getter.get(queue))?.body).toBe('behind');
    expect(await getter.get(queue)).toBeUndefined();
  });

  test('and does not go round where its dead letters come back to its queue', async () => {
    const channel = await target.channel();
    const name = target.name('round');
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': name };
    await channel.queue(name, { exclusive: false, arguments: args });
    channel.publish(name, 'large', { headers: filling(SMALL, -1) }).publish(name, 'behind');
    await channel.expectCounts(name, { messages: 2 });
    const consumer = await small();
    await consumer.consume(name, { noAck: true });
    expect((await consumer.delivery()).body).toBe('behind');
    await channel.expectCounts(name, { messages: 0 });
  });

  test('by the consumer of a stream, for which it stays', async () => {
    const channel = await target.channel();
    const stream = await shared(channel, { 'x-queue-type': 'stream' }, true);
    channel.publish(stream, 'large', { headers: filling(SMALL, -1) }).publish(stream, 'behind');
    await channel.expectCounts(stream, { messages: 2 });
    for (const [consumer, bodies] of [
      [await small(), ['behind']],
      [await target.channel(), ['large', 'behind']],
    ] as const) {
      await consumer.call('basic.qos', { prefetchCount: 10 });
      await consumer.consume(stream, {
        arguments: new Map([['x-stream-offset', { type: 'longstr', value: 'first' }]]),
      });
      expect((await consumer.deliveries(bodies.length)).map(({ body }) => body)).toEqual(bodies);
    }
  });

  test('as a reply, and who replies goes on', async () => {
    const [requester, server] = [await small(), await target.channel()];
    const queue = await shared(server);
    await server.consume(queue, { noAck: true });
    await requester.consume('amq.rabbitmq.reply-to', { noAck: true });
    requester.publish(queue, '', { replyTo: 'amq.rabbitmq.reply-to' });
    const { replyTo } = (await server.delivery()).properties;
    server.publish(replyTo!, 'large', { headers: filling(SMALL, -1) }).publish(replyTo!, 'behind');
    expect((await requester.delivery()).body).toBe('behind');
    await server.client.expectAlive();
  });
});
