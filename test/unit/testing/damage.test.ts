/** Messages that a test has be damaged on the disk: what a client sees of a queue whose messages cannot be read. */
import type { ConsumeMessage, GetMessage } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { connectTo, startApplication } from '../../support/application.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PERSISTENT = { deliveryMode: 2 };
const STOPPED = /queue 'orders' in vhost '\/' is stopped/;

describe.each(['in memory', 'with a data folder'])('a broker %s', (where) => {
  const place = () => (where === 'in memory' ? {} : { dataDir: temporaryFolder() });

  test('has a queue stop at a message that is damaged, and go on when it is not any more', async () => {
    const { broker, connection, channel } = await startApplication({ patience: 20_000, ...place() });
    await channel.assertQueue('orders');
    await broker.queue('orders').put('x', PERSISTENT);
    const damaged = await broker.faults.corruptNext('orders');
    expect(damaged.hits).toBe(0);
    const failed = await connection.createChannel();
    failed.on('error', () => undefined);
    await expect(failed.get('orders')).rejects.toThrow(STOPPED);
    await expect(channel.consume('orders', () => undefined)).rejects.toThrow(STOPPED);
    expect(damaged.hits).toBeGreaterThan(0);
    expect(broker.queue('orders').ready).toBe(1);
    damaged.lift();
    const got = (await (await connection.createChannel()).get('orders', { noAck: true })) as GetMessage;
    expect(got.content.toString()).toBe('x');
  });

  test('has it so when it has crashed', async () => {
    const { broker, channel } = await startApplication({ patience: 20_000, ...place() });
    await channel.assertQueue('orders');
    for (const text of ['1', '2']) await broker.queue('orders').put(text, PERSISTENT);
    // The other is at a consumer: its page stays in memory.
    await channel.get('orders');
    await broker.faults.corruptNext('orders');
    await broker.crash();
    const after = await (await connectTo(broker.url)).createChannel();
    after.on('error', () => undefined);
    await expect(after.get('orders')).rejects.toThrow(STOPPED);
  });
});

test('a consumer that comes to a damaged message is cancelled', async () => {
  const { broker, channel } = await startApplication({ patience: 20_000 });
  await channel.assertQueue('orders', { maxPriority: 5 });
  await channel.prefetch(1);
  const taken: (ConsumeMessage | null)[] = [];
  await broker.queue('orders').put('first', { ...PERSISTENT, priority: 5 });
  await channel.consume('orders', (message) => void taken.push(message));
  await broker.log.next('delivered');
  await broker.queue('orders').put('second', PERSISTENT);
  await broker.faults.corruptNext('orders');
  channel.ack(taken[0]!);
  await broker.queue('orders').toHaveConsumers(0);
  await broker.idle();
  expect(taken.map((message) => message?.content.toString())).toEqual(['first', undefined]);
});

test('what is on no disk cannot be damaged there', async () => {
  const { broker, channel } = await startApplication();
  const corrupt = (queue: string) => broker.faults.corruptNext(queue);
  await expect(corrupt('none')).rejects.toThrow("there is no queue 'none'");
  await channel.assertQueue('log', { arguments: { 'x-queue-type': 'stream' } });
  await expect(corrupt('log')).rejects.toThrow("there is no queue 'log', but a stream");
  await channel.assertQueue('orders');
  await expect(corrupt('orders')).rejects.toThrow("queue 'orders' has no message that is ready");
  await broker.queue('orders').put('x', { deliveryMode: 1 });
  await expect(corrupt('orders')).rejects.toThrow('is on no disk: it is not persistent');
  expect(broker.faults.active).toEqual([]);
});
