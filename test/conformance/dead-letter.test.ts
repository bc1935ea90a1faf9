/** Where messages go that a queue gives up (RabbitMQ's page "Dead Letter Exchanges"). */
import { describe, expect, test } from 'vitest';
import type { FieldValue } from '../../src/protocol/field-table.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { type DeadLetters, deadLetters, deathsOf, headersOf } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

interface Mortal {
  readonly channel: AmqpChannel;
  readonly queue: string;
  readonly letters: DeadLetters;
}

/** A queue whose messages die into `letters`. */
async function mortal(args: Record<string, unknown> = {}): Promise<Mortal> {
  const letters = await deadLetters(target);
  const channel = await target.channel();
  const queue = await channel.queue(target.name('q'), { arguments: { ...letters.arguments, ...args } });
  return { channel, queue, letters };
}

/** A queue whose dead letters go to a topic exchange with the keys they have, to a queue bound by these. */
async function mortalWithoutKey(bindingKeys: readonly string[]): Promise<Mortal & { exchange: string }> {
  const letters = await deadLetters(target);
  const channel = await target.channel();
  const exchange = await channel.exchange(target.name('dlx'), 'topic');
  for (const key of bindingKeys) await channel.bind(letters.queue, exchange, key);
  const queue = await channel.queue(target.name('q'), { arguments: { 'x-dead-letter-exchange': exchange } });
  return { channel, queue, letters, exchange };
}

/** Takes the first message of the queue and rejects it for good. */
async function rejectFirst(channel: AmqpChannel, queue: string): Promise<void> {
  const got = await channel.get(queue);
  channel.reject(got!.deliveryTag, false);
}

describe('a message dies', () => {
  test('dead-letter/reject: where basic.reject does not requeue it', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'm');
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(letter).toMatchObject({ body: 'm', exchange: '', routingKey: letters.queue, redelivered: false });
    expect(deathsOf(letter)).toMatchObject([{ reason: 'rejected', queue }]);
  });

  test('dead-letter/nack: where basic.nack does not requeue it, several in their order', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'a').publish(queue, 'b').publish(queue, 'c');
    await channel.consume(queue);
    const [, , last] = await channel.deliveries(3);
    channel.nack(last.deliveryTag, { multiple: true, requeue: false });
    for (const body of ['a', 'b', 'c']) expect((await letters.next()).body).toBe(body);
  });

  test('dead-letter/expired: where its time is over', async () => {
    const { channel, queue, letters } = await mortal({ 'x-message-ttl': 10 });
    channel.publish(queue, 'm');
    expect(deathsOf(await letters.next())).toMatchObject([{ reason: 'expired', queue }]);
  });

  test('dead-letter/maxlen: where the queue is too long', async () => {
    const { channel, queue, letters } = await mortal({ 'x-max-length': 1 });
    channel.publish(queue, 'first').publish(queue, 'second');
    const letter = await letters.next();
    expect(letter.body).toBe('first');
    expect(deathsOf(letter)).toMatchObject([{ reason: 'maxlen', queue }]);
  });

  test('dead-letter/none: acknowledged, requeued, purged and deleted messages do not die', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'acked').publish(queue, 'requeued').publish(queue, 'deleted');
    channel.ack((await channel.get(queue))!.deliveryTag);
    channel.nack((await channel.get(queue))!.deliveryTag);
    expect((await channel.call('queue.purge', { queue })).messageCount).toBe(2);
    channel.publish(queue, 'deleted');
    await channel.call('queue.delete', { queue });
    await letters.none();
  });
});

describe('a dead letter goes', () => {
  test("dead-letter/routing-key: with the queue's dead letter routing key instead of the message's", async () => {
    const { channel, queue, letters } = await mortal();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    await channel.bind(queue, exchange);
    channel.publish('own', 'm', { exchange });
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(letter.routingKey).toBe(letters.queue);
    expect(deathsOf(letter)).toMatchObject([{ exchange, 'routing-keys': ['own'] }]);
  });

  test('dead-letter/own-key: with its own routing key where the queue has none for it', async () => {
    const { channel, queue, letters, exchange } = await mortalWithoutKey(['#']);
    channel.publish(queue, 'm');
    await rejectFirst(channel, queue);
    expect(await letters.next()).toMatchObject({ exchange, routingKey: queue });
  });

  test('dead-letter/cc: with its CC keys too, and not with BCC', async () => {
    const { channel, queue, letters } = await mortalWithoutKey(['cc-key']);
    const hidden = await deadLetters(target);
    channel.publish(queue, 'm', { headers: { CC: ['cc-key'], BCC: [hidden.queue] } });
    await hidden.next();
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(headersOf(letter)).toMatchObject({ CC: ['cc-key'] });
    expect(headersOf(letter)).not.toHaveProperty('BCC');
    expect(deathsOf(letter)).toMatchObject([{ 'routing-keys': [queue, 'cc-key'] }]);
    await hidden.none();
  });

  test("dead-letter/cc-removed: without CC where the queue's key replaces all keys", async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'm', { headers: { CC: ['cc-key'] } });
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(headersOf(letter)).not.toHaveProperty('CC');
    expect(deathsOf(letter)).toMatchObject([{ 'routing-keys': [queue, 'cc-key'] }]);
  });

  test('dead-letter/fanout: to all queues that its exchange leads to', async () => {
    const { channel, queue, letters, exchange } = await mortalWithoutKey(['#']);
    const second = await deadLetters(target);
    await channel.bind(second.queue, exchange, '#');
    channel.publish(queue, 'm');
    await rejectFirst(channel, queue);
    expect((await letters.next()).body).toBe('m');
    expect((await second.next()).body).toBe('m');
  });

  test('dead-letter/late-exchange: nowhere while its exchange does not exist, and there as soon as it does', async () => {
    const letters = await deadLetters(target);
    const channel = await target.channel();
    const exchange = target.name('late');
    const queue = await channel.queue('', { arguments: { 'x-dead-letter-exchange': exchange } });
    channel.publish(queue, 'lost').publish(queue, 'kept');
    await rejectFirst(channel, queue);
    await channel.exchange(exchange, 'fanout');
    await channel.bind(letters.queue, exchange);
    await rejectFirst(channel, queue);
    expect((await letters.next()).body).toBe('kept');
  });

  test('dead-letter/unroutable: nowhere where nothing is bound, without a return', async () => {
    const { channel, queue, letters } = await mortalWithoutKey(['other']);
    channel.publish(queue, 'm', { mandatory: true });
    await rejectFirst(channel, queue);
    await channel.expectNothing(queue);
    await letters.none();
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('dead-letter/internal: to an internal exchange as well', async () => {
    const letters = await deadLetters(target);
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('internal'), 'fanout', { internal: true });
    await channel.bind(letters.queue, exchange);
    const queue = await channel.queue('', { arguments: { 'x-dead-letter-exchange': exchange } });
    channel.publish(queue, 'm');
    await rejectFirst(channel, queue);
    expect((await letters.next()).body).toBe('m');
  });
});

describe('the headers of a dead letter', () => {
  test('dead-letter/x-death: x-death says count, reason, queue, time, exchange and routing keys, typed as RabbitMQ types them', async () => {
    const { channel, queue, letters } = await mortal();
    const before = Math.floor(Date.now() / 1000);
    channel.publish(queue, 'm');
    await rejectFirst(channel, queue);
    const field = (await letters.next()).properties.headers!.get('x-death') as FieldValue & { readonly type: 'array' };
    const [entry] = field.value as { type: string; value: ReadonlyMap<string, { type: string; value: unknown }> }[];
    expect([field.type, entry.type]).toEqual(['array', 'table']);
    expect([...entry.value].map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'count long',
      'reason longstr',
      'queue longstr',
      'time timestamp',
      'exchange longstr',
      'routing-keys array',
    ]);
    const time = Number(entry.value.get('time')!.value);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now() / 1000);
    expect(entry.value.get('count')!.value).toBe(1);
  });

  test('dead-letter/expiration: the expiration is removed, and kept in x-death as original-expiration', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'm', { expiration: '10' });
    const letter = await letters.next();
    expect(letter.properties).not.toHaveProperty('expiration');
    expect(deathsOf(letter)).toMatchObject([{ reason: 'expired', 'original-expiration': '10' }]);
  });

  test('dead-letter/expiration-rejected: the expiration is removed and kept where the message died for another reason, too', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'm', { expiration: '60000' });
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(letter.properties).not.toHaveProperty('expiration');
    expect(deathsOf(letter)).toMatchObject([{ reason: 'rejected', 'original-expiration': '60000' }]);
  });

  test("dead-letter/properties: the message's own properties and headers stay", async () => {
    const { channel, queue, letters } = await mortal();
    const properties = { contentType: 'text/plain', deliveryMode: 2, priority: 3, messageId: 'id', correlationId: 'c' };
    channel.publish(queue, 'm', { ...properties, headers: { own: 'value', z: 1, 'x-a': true } });
    await rejectFirst(channel, queue);
    const letter = await letters.next();
    expect(letter.properties).toMatchObject(properties);
    expect(headersOf(letter)).toMatchObject({ own: 'value', z: 1, 'x-a': true });
  });

  test('dead-letter/order: the headers keep their order, and those of the dead letter are behind them', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'm', { headers: { z: 1, a: 2, 'x-z': 3 } });
    await rejectFirst(channel, queue);
    const names = [...(await letters.next()).properties.headers!.keys()].filter((name) => !name.includes('last-death'));
    const deaths = ['x-death', 'x-first-death-exchange', 'x-first-death-queue', 'x-first-death-reason'];
    expect(names).toEqual(target.rabbitmq ? ['a', ...deaths, 'x-z', 'z'] : ['z', 'a', 'x-z', ...deaths]);
  });

  /** A message that expired in one queue, and was rejected in the next. */
  async function diedTwice() {
    const letters = await deadLetters(target);
    const channel = await target.channel();
    const second = await channel.queue(target.name('second'), { arguments: letters.arguments });
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': second, 'x-message-ttl': 10 };
    const first = await channel.queue(target.name('first'), { arguments: args });
    channel.publish(first, 'm');
    await channel.expectCounts(second, { messages: 1 });
    await rejectFirst(channel, second);
    return { first, second, letter: await letters.next() };
  }

  test('dead-letter/second-queue: each queue and reason has an entry, the newest first', async () => {
    const { first, second, letter } = await diedTwice();
    expect(deathsOf(letter)).toMatchObject([
      { queue: second, reason: 'rejected', count: 1, exchange: '', 'routing-keys': [second] },
      { queue: first, reason: 'expired', count: 1, exchange: '', 'routing-keys': [first] },
    ]);
    expect(headersOf(letter)).toMatchObject({
      'x-first-death-queue': first,
      'x-first-death-reason': 'expired',
      'x-first-death-exchange': '',
    });
  });

  test('dead-letter/last-death: x-last-death-* tell the newest death', async () => {
    const { second, letter } = await diedTwice();
    const last = Object.entries(headersOf(letter)).filter(([name]) => name.startsWith('x-last-death-'));
    const newest = { 'x-last-death-exchange': '', 'x-last-death-queue': second, 'x-last-death-reason': 'rejected' };
    // RabbitMQ has them from 3.13 on.
    expect(Object.fromEntries(last)).toEqual(target.rabbitmq ? {} : newest);
  });

  test('dead-letter/again: dying again in the same queue for the same reason counts up and comes to the front', async () => {
    const letters = await deadLetters(target);
    const channel = await target.channel();
    const queue = target.name('work');
    const waiting = await channel.queue(target.name('retry'), {
      arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue, 'x-message-ttl': 10 },
    });
    await channel.queue(queue, {
      arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': waiting },
    });
    channel.publish(queue, 'm');
    for (let times = 0; times < 3; times++) {
      await channel.expectCounts(queue, { messages: 1 });
      if (times < 2) await rejectFirst(channel, queue);
    }
    const got = await channel.get(queue);
    expect(deathsOf(got!)).toMatchObject([
      { queue: waiting, reason: 'expired', count: 2 },
      { queue, reason: 'rejected', count: 2 },
    ]);
    expect(headersOf(got!)).toMatchObject({ 'x-first-death-queue': queue, 'x-first-death-reason': 'rejected' });
    await letters.none();
  });

  test('dead-letter/client-x-death: an x-death that a client sent is taken for history, unless it is no array', async () => {
    const { channel, queue, letters } = await mortal();
    channel.publish(queue, 'a', { headers: { 'x-death': 'nonsense' } });
    await rejectFirst(channel, queue);
    expect(deathsOf(await letters.next())).toMatchObject([{ queue, count: 1 }]);
    const entry = { queue, reason: 'rejected', count: 7, exchange: 'x', 'routing-keys': ['k'] };
    channel.publish(queue, 'b', { headers: { 'x-death': [entry] } });
    await rejectFirst(channel, queue);
    expect(deathsOf(await letters.next())).toMatchObject([{ queue, reason: 'rejected', count: 8, exchange: 'x' }]);
  });

  test('dead-letter/client-same-deaths: of several of the same queue and reason the first counts on', async () => {
    const { channel, queue, letters } = await mortal();
    const entry = (of: string, count: number) => ({
      queue: of,
      reason: 'rejected',
      count,
      exchange: 'x',
      'routing-keys': ['k'],
    });
    channel.publish(queue, 'm', { headers: { 'x-death': [entry(queue, 2), entry('other', 5), entry(queue, 3)] } });
    await rejectFirst(channel, queue);
    expect(deathsOf(await letters.next())).toMatchObject([
      { queue, count: 3 },
      { queue: 'other', count: 5 },
    ]);
  });

  test('dead-letter/client-first-death: the first death of a history that a client sent is not known', async () => {
    const { channel, queue, letters } = await mortal();
    const entry = { queue: 'other', reason: 'expired', count: 1, exchange: 'x', 'routing-keys': ['k'] };
    channel.publish(queue, 'm', { headers: { 'x-death': [entry] } });
    await rejectFirst(channel, queue);
    const names = Object.keys(headersOf(await letters.next()));
    expect(names.filter((name) => name.startsWith('x-first-death'))).toEqual([]);
  });
});

test('dead-letter/key-too-long: a key for dead letters that no message can have is refused', async () => {
  const channel = await target.channel();
  const queue = target.name('q');
  const args = (octets: number) => ({
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': `${'\u00fc'.repeat(127)}${'k'.repeat(octets - 254)}`,
  });
  await channel.queue(queue, { arguments: args(255) });
  channel.send('queue.declare', { queue: target.name('q'), exclusive: true, arguments: args(256) });
  await channel.expectClose(406, /^PRECONDITION_FAILED - invalid arg 'x-dead-letter-routing-key' .*255 octets/);
});
