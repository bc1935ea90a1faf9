/** rabbitmq-client: consumers, publishers and RPC clients that set themselves up again on every channel. */
import {
  AMQPChannelError,
  Connection,
  ConsumerStatus,
  type AsyncMessage,
  type ConsumerProps,
  type ReturnedMessage,
} from 'rabbitmq-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nextEvent } from '../support/interop/events.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { deleteExchangesAfterTest, deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';
import { PATIENCE } from '../support/patience.ts';

const target = useTarget();

async function open(): Promise<Connection> {
  const connection = new Connection({ url: target.url, connectionName: 'interop', heartbeat: 10 });
  // Errors reach the operation that failed as well; without a listener they would end the process.
  connection.on('error', () => {});
  onTestFinished(() => connection.close());
  await connection.onConnect(PATIENCE);
  return connection;
}

/** A consumer that is ready, and the messages it got; closed after the test. */
async function consumer(
  connection: Connection,
  props: ConsumerProps,
  answer: (message: AsyncMessage) => ConsumerStatus | undefined = () => undefined,
): Promise<Inbox<AsyncMessage>> {
  const inbox = new Inbox<AsyncMessage>();
  const started = connection.createConsumer(props, (message) => {
    inbox.push(message);
    return answer(message);
  });
  started.on('error', () => {});
  onTestFinished(() => started.close());
  await nextEvent(started, 'ready');
  return inbox;
}

test('a consumer with prefetch works off a durable queue and requeues or drops what its handler says', async () => {
  const connection = await open();
  const queue = uniqueName('tasks');
  deleteQueuesAfterTest(target.url, queue);
  const inbox = await consumer(
    connection,
    { queue, queueOptions: { durable: true }, qos: { prefetchCount: 1 }, concurrency: 1 },
    (message) => {
      if (message.body === 'poison') return ConsumerStatus.DROP;
      return message.body === 'again' && !message.redelivered ? ConsumerStatus.REQUEUE : ConsumerStatus.ACK;
    },
  );
  const publisher = connection.createPublisher({ confirm: true });
  onTestFinished(() => publisher.close());
  for (const body of ['one', 'again', 'poison', 'two']) {
    await publisher.send({ routingKey: queue, durable: true }, body);
  }
  const handled = (await inbox.take(5)).map((message) => `${String(message.body)}${message.redelivered ? '!' : ''}`);
  expect(handled.filter((body) => body !== 'again!')).toEqual(['one', 'again', 'poison', 'two']);
  expect(handled).toContain('again!');
  expect(inbox.items[0]).toMatchObject({ durable: true, contentType: 'text/plain', exchange: '', routingKey: queue });
});

test('publishers and consumers declare exchanges, queues and bindings and route by topic, fanout and headers', async () => {
  const connection = await open();
  const [topic, fanout, headers] = [uniqueName('topic'), uniqueName('fanout'), uniqueName('headers')];
  deleteExchangesAfterTest(target.url, topic, fanout, headers);
  const subscribe = (exchange: string, type: string, binding: object): Promise<Inbox<AsyncMessage>> =>
    consumer(connection, {
      queueOptions: { exclusive: true },
      exchanges: [{ exchange, type }],
      queueBindings: [{ exchange, ...binding }],
    });
  const byTopic = await subscribe(topic, 'topic', { routingKey: 'user.#' });
  const byFanout = await subscribe(fanout, 'fanout', {});
  const byHeaders = await subscribe(headers, 'headers', { arguments: { 'x-match': 'any', color: 'red', size: 3 } });
  const publisher = connection.createPublisher({ confirm: true });
  onTestFinished(() => publisher.close());
  await publisher.send({ exchange: topic, routingKey: 'order.create' }, 'no');
  await publisher.send({ exchange: topic, routingKey: 'user.create.now' }, { json: ['works'] });
  await publisher.send({ exchange: fanout }, Buffer.from('to all'));
  await publisher.send({ exchange: headers, headers: { color: 'blue' } }, 'no');
  await publisher.send({ exchange: headers, headers: { color: 'blue', size: 3 } }, 'yes');
  expect(await byTopic.next()).toMatchObject({ body: { json: ['works'] }, contentType: 'application/json' });
  expect(await byFanout.next()).toMatchObject({ body: Buffer.from('to all') });
  expect(await byHeaders.next()).toMatchObject({ body: 'yes' });
});

test('an RPC client gets its answers, several at once, by direct reply-to', async () => {
  const connection = await open();
  const queue = uniqueName('rpc');
  const server = connection.createConsumer({ queue, queueOptions: { exclusive: true } }, async (request, reply) =>
    reply({ doubled: 2 * Number(request.body) }),
  );
  onTestFinished(() => server.close());
  await nextEvent(server, 'ready');
  const client = connection.createRPCClient({ confirm: true });
  onTestFinished(() => client.close());
  const answers = await Promise.all([1, 2, 3].map((n) => client.send(queue, String(n))));
  expect(answers.map((answer) => answer.body as unknown)).toEqual([{ doubled: 2 }, { doubled: 4 }, { doubled: 6 }]);
});

describe('publisher confirms with rabbitmq-client', () => {
  test('come for one and for a thousand at once, and the messages are there in order', async () => {
    const connection = await open();
    const queue = uniqueName('confirmed');
    deleteQueuesAfterTest(target.url, queue);
    const publisher = connection.createPublisher({ confirm: true, queues: [{ queue, durable: true }] });
    onTestFinished(() => publisher.close());
    await publisher.send({ routingKey: queue, durable: true }, 'first');
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => publisher.send({ routingKey: queue, durable: true }, String(i))),
    );
    expect(await connection.queueDeclare({ queue, passive: true })).toMatchObject({ messageCount: 1001 });
    const inbox = await consumer(connection, { queue, queueOptions: { durable: true }, qos: { prefetchCount: 100 } });
    const bodies = (await inbox.take(1001)).map((message) => message.body as string);
    expect(bodies).toEqual(['first', ...Array.from({ length: 1000 }, (_, i) => String(i))]);
  });

  test('come for an unroutable mandatory message, which is returned', async () => {
    const connection = await open();
    const returned = new Inbox<ReturnedMessage>();
    const publisher = connection.createPublisher({ confirm: true });
    publisher.on('basic.return', returned.push);
    onTestFinished(() => publisher.close());
    const routingKey = uniqueName('nowhere');
    await publisher.send({ routingKey, mandatory: true, messageId: 'unroutable' }, 'lost');
    expect(await returned.next()).toMatchObject({
      replyCode: 312,
      replyText: 'NO_ROUTE',
      routingKey,
      body: 'lost',
      messageId: 'unroutable',
    });
  });
});

test('a channel hears of a cancelled consumer', async () => {
  const connection = await open();
  const channel = await connection.acquire();
  onTestFinished(() => channel.close());
  const { queue } = await channel.queueDeclare({ exclusive: true });
  const { consumerTag } = await channel.basicConsume({ queue }, () => {});
  const cancelled = nextEvent<string>(channel, 'basic.cancel');
  await connection.queueDelete(queue);
  expect(await cancelled).toBe(consumerTag);
});

test("the broker's errors arrive as AMQPChannelError with their code, and the connection goes on", async () => {
  const connection = await open();
  const name = uniqueName('missing');
  const queue = (await connection.queueDeclare({ exclusive: true })).queue;
  const attempts: [string, string, () => Promise<unknown>][] = [
    ['NOT_FOUND', `no queue '${name}'`, () => connection.queueDeclare({ queue: name, passive: true })],
    ['NOT_FOUND', `no exchange '${name}'`, () => connection.queueBind({ queue, exchange: name })],
    [
      'PRECONDITION_FAILED',
      "inequivalent arg 'auto_delete'",
      () => connection.exchangeDeclare({ exchange: 'amq.fanout', type: 'fanout', durable: true, autoDelete: true }),
    ],
    [
      'ACCESS_REFUSED',
      "reserved prefix 'amq.*'",
      () => connection.exchangeDeclare({ exchange: 'amq.mine', type: 'direct' }),
    ],
  ];
  for (const [code, text, attempt] of attempts) {
    const error: unknown = await attempt().then(
      () => 'no error',
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AMQPChannelError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) as string });
  }
  const other = await open();
  const locked = other.queueDeclare({ queue, passive: true });
  await expect(locked).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
  expect(await connection.queueDeclare({ queue, passive: true })).toMatchObject({ queue });
});

test('headers of all kinds, all properties and a body of 1 MiB come out as they went in', async () => {
  const connection = await open();
  const { queue } = await connection.queueDeclare({ exclusive: true });
  const channel = await connection.acquire();
  onTestFinished(() => channel.close());
  await channel.confirmSelect();
  const headers = {
    text: 'Ünïcödé 鍵 🐇',
    ключ: true,
    no: false,
    nothing: null,
    int: -5,
    big: 2 ** 40,
    float: 1.25,
    list: [1, 'two', [3], { four: 4 }],
    table: { inner: { empty: {}, none: [] } },
  };
  const properties = {
    contentType: 'application/octet-stream',
    contentEncoding: 'x-none',
    priority: 3,
    correlationId: 'c',
    replyTo: 'r',
    expiration: '60000',
    messageId: 'm',
    timestamp: 1_700_000_000,
    type: 't',
    userId: 'guest',
    appId: 'a',
    durable: true,
  };
  const body = Buffer.alloc(1024 * 1024, 'leveret');
  await channel.basicPublish({ routingKey: queue, ...properties, headers }, body);
  const message = await channel.basicGet({ queue, noAck: true });
  expect(message).toMatchObject(properties);
  expect(message?.headers).toEqual(headers);
  expect(body.equals(message?.body as Buffer)).toBe(true);
  expect(await channel.basicGet({ queue, noAck: true })).toBeUndefined();
});
