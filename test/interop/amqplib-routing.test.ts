/** amqplib (promise API) routing by every exchange type, and RPC over what they route. */
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { consumeInto, openChannel, texts } from '../support/interop/amqplib.ts';
import type { Inbox } from '../support/interop/inbox.ts';
import { deleteExchangesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';

const target = useTarget();

test('amqplib publishes to every subscriber of a fanout exchange', async () => {
  const channel = await openChannel(target.url);
  const exchange = uniqueName('logs');
  deleteExchangesAfterTest(target.url, exchange);
  await channel.assertExchange(exchange, 'fanout', { durable: false });
  const inboxes = [];
  for (let i = 0; i < 3; i++) {
    const subscriber = await openChannel(target.url);
    const { queue } = await subscriber.assertQueue('', { exclusive: true });
    expect(queue).toMatch(/^amq\.gen-/);
    await subscriber.bindQueue(queue, exchange, '');
    inboxes.push(await consumeInto(subscriber, queue, { noAck: true }));
  }
  channel.publish(exchange, 'ignored', Buffer.from('to all'));
  for (const inbox of inboxes) expect(texts([await inbox.next()])).toEqual(['to all']);
});

test('amqplib routes by the exact key of a direct exchange, several keys a queue', async () => {
  const channel = await openChannel(target.url);
  const exchange = uniqueName('direct');
  deleteExchangesAfterTest(target.url, exchange);
  await channel.assertExchange(exchange, 'direct', { durable: false });
  const errors = (await channel.assertQueue('', { exclusive: true })).queue;
  const all = (await channel.assertQueue('', { exclusive: true })).queue;
  await channel.bindQueue(errors, exchange, 'error');
  for (const severity of ['info', 'warning', 'error']) await channel.bindQueue(all, exchange, severity);
  await channel.unbindQueue(all, exchange, 'warning');
  const errorInbox = await consumeInto(channel, errors, { noAck: true });
  const allInbox = await consumeInto(channel, all, { noAck: true });
  for (const severity of ['info', 'warning', 'debug', 'error'])
    channel.publish(exchange, severity, Buffer.from(severity));
  expect(texts(await allInbox.take(2))).toEqual(['info', 'error']);
  expect(texts(await errorInbox.take(1))).toEqual(['error']);
});

test('amqplib routes by the patterns of a topic exchange', async () => {
  const channel = await openChannel(target.url);
  const exchange = uniqueName('topic');
  deleteExchangesAfterTest(target.url, exchange);
  await channel.assertExchange(exchange, 'topic', { durable: false });
  const keys = [
    'quick.orange.rabbit',
    'lazy.orange.elephant',
    'lazy.brown.fox',
    'lazy',
    'orange',
    'quick.orange.male.rabbit',
  ];
  const wanted: Record<string, string[]> = {
    '*.orange.*': ['quick.orange.rabbit', 'lazy.orange.elephant'],
    'lazy.#': ['lazy.orange.elephant', 'lazy.brown.fox', 'lazy'],
    '#': keys,
    '*': ['lazy', 'orange'],
    '#.rabbit': ['quick.orange.rabbit', 'quick.orange.male.rabbit'],
  };
  const inboxes = new Map<string, Inbox<ConsumeMessage | null>>();
  for (const pattern of Object.keys(wanted)) {
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange, pattern);
    inboxes.set(pattern, await consumeInto(channel, queue, { noAck: true }));
  }
  for (const key of keys) channel.publish(exchange, key, Buffer.from(key));
  for (const [pattern, expected] of Object.entries(wanted)) {
    expect(texts((await inboxes.get(pattern)?.take(expected.length)) ?? []), pattern).toEqual(expected);
  }
  // Everything published before this answer was routed: no inbox got more than it should.
  await channel.checkExchange(exchange);
  expect([...inboxes.values()].map((inbox) => inbox.waiting)).toEqual([0, 0, 0, 0, 0]);
});

test('amqplib routes by all or any of the headers', async () => {
  const channel = await openChannel(target.url);
  const exchange = uniqueName('headers');
  deleteExchangesAfterTest(target.url, exchange);
  await channel.assertExchange(exchange, 'headers', { durable: false });
  const all = (await channel.assertQueue('', { exclusive: true })).queue;
  const any = (await channel.assertQueue('', { exclusive: true })).queue;
  await channel.bindQueue(all, exchange, '', { 'x-match': 'all', format: 'pdf', pages: 3 });
  await channel.bindQueue(any, exchange, '', { 'x-match': 'any', format: 'pdf', pages: 3 });
  const allInbox = await consumeInto(channel, all, { noAck: true });
  const anyInbox = await consumeInto(channel, any, { noAck: true });
  channel.publish(exchange, '', Buffer.from('both'), { headers: { format: 'pdf', pages: 3, extra: true } });
  channel.publish(exchange, '', Buffer.from('one'), { headers: { format: 'zip', pages: 3 } });
  channel.publish(exchange, '', Buffer.from('none'), { headers: { format: 'zip' } });
  channel.publish(exchange, '', Buffer.from('last'), { headers: { format: 'pdf', pages: 3 } });
  expect(texts(await allInbox.take(2))).toEqual(['both', 'last']);
  expect(texts(await anyInbox.take(3))).toEqual(['both', 'one', 'last']);
});

test('amqplib routes from exchange to exchange and to an alternate exchange', async () => {
  const channel = await openChannel(target.url);
  const [source, destination, alternate] = [uniqueName('source'), uniqueName('destination'), uniqueName('alternate')];
  deleteExchangesAfterTest(target.url, source, destination, alternate);
  await channel.assertExchange(alternate, 'fanout', { durable: false });
  await channel.assertExchange(source, 'direct', { durable: false, alternateExchange: alternate });
  await channel.assertExchange(destination, 'fanout', { durable: false });
  await channel.bindExchange(destination, source, 'known');
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const rest = (await channel.assertQueue('', { exclusive: true })).queue;
  await channel.bindQueue(queue, destination, '');
  await channel.bindQueue(rest, alternate, '');
  channel.publish(source, 'known', Buffer.from('routed'));
  channel.publish(source, 'unknown', Buffer.from('unrouted'));
  expect(texts([await (await consumeInto(channel, queue, { noAck: true })).next()])).toEqual(['routed']);
  const unrouted = await (await consumeInto(channel, rest, { noAck: true })).next();
  expect(unrouted?.content.toString()).toBe('unrouted');
  expect(unrouted?.fields).toMatchObject({ exchange: source, routingKey: 'unknown' });
});

describe('RPC with amqplib', () => {
  const serve = async (): Promise<string> => {
    const server = await openChannel(target.url);
    const { queue } = await server.assertQueue(uniqueName('rpc'), { exclusive: true });
    await server.prefetch(1);
    await server.consume(queue, (request) => {
      if (request === null) return;
      const { replyTo, correlationId } = request.properties as { replyTo: string; correlationId: string };
      const answer = Buffer.from(String(Number(request.content.toString()) * 2));
      server.publish('', replyTo, answer, { correlationId });
      server.ack(request);
    });
    return queue;
  };

  test('answers to a reply queue with the correlation id of the question', async () => {
    const queue = await serve();
    const client = await openChannel(target.url);
    const replyTo = (await client.assertQueue('', { exclusive: true })).queue;
    const replies = await consumeInto(client, replyTo, { noAck: true });
    for (const n of [1, 2, 3]) client.sendToQueue(queue, Buffer.from(String(n)), { replyTo, correlationId: `id ${n}` });
    const answers = await replies.take(3);
    expect(texts(answers)).toEqual(['2', '4', '6']);
    expect(answers.map((answer) => answer?.properties.correlationId as string)).toEqual(['id 1', 'id 2', 'id 3']);
  });

  test('answers directly, without a queue, through amq.rabbitmq.reply-to', async () => {
    const queue = await serve();
    const client = await openChannel(target.url);
    const replyTo = 'amq.rabbitmq.reply-to';
    const replies = await consumeInto(client, replyTo, { noAck: true });
    client.sendToQueue(queue, Buffer.from('21'), { replyTo, correlationId: 'the question' });
    const answer = await replies.next();
    expect(answer?.content.toString()).toBe('42');
    expect(answer?.properties.correlationId).toBe('the question');
    expect(answer?.fields.exchange).toBe('');
    expect(answer?.fields.routingKey).toMatch(/^amq\.rabbitmq\.reply-to\./);
  });
});
