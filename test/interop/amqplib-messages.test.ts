/** amqplib (promise API): what is in a message comes out as it went in, large, many and of every type. */
import { createHash, randomBytes } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { consumeInto, open, openChannel } from '../support/interop/amqplib.ts';
import { deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';

const target = useTarget();
const MIB = 1024 * 1024;

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

describe('bodies', () => {
  test.each([
    ['no bytes', 0],
    ['one byte', 1],
    ['exactly one frame', 4096 - 8],
    ['one byte more than a frame', 4096 - 7],
    ['1 MiB', MIB],
  ])('of %s pass through amqplib with the smallest frames', async (_, size) => {
    const { connection } = await open({ ...fromUrl(target.url), frameMax: 4096 });
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const inbox = await consumeInto(channel, queue, { noAck: true });
    const body = randomBytes(size);
    channel.sendToQueue(queue, body);
    const message = await inbox.next();
    expect(message?.content.length).toBe(size);
    expect(digest(message?.content ?? Buffer.of())).toBe(digest(body));
  });

  test('of 20 MiB pass through a durable queue of amqplib, to a consumer and to get', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createConfirmChannel();
    const queue = uniqueName('large');
    deleteQueuesAfterTest(target.url, queue);
    await channel.assertQueue(queue, { durable: true });
    const body = randomBytes(20 * MIB);
    for (let i = 0; i < 2; i++) channel.sendToQueue(queue, body, { persistent: true });
    await channel.waitForConfirms();
    const polled = await channel.get(queue, { noAck: true });
    expect(polled === false ? 'empty' : digest(polled.content)).toBe(digest(body));
    const delivered = await (await consumeInto(channel, queue, { noAck: true })).next();
    expect(digest(delivered?.content ?? Buffer.of())).toBe(digest(body));
  });

  test('of 20,000 small messages arrive whole and in order at an acknowledging consumer of amqplib', async () => {
    const count = 20_000;
    const { connection } = await open(target.url);
    const channel = await connection.createConfirmChannel();
    const queue = uniqueName('many');
    deleteQueuesAfterTest(target.url, queue);
    await channel.assertQueue(queue, { durable: true });
    for (let i = 0; i < count; i++) channel.sendToQueue(queue, Buffer.from(String(i)), { persistent: true });
    await channel.waitForConfirms();
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: count });
    const consumer = await openChannel(target.url);
    await consumer.prefetch(200);
    const received: number[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer.on('error', reject);
      const onMessage = (message: ConsumeMessage | null): void => {
        if (message === null) return reject(new Error('The consumer was cancelled.'));
        received.push(Number(message.content.toString()));
        consumer.ack(message);
        if (received.length === count) resolve();
      };
      consumer.consume(queue, onMessage).catch(reject);
    });
    expect(received).toEqual(Array.from({ length: count }, (_, i) => i));
    await consumer.close();
    expect(await channel.purgeQueue(queue)).toEqual({ messageCount: 0 });
  });
});

test('every basic property of a message of amqplib comes out as it went in', async () => {
  const channel = await openChannel(target.url);
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const properties = {
    contentType: 'application/json',
    contentEncoding: 'gzip',
    deliveryMode: 2,
    priority: 9,
    correlationId: 'correlation-ß',
    replyTo: 'reply.to',
    expiration: '60000',
    messageId: 'message id 🐇',
    timestamp: 1_700_000_000,
    type: 'a type',
    userId: 'guest',
    appId: 'interop',
  };
  channel.sendToQueue(queue, Buffer.from('{}'), properties);
  channel.sendToQueue(queue, Buffer.from('bare'));
  const inbox = await consumeInto(channel, queue, { noAck: true });
  const [message, bare] = (await inbox.take(2)) as [ConsumeMessage, ConsumeMessage];
  expect(message.properties).toMatchObject(properties);
  const set = Object.entries(bare.properties).filter(([, value]) => value !== undefined);
  expect(set).toEqual([['headers', {}]]);
});

test('headers of every type a table knows come out of amqplib as they went in', async () => {
  const channel = await openChannel(target.url);
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const same = {
    text: 'plain',
    unicode: 'Ünïcödé ключ 鍵 🐇',
    'ключ 🗝': 'a unicode name',
    empty: '',
    yes: true,
    no: false,
    nothing: null,
    zero: 0,
    byte: -128,
    short: 32_767,
    int: -2_147_483_648,
    long: 9_007_199_254_740_991,
    negativeLong: -9_007_199_254_740_991,
    double: Math.PI,
    tiny: Number.MIN_VALUE,
    binary: Buffer.from([0, 255, 1, 254]),
    list: ['a', 1, true, null, [2, ['nested']], { key: 'value' }],
    emptyList: [],
    table: { inner: { innermost: { list: [{ deep: 'down' }] } } },
    emptyTable: {},
    date: { '!': 'timestamp', value: 1_700_000_000 },
    decimal: { '!': 'decimal', value: { digits: 31_415, places: 4 } },
  };
  const forced = {
    float: { '!': 'float', value: 0.5 },
    int8: { '!': 'int8', value: 1 },
    int16: { '!': 'int16', value: 2 },
    int32: { '!': 'int32', value: 3 },
    int64: { '!': 'int64', value: 4 },
  };
  channel.sendToQueue(queue, Buffer.from('x'), { headers: { ...same, ...forced } });
  const message = await channel.get(queue, { noAck: true });
  if (message === false) throw new Error('The queue is empty.');
  expect(message.properties.headers).toEqual({ ...same, float: 0.5, int8: 1, int16: 2, int32: 3, int64: 4 });
});

test('exchanges, queues, routing keys and consumer tags of amqplib may be unicode and 255 bytes long', async () => {
  const channel = await openChannel(target.url);
  const queue = uniqueName('очередь-キュー-🐇').padEnd(100, 'x');
  const exchange = uniqueName('обмен-交換-🐇');
  await channel.assertQueue(queue, { exclusive: true });
  await channel.assertExchange(exchange, 'topic', { durable: false, autoDelete: true });
  const key = `ключ.${'🐇'.repeat(61)}`;
  expect(Buffer.byteLength(key)).toBe(253);
  await channel.bindQueue(queue, exchange, 'ключ.*');
  const inbox = await consumeInto(channel, queue, { noAck: true, consumerTag: 'потребитель-🐇' });
  channel.publish(exchange, key, Buffer.from('x'));
  const message = await inbox.next();
  expect(message?.fields).toMatchObject({ exchange, routingKey: key, consumerTag: 'потребитель-🐇' });
  const long = uniqueName('long').padEnd(255, 'q');
  expect((await channel.assertQueue(long, { exclusive: true })).queue).toBe(long);
});

test('CC reaches more queues and BCC does so unseen', async () => {
  const channel = await openChannel(target.url);
  const queues = [];
  for (let i = 0; i < 3; i++) queues.push((await channel.assertQueue('', { exclusive: true })).queue);
  const [to, cc, bcc] = queues as [string, string, string];
  channel.sendToQueue(to, Buffer.from('x'), { CC: [cc], BCC: [bcc] });
  for (const queue of queues) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) throw new Error(`Nothing in ${queue}.`);
    expect(message.properties.headers).toEqual({ CC: [cc] });
    expect(message.fields.routingKey).toBe(to);
  }
});

/** amqplib's connection options for a URL, so that one of them can be changed. */
function fromUrl(url: string): { hostname: string; port: number; username: string; password: string } {
  const { hostname, port, username, password } = new URL(url);
  return { hostname, port: Number(port || 5672), username, password };
}
