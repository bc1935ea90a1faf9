/**
 * The exchange type x-delayed-message, as the plugin of RabbitMQ's community has it. RabbitMQ needs
 * rabbitmq_delayed_message_exchange enabled to run these tests.
 */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { brokerClock, headersOf } from '../support/dead-letters.ts';
import { MessageTime } from '../support/message-time.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget(undefined, new MessageTime());

async function delayed(
  channel: AmqpChannel,
  type = 'direct',
  args: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return channel.exchange(target.name('delayed'), 'x-delayed-message', {
    arguments: { 'x-delayed-type': type, ...args },
  });
}

/** A delayed exchange and a queue behind it, bound with `key` and consumed without acknowledgements, and how time passes. */
async function consumed(type?: string) {
  const channel = await target.channel();
  const exchange = await delayed(channel, type);
  const queue = await channel.queue();
  await channel.bind(queue, exchange, 'key');
  await channel.consume(queue, { noAck: true });
  return { channel, exchange, queue, pass: await brokerClock(target) };
}

const later = (exchange: string, delay: unknown) => ({ exchange, headers: { 'x-delay': delay } });

describe('a delayed exchange is declared', () => {
  test.each([['without one', {}] as const, ['as no text', { 'x-delayed-type': 5 }] as const])(
    'delayed/type-required: x-delayed-type %s is refused',
    async (_how, args) => {
      const channel = await target.channel();
      const exchange = target.name('delayed');
      channel.send('exchange.declare', { exchange, type: 'x-delayed-message', arguments: args });
      await channel.expectClose(
        406,
        "PRECONDITION_FAILED - Invalid argument, 'x-delayed-type' must be an existing exchange type",
      );
    },
  );

  test('delayed/type-unknown: an x-delayed-type that is no exchange type is refused', async () => {
    const channel = await target.channel();
    const exchange = target.name('delayed');
    const args = { 'x-delayed-type': 'x-nothing' };
    channel.send('exchange.declare', { exchange, type: 'x-delayed-message', arguments: args });
    await channel.expectClose(406, "PRECONDITION_FAILED - unknown exchange type 'x-nothing'");
  });

  test('delayed/type-itself: x-delayed-message cannot be its own x-delayed-type', async () => {
    const channel = await target.channel();
    const exchange = target.name('delayed');
    const args = { 'x-delayed-type': 'x-delayed-message' };
    channel.send('exchange.declare', { exchange, type: 'x-delayed-message', arguments: args });
    await channel.expectClose(
      406,
      "PRECONDITION_FAILED - Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
    );
  });

  test('delayed/type-arguments: arguments and bindings are checked as by the type it routes as', async () => {
    const channel = await target.channel();
    const args = { 'x-delayed-type': 'x-consistent-hash', 'hash-header': 'a', 'hash-property': 'message_id' };
    const exchange = target.name('delayed');
    channel.send('exchange.declare', { exchange, type: 'x-delayed-message', arguments: args });
    await channel.expectClose(406, 'PRECONDITION_FAILED - hash-header and hash-property are mutually exclusive');
    await delayed(channel, 'x-consistent-hash');
    const hashing = await delayed(channel, 'x-consistent-hash');
    const queue = await channel.queue();
    channel.send('queue.bind', { queue, exchange: hashing, routingKey: 'no number' });
    await channel.expectClose(406, /^PRECONDITION_FAILED - The binding key must be an integer/);
  });
});

describe('a message with x-delay', () => {
  test.each([
    ['an integer', 600],
    ['a float', 600.9],
    ['digits', '600'],
  ])('delayed/waits: comes that many milliseconds later, given as %s, and says so below zero', async (_how, delay) => {
    const { channel, exchange, queue, pass } = await consumed();
    channel.publish('key', 'body', { ...later(exchange, delay), messageId: 'm' });
    await pass(300);
    await channel.expectNothing(queue);
    await pass(300);
    const delivery = await channel.delivery();
    expect(headersOf(delivery)).toEqual({ 'x-delay': -600 });
    expect(delivery).toMatchObject({ body: 'body', exchange, routingKey: 'key', redelivered: false });
    expect(delivery.properties.messageId).toBe('m');
  });

  test('delayed/order: comes when its own time has come, whatever was published before it', async () => {
    const { channel, exchange, pass } = await consumed();
    for (const delay of [120, 40, 80, 1]) channel.publish('key', String(delay), later(exchange, delay));
    await pass(120);
    expect((await channel.deliveries(4)).map(({ body }) => body)).toEqual(['1', '40', '80', '120']);
  });

  test.each([
    ['without the header', {}],
    ['with zero', { 'x-delay': 0 }],
    ['with less than zero', { 'x-delay': -5000 }],
    ['with what is no number', { 'x-delay': true }],
  ])('delayed/immediate: is not delayed %s, and stays as it is', async (_how, headers) => {
    const { channel, exchange, queue } = await consumed();
    channel.publish('key', 'now', { exchange, headers }).publish(queue, 'after it');
    const [now, after] = await channel.deliveries(2);
    expect([now.body, after.body]).toEqual(['now', 'after it']);
    expect(headersOf(now)).toEqual(headers);
  });

  test('delayed/long: waits however long that is, more than 49 days too', async () => {
    const { channel, exchange, queue, pass } = await consumed();
    channel.publish('key', 'too early', later(exchange, 2 ** 32 + 5));
    await pass(50);
    await channel.expectNothing(queue);
  });

  test('delayed/routing: goes where its routing key leads by the type of x-delayed-type', async () => {
    const channel = await target.channel();
    const pass = await brokerClock(target);
    const exchange = await delayed(channel, 'topic');
    const [all, some] = [await channel.queue(), await channel.queue()];
    await channel.bind(all, exchange, '#');
    await channel.bind(some, exchange, 'orders.*');
    channel.publish('orders.new', 'a', later(exchange, 20)).publish('bills.new', 'b', later(exchange, 21));
    await pass(21);
    await channel.expectCounts(all, { messages: 2 });
    expect(await channel.drain(all)).toEqual(['a', 'b']);
    expect(await channel.drain(some)).toEqual(['a']);
  });

  test('delayed/bindings: goes by the bindings that there are when its time has come', async () => {
    const { channel, exchange, queue, pass } = await consumed();
    const other = await channel.queue();
    channel.publish('key', 'body', later(exchange, 400));
    await channel.bind(other, exchange, 'key');
    await channel.call('queue.unbind', { queue, exchange, routingKey: 'key' });
    await pass(400);
    await channel.expectCounts(other, { messages: 1 });
    await channel.expectNothing(queue);
  });

  test('delayed/chain: waits where another exchange leads to the delayed one, and comes from where it was published', async () => {
    const { channel, exchange, pass } = await consumed();
    const front = await channel.exchange(target.name('front'), 'fanout');
    await channel.call('exchange.bind', { destination: exchange, source: front, routingKey: '' });
    channel.publish('key', 'later', later(front, 50)).publish('key', 'now', { exchange: front });
    expect(await channel.delivery()).toMatchObject({ body: 'now', exchange: front });
    await pass(50);
    expect(await channel.delivery()).toMatchObject({ body: 'later', exchange: front });
  });

  test('delayed/dead-letter: waits as a dead letter too', async () => {
    const { channel, exchange, queue: behind, pass } = await consumed();
    const queue = await channel.queue('', {
      arguments: { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': 'key', 'x-message-ttl': 0 },
    });
    channel.publish(queue, 'letter', { headers: { 'x-delay': 600 } });
    await pass(300);
    await channel.expectNothing(behind);
    await pass(300);
    const letter = await channel.delivery();
    expect(headersOf(letter)).toMatchObject({ 'x-delay': -600, 'x-first-death-reason': 'expired' });
  });

  test('delayed/confirm: is confirmed while it waits', async () => {
    const { channel, exchange, queue } = await consumed();
    await channel.call('confirm.select');
    channel.publish('key', '', { ...later(exchange, 3_600_000), deliveryMode: 2 });
    channel.publish('key', '', later(exchange, 3_600_000));
    expect(await channel.confirmed(1, 2)).toEqual({ nacked: [] });
    await channel.expectNothing(queue);
  });

  test('delayed/mandatory: is not returned, as it may find a queue when its time has come', async () => {
    const channel = await target.channel();
    const pass = await brokerClock(target);
    const exchange = await delayed(channel);
    const queue = await channel.queue();
    await channel.call('confirm.select');
    channel.publish('key', 'body', { ...later(exchange, 400), mandatory: true });
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [] });
    await channel.bind(queue, exchange, 'key');
    await pass(400);
    await channel.expectCounts(queue, { messages: 1 });
    // Without a delay the flag counts as ever.
    channel.publish('nowhere', 'body', { exchange, mandatory: true });
    expect(await channel.returned()).toMatchObject({ replyCode: 312, body: 'body' });
  });

  test('delayed/alternate: goes to the alternate exchange if it leads nowhere when its time has come', async () => {
    const channel = await target.channel();
    const pass = await brokerClock(target);
    const alternate = await channel.exchange(target.name('alternate'), 'fanout');
    const exchange = await delayed(channel, 'direct', { 'alternate-exchange': alternate });
    const [queue, rest] = [await channel.queue(), await channel.queue()];
    await channel.bind(queue, exchange, 'key');
    await channel.bind(rest, alternate);
    channel.publish('key', 'led', later(exchange, 20)).publish('nowhere', 'lost', later(exchange, 40));
    await pass(40);
    await channel.expectCounts(rest, { messages: 1 });
    expect(await channel.drain(queue)).toEqual(['led']);
    expect(await channel.drain(rest)).toEqual(['lost']);
  });

  test('delayed/deleted: is cancelled when the exchange is deleted', async () => {
    const { channel, exchange, queue, pass } = await consumed();
    channel.publish('key', 'cancelled', later(exchange, 400));
    await channel.call('exchange.delete', { exchange });
    await channel.exchange(exchange, 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
    await channel.bind(queue, exchange, 'key');
    channel.publish('key', 'published anew', later(exchange, 450));
    await pass(450);
    expect((await channel.delivery()).body).toBe('published anew');
  });

  test('delayed/transaction: waits from the commit on', async () => {
    const { channel, exchange, queue, pass } = await consumed();
    await channel.call('tx.select');
    channel.publish('key', 'body', later(exchange, 600));
    await pass(600);
    await channel.call('tx.commit');
    await pass(300);
    await channel.expectNothing(queue);
    await pass(300);
    expect((await channel.delivery()).body).toBe('body');
  });
});
