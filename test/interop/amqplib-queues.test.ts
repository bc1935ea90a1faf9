/** amqplib (promise API): queues and their consumers, publisher confirms and returns. */
import { once } from 'node:events';
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { consumeInto, dropSocket, open, openChannel, texts } from '../support/interop/amqplib.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';

const target = useTarget();

test('amqplib says hello world through the default exchange', async () => {
  const channel = await openChannel(target.url);
  const { queue } = await channel.assertQueue(uniqueName('hello'), { exclusive: true });
  const inbox = await consumeInto(channel, queue, { noAck: true });
  channel.sendToQueue(queue, Buffer.from('Hello World!'));
  const message = await inbox.next();
  expect(message?.content.toString()).toBe('Hello World!');
  expect(message?.fields).toMatchObject({ exchange: '', routingKey: queue, redelivered: false, deliveryTag: 1 });
});

describe('a work queue of amqplib', () => {
  test('hands tasks to workers one at a time and the faster worker does more of them', async () => {
    const queue = uniqueName('tasks');
    deleteQueuesAfterTest(target.url, queue);
    const channel = await openChannel(target.url);
    await channel.assertQueue(queue, { durable: true });
    const workers = [await openChannel(target.url), await openChannel(target.url)] as const;
    const [slow, fast] = workers;
    for (const worker of workers) await worker.prefetch(1);
    const slowInbox = await consumeInto(slow, queue);
    const done = new Inbox<string>();
    await fast.consume(queue, (message) => {
      if (message === null) return;
      done.push(message.content.toString());
      fast.ack(message);
    });
    for (let i = 0; i < 10; i++) channel.sendToQueue(queue, Buffer.from(`task ${i}`), { persistent: true });
    const held = await slowInbox.next();
    const others = (await done.take(9)).sort();
    expect([held?.content.toString(), ...others].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `task ${i}`));
    expect(slowInbox.waiting).toBe(0);
    slow.ack(held as ConsumeMessage);
  });

  test("gives a dead worker's tasks to another one, marked as redelivered and in order", async () => {
    const queue = uniqueName('tasks');
    deleteQueuesAfterTest(target.url, queue);
    const publisher = await openChannel(target.url);
    await publisher.assertQueue(queue, { durable: true });
    const { connection } = await open(target.url);
    const dying = await connection.createChannel();
    const held = await consumeInto(dying, queue);
    for (const task of ['one', 'two', 'three']) publisher.sendToQueue(queue, Buffer.from(task), { persistent: true });
    await held.take(3);
    const survivor = await openChannel(target.url);
    const inbox = await consumeInto(survivor, queue);
    dropSocket(connection);
    const again = await inbox.take(3);
    expect(texts(again)).toEqual(['one', 'two', 'three']);
    expect(again.map((message) => message?.fields.redelivered)).toEqual([true, true, true]);
    survivor.ackAll();
    await survivor.close();
    expect(await publisher.purgeQueue(queue)).toEqual({ messageCount: 0 });
  });

  test('requeues a nacked task, drops a rejected one and keeps the unacknowledged over recover', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const task of ['a', 'b']) channel.sendToQueue(queue, Buffer.from(task));
    const inbox = await consumeInto(channel, queue);
    const [first, second] = (await inbox.take(2)) as [ConsumeMessage, ConsumeMessage];
    channel.reject(second, false);
    channel.nack(first, false, true);
    const again = (await inbox.next()) as ConsumeMessage;
    expect(again.content.toString()).toBe('a');
    expect(again.fields.redelivered).toBe(true);
    await channel.recover();
    const recovered = (await inbox.next()) as ConsumeMessage;
    expect(recovered.content.toString()).toBe('a');
    channel.ack(recovered);
    await channel.close();
    expect(await (await connection.createChannel()).get(queue)).toBe(false);
  });

  test('is polled with get, which counts what is left and finds an empty queue', async () => {
    const channel = await openChannel(target.url);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const task of ['a', 'b']) channel.sendToQueue(queue, Buffer.from(task));
    const first = await channel.get(queue);
    if (first === false) throw new Error('The queue is empty.');
    expect(first.fields).toMatchObject({ messageCount: 1, routingKey: queue, redelivered: false });
    channel.ack(first);
    expect(await channel.get(queue, { noAck: true })).toMatchObject({ content: Buffer.from('b') });
    expect(await channel.get(queue)).toBe(false);
  });

  test('can be purged, which leaves what is unacknowledged alone', async () => {
    const channel = await openChannel(target.url);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const task of ['a', 'b', 'c']) channel.sendToQueue(queue, Buffer.from(task));
    expect(await channel.get(queue)).toMatchObject({ content: Buffer.from('a') });
    expect(await channel.purgeQueue(queue)).toEqual({ messageCount: 2 });
    channel.nackAll(true);
    expect(await channel.get(queue)).toMatchObject({ content: Buffer.from('a') });
  });
});

describe('publisher confirms with amqplib', () => {
  test('come for a single message, a batch, and each of many with its own callback', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createConfirmChannel();
    const queue = uniqueName('confirmed');
    deleteQueuesAfterTest(target.url, queue);
    await channel.assertQueue(queue, { durable: true });
    channel.sendToQueue(queue, Buffer.from('single'), { persistent: true });
    await channel.waitForConfirms();
    for (let i = 0; i < 100; i++) channel.sendToQueue(queue, Buffer.from(`batch ${i}`), { persistent: true });
    await channel.waitForConfirms();
    const confirmed = new Inbox<number>();
    for (let i = 0; i < 100; i++) {
      channel.sendToQueue(queue, Buffer.from(`async ${i}`), { persistent: true }, (error: unknown) => {
        if (error === null) confirmed.push(i);
      });
    }
    expect((await confirmed.take(100)).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: 201 });
  });

  test('come for an unroutable mandatory message after its return', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createConfirmChannel();
    const seen = new Inbox<string>();
    const returned = once(channel, 'return') as Promise<
      [ConsumeMessage & { fields: { replyCode: number; replyText: string } }]
    >;
    channel.on('return', () => seen.push('return'));
    const key = uniqueName('nowhere');
    const options = { mandatory: true, headers: { kept: true }, messageId: 'unroutable' };
    channel.publish('', key, Buffer.from('lost'), options, (error: unknown) =>
      seen.push(error === null ? 'ack' : 'nack'),
    );
    expect(await seen.take(2)).toEqual(['return', 'ack']);
    const [message] = await returned;
    expect(message.fields).toMatchObject({ replyCode: 312, replyText: 'NO_ROUTE', exchange: '', routingKey: key });
    expect(message.content.toString()).toBe('lost');
    expect(message.properties).toMatchObject({ headers: { kept: true }, messageId: 'unroutable' });
  });
});

test('amqplib hears that its consumer was cancelled because the queue is gone', async () => {
  const channel = await openChannel(target.url);
  const queue = uniqueName('vanishing');
  await channel.assertQueue(queue, { durable: false });
  const inbox = await consumeInto(channel, queue);
  const other = await openChannel(target.url);
  await other.deleteQueue(queue);
  expect(await inbox.next()).toBeNull();
});

test('amqplib sees an auto-delete queue go with its last consumer and an exclusive one with its connection', async () => {
  const { connection } = await open(target.url);
  const channel = await connection.createChannel();
  const fleeting = (await channel.assertQueue(uniqueName('auto-delete'), { autoDelete: true, durable: false })).queue;
  const owned = (await channel.assertQueue(uniqueName('exclusive'), { exclusive: true })).queue;
  const { consumerTag } = await channel.consume(fleeting, () => {});
  await channel.cancel(consumerTag);
  await connection.close();
  for (const queue of [fleeting, owned]) {
    const probe = await openChannel(target.url);
    const error = once(probe, 'error') as Promise<[Error & { code: number }]>;
    await expect(probe.checkQueue(queue)).rejects.toThrow(/404/);
    expect((await error)[0].code).toBe(404);
  }
});
