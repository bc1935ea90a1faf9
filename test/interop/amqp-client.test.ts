/** @cloudamqp/amqp-client: channels and queues as objects, generators as consumers, sessions that reconnect. */
import { AMQPClient, AMQPError, type AMQPChannel, type AMQPMessage } from '@cloudamqp/amqp-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Inbox } from '../support/interop/inbox.ts';
import { deleteExchangesAfterTest, deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';
import { PATIENCE } from '../support/patience.ts';

const target = useTarget();

async function open(): Promise<AMQPClient> {
  const client = new AMQPClient(target.url);
  client.logger = undefined;
  await client.connect();
  onTestFinished(async () => {
    if (!client.closed) await client.close();
  });
  return client;
}

async function openChannel(): Promise<AMQPChannel> {
  return (await open()).channel();
}

test('a durable work queue hands persistent tasks to workers and those of a dead one to another', async () => {
  const publisher = await openChannel();
  const queue = uniqueName('tasks');
  deleteQueuesAfterTest(target.url, queue);
  expect(await publisher.queueDeclare(queue, { durable: true })).toEqual({
    name: queue,
    messageCount: 0,
    consumerCount: 0,
  });
  await publisher.confirmSelect();
  for (let i = 0; i < 4; i++) await publisher.basicPublish('', queue, `task ${i}`, { deliveryMode: 2 });
  const dying = await open();
  const dyingChannel = await dying.channel();
  await dyingChannel.basicQos(2);
  const held = new Inbox<AMQPMessage>();
  await dyingChannel.basicConsume(queue, { noAck: false }, held.push);
  await held.take(2);
  const worker = await openChannel();
  await worker.prefetch(1);
  const done = new Inbox<[string | null, boolean]>();
  await worker.basicConsume(queue, { noAck: false }, async (message) => {
    done.push([message.bodyString(), message.redelivered]);
    await message.ack();
  });
  expect(await done.take(2)).toEqual([
    ['task 2', false],
    ['task 3', false],
  ]);
  await dying.close();
  expect(await done.take(2)).toEqual([
    ['task 0', true],
    ['task 1', true],
  ]);
});

test('messages are routed by direct, fanout, topic and headers exchanges', async () => {
  const channel = await openChannel();
  const route = async (type: string, key: string, args: object): Promise<{ exchange: string; queue: string }> => {
    const exchange = uniqueName(type);
    deleteExchangesAfterTest(target.url, exchange);
    await channel.exchangeDeclare(exchange, type, { durable: false });
    const { name } = await channel.queueDeclare('', { exclusive: true });
    await channel.queueBind(name, exchange, key, args);
    return { exchange, queue: name };
  };
  const cases: [string, string, object, string, Record<string, string>, boolean][] = [
    ['direct', 'error', {}, 'error', {}, true],
    ['direct', 'error', {}, 'info', {}, false],
    ['fanout', '', {}, 'anything', {}, true],
    ['topic', '*.critical', {}, 'kern.critical', {}, true],
    ['topic', '*.critical', {}, 'kern.core.critical', {}, false],
    ['headers', '', { 'x-match': 'all', a: 'b' }, '', { a: 'b', c: 'd' }, true],
    ['headers', '', { 'x-match': 'all', a: 'b' }, '', { c: 'd' }, false],
  ];
  await channel.confirmSelect();
  for (const [type, bindingKey, args, routingKey, headers, arrives] of cases) {
    const { exchange, queue } = await route(type, bindingKey, args);
    await channel.basicPublish(exchange, routingKey, 'x', { headers });
    const message = await channel.basicGet(queue);
    expect(message !== null, `${type} ${bindingKey} ${routingKey} ${JSON.stringify(headers)}`).toBe(arrives);
  }
});

test('a generator consumes until it is cancelled', async () => {
  const channel = await openChannel();
  const { name } = await channel.queueDeclare('', { exclusive: true });
  const consumer = await channel.basicConsume(name, { noAck: false });
  for (const body of ['a', 'b', 'c']) await channel.basicPublish('', name, body);
  const bodies: (string | null)[] = [];
  for await (const message of consumer.messages) {
    bodies.push(message.bodyString());
    await message.ack();
    if (bodies.length === 3) break;
  }
  expect(bodies).toEqual(['a', 'b', 'c']);
  await consumer.cancel();
  expect(await channel.queueDelete(name)).toEqual({ messageCount: 0 });
});

test('remote procedures are called by direct reply-to', async () => {
  const server = await openChannel();
  const { name } = await server.queueDeclare('', { exclusive: true });
  await server.basicConsume(name, { noAck: true }, async (request) => {
    const { replyTo, correlationId } = request.properties;
    await server.basicPublish('', replyTo ?? '', `re: ${request.bodyString()}`, { correlationId: correlationId ?? '' });
  });
  const client = await openChannel();
  const replies = new Inbox<AMQPMessage>();
  await client.basicConsume('amq.rabbitmq.reply-to', { noAck: true }, replies.push);
  await client.basicPublish('', name, 'question', { replyTo: 'amq.rabbitmq.reply-to', correlationId: '7' });
  const reply = await replies.next();
  expect([reply.bodyString(), reply.properties.correlationId]).toEqual(['re: question', '7']);
});

describe('publishing with @cloudamqp/amqp-client', () => {
  test('resolves to the tag of each confirmed message', async () => {
    const channel = await openChannel();
    await channel.confirmSelect();
    const { name } = await channel.queueDeclare('', { exclusive: true });
    const tags = await Promise.all(Array.from({ length: 500 }, (_, i) => channel.basicPublish('', name, String(i))));
    expect(tags).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    expect(await channel.queuePurge(name)).toEqual({ messageCount: 500 });
  });

  test('returns an unroutable mandatory message before it is confirmed', async () => {
    const channel = await openChannel();
    await channel.confirmSelect();
    const returned = new Inbox<AMQPMessage>();
    channel.onReturn = returned.push;
    await channel.basicPublish('', uniqueName('nowhere'), 'lost', { messageId: 'm' }, true);
    expect(returned.items).toHaveLength(1);
    expect(returned.items[0]).toMatchObject({ replyCode: 312, replyText: 'NO_ROUTE', properties: { messageId: 'm' } });
  });

  test('is transactional when asked', async () => {
    const channel = await openChannel();
    const { name } = await channel.queueDeclare('', { exclusive: true });
    await channel.txSelect();
    await channel.basicPublish('', name, 'never');
    await channel.txRollback();
    await channel.basicPublish('', name, 'committed');
    expect(await channel.basicGet(name)).toBeNull();
    await channel.txCommit();
    expect((await channel.basicGet(name))?.bodyString()).toBe('committed');
  });

  test('carries headers, properties and bodies of 1 MiB unchanged', async () => {
    const channel = await openChannel();
    const { name } = await channel.queueDeclare('', { exclusive: true });
    const properties = {
      contentType: 'application/octet-stream',
      contentEncoding: 'none',
      deliveryMode: 2,
      priority: 1,
      correlationId: 'c',
      replyTo: 'r',
      expiration: '60000',
      messageId: 'm',
      timestamp: new Date(1_700_000_000_000),
      type: 't',
      userId: 'guest',
      appId: 'a',
      headers: {
        text: 'Ünïcödé 🐇',
        ключ: true,
        no: false,
        nothing: null,
        int: -5,
        long: 2 ** 40,
        float: 1.25,
        date: new Date(1_700_000_000_000),
        list: [1, 'two', [3], { four: 4 }],
        table: { inner: { empty: {} } },
      },
    };
    const body = new Uint8Array(1024 * 1024).map((_, i) => i % 251);
    await channel.confirmSelect();
    await channel.basicPublish('', name, body, properties);
    const message = await channel.basicGet(name);
    expect(message?.properties).toEqual(properties);
    expect(Buffer.from(message?.body ?? []).equals(body)).toBe(true);
  });
});

test('a consumer waits until its queue is deleted, which it sees as an error', async () => {
  const channel = await openChannel();
  const { name } = await channel.queueDeclare('', { exclusive: true });
  const consumer = await channel.basicConsume(name, {}, () => {});
  const waiting = expect(consumer.wait(PATIENCE)).rejects.toThrow(/cancel/i);
  await channel.queueDelete(name);
  await waiting;
});

test("the broker's errors arrive as AMQPError, close only their channel and name the rule", async () => {
  const client = await open();
  const owner = await openChannel();
  const owned = (await owner.queueDeclare('', { exclusive: true })).name;
  const name = uniqueName('missing');
  const attempts: [RegExp, (channel: AMQPChannel) => Promise<unknown>][] = [
    [/NOT_FOUND - no queue.*\(404\)/, (channel) => channel.queueDeclare(name, { passive: true })],
    [/NOT_FOUND - no exchange.*\(404\)/, (channel) => channel.exchangeBind('amq.topic', name)],
    [/RESOURCE_LOCKED - cannot obtain exclusive access.*\(405\)/, (channel) => channel.queueDelete(owned)],
    [/ACCESS_REFUSED - .*reserved prefix 'amq\.\*'.*\(403\)/, (channel) => channel.queueDeclare('amq.mine')],
    [
      /PRECONDITION_FAILED - inequivalent arg 'type'.*\(406\)/,
      (channel) => channel.exchangeDeclare('amq.topic', 'direct'),
    ],
  ];
  for (const [text, attempt] of attempts) {
    const channel = await client.channel();
    const error: unknown = await attempt(channel).then(
      () => 'no error',
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AMQPError);
    expect((error as AMQPError).message).toMatch(text);
    expect([channel.closed, client.closed]).toEqual([true, false]);
  }
  const wrong = new URL(target.url);
  wrong.password = 'wrong';
  const refused = new AMQPClient(wrong.href);
  refused.logger = undefined;
  await expect(refused.connect()).rejects.toThrow(/ACCESS_REFUSED/);
});
