/** How long messages and queues stay (RabbitMQ's page "Time-To-Live and Expiration"). */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { brokerClock, deadLetters } from '../support/dead-letters.ts';
import { MessageTime } from '../support/message-time.ts';
import { PATIENCE } from '../support/patience.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget(undefined, new MessageTime());

/** A channel, a queue of these arguments, the dead letters of it, and how time passes. */
async function queueWith(args: Record<string, unknown> = {}) {
  const letters = await deadLetters(target);
  const channel = await target.channel();
  const queue = await channel.queue(target.name('q'), { arguments: { ...letters.arguments, ...args } });
  return { channel, queue, letters, pass: await brokerClock(target) };
}

describe('message TTL', () => {
  test('ttl/queue: a message leaves a queue when the x-message-ttl is over, and not before', async () => {
    const { channel, queue, letters, pass } = await queueWith({ 'x-message-ttl': 1000 });
    channel.publish(queue, 'm');
    await channel.expectCounts(queue, { messages: 1 });
    await pass(600);
    await letters.none();
    await channel.expectCounts(queue, { messages: 1 });
    await pass(400);
    expect((await letters.next()).body).toBe('m');
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('ttl/message: a message leaves its queue when its own expiration is over', async () => {
    const { channel, queue, letters, pass } = await queueWith();
    channel.publish(queue, 'm', { expiration: '60' });
    await pass(60);
    expect((await letters.next()).body).toBe('m');
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test("ttl/shorter: of the queue's time and the message's the shorter one counts", async () => {
    const long = await queueWith({ 'x-message-ttl': 60_000 });
    long.channel.publish(long.queue, 'own', { expiration: '30' });
    await long.pass(30);
    expect((await long.letters.next()).body).toBe('own');
    const short = await queueWith({ 'x-message-ttl': 30 });
    short.channel.publish(short.queue, "queue's", { expiration: '60000' });
    await short.pass(30);
    expect((await short.letters.next()).body).toBe("queue's");
  });

  test('ttl/dropped: without a dead letter exchange what expires is gone', async () => {
    const pass = await brokerClock(target);
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-message-ttl': 20 } });
    channel.publish(queue, 'm');
    await pass(60);
    await channel.expectCounts(queue, { messages: 0 });
    expect(await channel.get(queue)).toBeUndefined();
  });

  test('ttl/head: what expires behind another message stays and counts until it is at the head, and goes then', async () => {
    const { channel, queue, letters, pass } = await queueWith();
    channel.publish(queue, 'stays').publish(queue, 'expires', { expiration: '20' });
    await channel.expectCounts(queue, { messages: 2 });
    await pass(60);
    await letters.none();
    expect(await channel.counts(queue)).toMatchObject({ messages: 2 });
    expect((await channel.get(queue, true))?.body).toBe('stays');
    await pass(1);
    expect((await letters.next()).body).toBe('expires');
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('ttl/head-later: what waits behind a message without expiration expires in time once that is gone', async () => {
    const { channel, queue, letters, pass } = await queueWith();
    channel.publish(queue, 'stays').publish(queue, 'expires', { expiration: '150' });
    await channel.expectCounts(queue, { messages: 2 });
    expect((await channel.get(queue, true))?.body).toBe('stays');
    await pass(150);
    expect((await letters.next()).body).toBe('expires');
  });

  test('ttl/consumed-head: the same where a consumer took the message before', async () => {
    const { channel, queue, letters, pass } = await queueWith();
    channel.publish(queue, 'stays').publish(queue, 'expires', { expiration: '150' });
    await channel.expectCounts(queue, { messages: 2 });
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue);
    expect((await channel.delivery()).body).toBe('stays');
    await pass(150);
    expect((await letters.next()).body).toBe('expires');
  });

  test('ttl/zero-consumer: with a time of 0 a consumer that waits gets the message', async () => {
    const { channel, queue, letters } = await queueWith({ 'x-message-ttl': 0 });
    await channel.consume(queue);
    channel.publish(queue, 'm');
    expect((await channel.delivery()).body).toBe('m');
    await letters.none();
  });

  test('ttl/zero: with a time of 0 and no consumer that waits the message expires at once', async () => {
    const { channel, queue, letters } = await queueWith({ 'x-message-ttl': 0 });
    await channel.call('confirm.select');
    channel.publish(queue, 'm');
    expect((await letters.next()).body).toBe('m');
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [] });
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('ttl/zero-expiration: behind other messages an expiration of 0 waits for its turn as any other does', async () => {
    const { channel, queue, letters } = await queueWith();
    await channel.call('confirm.select');
    channel.publish(queue, 'first').publish(queue, 'm', { expiration: '0' });
    await channel.confirmed(1, 2);
    expect(await channel.counts(queue)).toMatchObject({ messages: 2 });
    await letters.none();
  });

  test('ttl/unacked: what was delivered does not expire, and expires at once when it comes back too late', async () => {
    const { channel, queue, letters, pass } = await queueWith({ 'x-message-ttl': 100 });
    channel.publish(queue, 'm');
    const got = await channel.get(queue);
    await pass(150);
    await letters.none();
    channel.nack(got!.deliveryTag);
    await pass(1);
    expect((await letters.next()).body).toBe('m');
    expect(await channel.get(queue)).toBeUndefined();
  });

  test('ttl/requeue: what comes back in time keeps the moment it had', async () => {
    const { channel, queue, letters, pass } = await queueWith({ 'x-message-ttl': 300 });
    const other = await channel.queue(target.name('q'), { arguments: letters.arguments });
    channel.publish(queue, 'm');
    const got = await channel.get(queue);
    await pass(150);
    // Expires between the 150 ms that are left and the 300 that the other one would have if it began anew.
    channel.nack(got!.deliveryTag).publish(other, 'later', { expiration: '250' });
    await pass(250);
    expect([(await letters.next()).body, (await letters.next()).body]).toEqual(['m', 'later']);
  });

  test('ttl/each-queue: the same message expires in each queue on its own', async () => {
    const short = await queueWith({ 'x-message-ttl': 30 });
    const long = await queueWith({ 'x-message-ttl': 60_000 });
    const exchange = await short.channel.exchange(target.name('x'), 'fanout');
    await short.channel.bind(short.queue, exchange);
    await long.channel.bind(long.queue, exchange);
    short.channel.publish('', 'm', { exchange });
    await short.pass(30);
    expect((await short.letters.next()).body).toBe('m');
    expect((await long.channel.get(long.queue))?.body).toBe('m');
  });
});

describe('queue expiry', () => {
  /** A queue that expires when it is unused for this long; not exclusive, so that all may look at it. */
  async function expiring(ms: number, args: Record<string, unknown> = {}): Promise<[AmqpChannel, string]> {
    const channel = await target.channel();
    const queue = target.name('e');
    await channel.queue(queue, { exclusive: false, durable: true, arguments: { 'x-expires': ms, ...args } });
    return [channel, queue];
  }

  /** Publishes, which is no use of the queue, and tells whether the message has a queue to go to. */
  async function isThere(channel: AmqpChannel, queue: string): Promise<boolean> {
    channel.publish(queue, '', { mandatory: true }).send('channel.flow', { active: true });
    const { method } = await channel.client.inbox.next(channel.number, 'flow-ok or return');
    if (method.name !== 'basic.return') return true;
    await channel.expect('channel.flow-ok');
    return false;
  }

  async function gone(channel: AmqpChannel, queue: string): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (await isThere(channel, queue)) if (Date.now() > end) throw new Error(`${queue} is still there`);
  }

  test('queue-expires/unused: a queue goes when it was unused for x-expires, durable or not, and messages do not hold it', async () => {
    const pass = await brokerClock(target);
    const [channel, queue] = await expiring(1000);
    await pass(600);
    expect(await isThere(channel, queue)).toBe(true);
    await pass(400);
    await gone(channel, queue);
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('queue-expires/messages: its messages go with it and are not dead-lettered', async () => {
    const letters = await deadLetters(target);
    const pass = await brokerClock(target);
    const [channel, queue] = await expiring(100, letters.arguments);
    channel.publish(queue, 'm');
    await pass(100);
    await gone(channel, queue);
    await letters.none();
  });

  test('queue-expires/consumer: a consumer keeps it; it goes when it was unused for x-expires after that', async () => {
    const pass = await brokerClock(target);
    const [channel, queue] = await expiring(600);
    const consumerTag = await channel.consume(queue, { noAck: true });
    await pass(900);
    expect(await channel.counts(queue)).toMatchObject({ consumers: 1 });
    await channel.call('basic.cancel', { consumerTag });
    await pass(300);
    expect(await isThere(channel, queue)).toBe(true);
    await pass(300);
    await gone(channel, queue);
  });

  test('queue-expires/used: declaring it again, passively too, and basic.get each keep it', async () => {
    const pass = await brokerClock(target);
    const [declares, declared] = await expiring(2400);
    const [looks, looked] = await expiring(2400);
    const [gets, got] = await expiring(2400);
    for (let times = 0; times < 4; times++) {
      await pass(800);
      await declares.queue(declared, { exclusive: false, durable: true, arguments: { 'x-expires': 2400 } });
      await looks.counts(looked);
      await gets.get(got);
    }
    await pass(2400);
    for (const queue of [declared, looked, got]) await gone(gets, queue);
  });
});
