/** What becomes of messages when a test broker ends and starts again, and when its disk is slow or full. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectTo, startApplication } from '../../support/application.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const patience = 20_000;

/** Resolves when it is confirmed. */
async function send(channel: ConfirmChannel, queue: string, text: string, persistent = true): Promise<void> {
  channel.sendToQueue(queue, Buffer.from(text), { persistent });
  await channel.waitForConfirms();
}

async function connectAgain(url: string): Promise<{ connection: ChannelModel; channel: ConfirmChannel }> {
  const connection = await connectTo(url);
  onTestFinished(() => connection.close());
  return { connection, channel: await connection.createConfirmChannel() };
}

/** Resolves with the reason when the connection is no more. */
function closing(connection: ChannelModel): Promise<Error> {
  return new Promise((resolve) => void connection.once('close', resolve));
}

describe.each(['in memory', 'with a data folder'])('a broker %s', (where) => {
  const place = () => (where === 'in memory' ? {} : { dataDir: temporaryFolder() });

  test('crashes: what was confirmed stays, what is transient is gone, and clients find their sockets reset', async () => {
    const { broker, connection, channel } = await startApplication({ patience, ...place() });
    const { url } = broker;
    const lost = closing(connection);
    await channel.assertQueue('orders', { durable: true });
    await channel.assertQueue('events', { durable: false });
    await send(channel, 'orders', 'kept');
    await send(channel, 'orders', 'transient', false);
    await broker.crash();
    expect((await lost).message).not.toContain('320');
    expect(broker.url).toBe(url);
    expect(broker.queue('orders').messages.map(({ text }) => text)).toEqual(['kept']);
    expect(broker.queue('events').exists).toBe(false);
    expect(broker.log.errors()).toEqual([]);
    await send((await connectAgain(url)).channel, 'orders', 'after');
    await broker.queue('orders').toReceive({ text: 'after' });
  });

  test('crashes while its disk is slow: what was not confirmed is lost', async () => {
    const { broker, channel } = await startApplication({ patience, ...place() });
    await channel.assertQueue('orders');
    await send(channel, 'orders', 'kept');
    const slow = broker.faults.slowDisk(3_600_000);
    channel.sendToQueue('orders', Buffer.from('never confirmed'), { persistent: true });
    await broker.queue('orders').toReceive({ text: 'never confirmed' });
    await broker.crash();
    slow.lift();
    expect(broker.queue('orders').messages.map(({ text }) => text)).toEqual(['kept']);
    expect(broker.log.all({ kind: 'confirmed' })).toHaveLength(1);
  });

  test('crashes while a consumer is at a message, which comes again', async () => {
    const { broker, channel } = await startApplication({ patience, ...place() });
    await channel.assertQueue('orders');
    await send(channel, 'orders', 'kept');
    await channel.consume('orders', () => undefined);
    await broker.log.next('delivered');
    await broker.crash();
    const { channel: next } = await connectAgain(broker.url);
    const message = await new Promise<ConsumeMessage | null>((resolve) => void next.consume('orders', resolve));
    next.ack(message!);
    await broker.queue('orders').toSettle({ text: 'kept' }, 'acked');
  });

  test('restarts: clients are told, and everything that is durable is there again', async () => {
    const { broker, connection, channel } = await startApplication({ patience, ...place() });
    const space = await broker.space();
    await channel.assertQueue('orders');
    await send(channel, 'orders', 'kept');
    const closed = closing(connection);
    await broker.restart({ downFor: 10 });
    expect((await closed).message).toContain('320');
    expect(broker.queue('orders').ready).toBe(1);
    await (await connectAgain(space.url)).channel.assertQueue('of the space');
    expect(space.queue('of the space').exists).toBe(true);
  });
});

test('a disk that is full blocks publishers and confirms nothing, until it has room again', async () => {
  const { broker, connection, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const blocked = once(connection, 'blocked') as Promise<[string]>;
  const full = broker.faults.diskFull();
  let confirmed = false;
  const sent = send(channel, 'orders', 'x').then(() => (confirmed = true));
  expect((await blocked)[0]).toBe('low on disk');
  expect(confirmed).toBe(false);
  const unblocked = once(connection, 'unblocked');
  full.lift();
  await Promise.all([sent, unblocked]);
  expect(broker.faults.active).toEqual([]);
});

test('a disk that is slow has confirms come late, as often as was said', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const slow = broker.faults.slowDisk(60, { times: 1 });
  const began = performance.now();
  await send(channel, 'orders', '1');
  expect(performance.now() - began).toBeGreaterThan(50);
  expect(slow.hits).toBe(1);
  await send(channel, 'orders', '2');
  expect(slow.hits).toBe(1);
});

test('time passes while the broker is down: what expires and what was delayed meanwhile comes when it is back', async () => {
  const { broker, channel } = await startApplication({ patience, clock: 'manual' });
  await channel.assertQueue('letters');
  const letters = { deadLetterExchange: '', deadLetterRoutingKey: 'letters' };
  await channel.assertQueue('soon', { messageTtl: 3_600_000, ...letters });
  await channel.assertQueue('later', { messageTtl: 7_200_000, ...letters });
  await send(channel, 'soon', 'soon');
  await send(channel, 'later', 'later');
  await broker.crash({ downFor: '90m' });
  await broker.queue('letters').toReceive({ text: 'soon' });
  await broker.clock.advance('29m');
  expect(broker.queue('letters').ready).toBe(1);
  await broker.clock.advance('1m');
  await broker.queue('letters').toReceive({ text: 'later' });
});

test('faults go on when the broker has crashed', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  broker.faults.block('memory');
  const refused = broker.faults.nackPublishes({}, { times: 1 });
  await broker.crash();
  const { connection, channel: next } = await connectAgain(broker.url);
  const blocked = once(connection, 'blocked') as Promise<[string]>;
  next.sendToQueue('orders', Buffer.from('x'));
  expect((await blocked)[0]).toBe('low on memory');
  broker.faults.active[0].lift();
  await expect(next.waitForConfirms()).rejects.toThrow();
  expect(refused.hits).toBe(1);
});

test('a message is overtaken by the next, and another goes on when it is let go', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const fault = broker.faults.reorder({ routingKey: 'orders' });
  for (const text of ['1', '2', '3', '4', '5']) await send(channel, 'orders', text);
  const texts = () => broker.queue('orders').messages.map(({ text }) => text);
  expect(texts()).toEqual(['2', '1', '4', '3']);
  fault.release();
  expect(texts()).toEqual(['2', '1', '4', '3', '5']);
  expect(fault.hits).toBe(3);
});
