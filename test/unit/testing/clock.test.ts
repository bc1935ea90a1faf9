import type { GetMessage } from 'amqplib';
import { expect, test } from 'vitest';
import { milliseconds } from '../../../src/testing/clock/duration.ts';
import { connectTo, startApplication, startBroker } from '../../support/application.ts';

const DAY = 86_400_000;

test('seven days pass at once, and a client whose heartbeat is 30 s stays connected', async () => {
  const broker = await startBroker({ clock: 'manual' });
  const connection = await connectTo(`${broker.url}?heartbeat=30`);
  const channel = await connection.createChannel();
  await channel.assertQueue('later');
  await channel.assertQueue('waiting', { messageTtl: 6 * DAY, deadLetterExchange: '', deadLetterRoutingKey: 'later' });
  await broker.queue('waiting').put('renew');
  const before = broker.clock.now.getTime();
  const used = process.cpuUsage();
  await broker.clock.advance('7d');
  // What it takes on an idle machine is 10 ms; it must not come to counting each of a million ticks.
  const { user } = process.cpuUsage(used);
  expect(user).toBeLessThan(2_000_000);
  expect(broker.clock.now.getTime() - before).toBe(7 * DAY);
  const renew = await broker.queue('later').toReceive({ text: 'renew' });
  expect(renew.at.getTime() - before).toBe(6 * DAY);
  await channel.checkQueue('later');
});

test('what waits is told, the first first', async () => {
  const { broker, channel } = await startApplication({ clock: 'manual' });
  const begin = broker.clock.now.getTime();
  await channel.assertQueue('short-lived', { messageTtl: 1000 });
  await channel.assertQueue('unused', { expires: 3000 });
  await channel.assertQueue('tried', { arguments: { 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 2000 } });
  await broker.queue('short-lived').put('x');
  await broker.queue('tried').put('y');
  expect(broker.clock.pending).toEqual([
    { at: new Date(begin + 1000), what: 'ttl', name: 'short-lived' },
    { at: new Date(begin + 3000), what: 'queue-expiry', name: 'unused' },
  ]);
  channel.nack((await channel.get('tried')) as GetMessage);
  await broker.queue('tried').toSettle({ text: 'y' }, 'requeued');
  expect(broker.clock.pending[1]).toEqual({ at: new Date(begin + 2000), what: 'retry', name: 'tried' });
});

test('things happen at their moments, and what a client does at one counts for the next', async () => {
  const { broker, channel } = await startApplication({ clock: 'manual' });
  await channel.assertQueue('third');
  for (const [name, next] of [
    ['first', 'second'],
    ['second', 'third'],
  ]) {
    await channel.assertQueue(name, { messageTtl: 1000, deadLetterExchange: '', deadLetterRoutingKey: next });
  }
  await channel.assertQueue('work');
  await channel.consume('third', (message) => {
    channel.sendToQueue('work', message!.content, { expiration: '5000' });
    channel.ack(message!);
  });
  await broker.queue('first').put('x');
  const begin = broker.clock.now.getTime();
  await broker.clock.advance('1m');
  const moments = broker.log
    .all({ kind: ['dead-lettered', 'dropped'] })
    .map(({ queue, at }) => [queue, at.getTime() - begin]);
  expect(moments).toEqual([
    ['first', 1000],
    ['second', 2000],
    ['work', 7000],
  ]);
});

test('next goes on to what falls due, however far away', async () => {
  const { broker, channel } = await startApplication({ clock: 'manual' });
  await channel.assertQueue('short', { expires: 60_000 });
  await channel.assertQueue('long', { expires: 3 * DAY });
  expect(broker.clock.nextDue?.getTime()).toBe(broker.clock.now.getTime() + 60_000);
  for (const name of ['short', 'long']) {
    const due = await broker.clock.next();
    expect(due?.entries.map(({ kind, queue }) => [kind, queue])).toEqual([['queue-deleted', name]]);
  }
  expect(await broker.clock.next()).toBeUndefined();
});

test('a delivery times out by message time', async () => {
  const { broker, channel } = await startApplication({ clock: 'manual', consumerTimeout: 1_800_000 });
  await channel.assertQueue('orders');
  await channel.consume('orders', () => undefined);
  await broker.queue('orders').put('x');
  await broker.clock.advance('29m');
  expect(broker.log.errors()).toEqual([]);
  await broker.clock.advance('2m');
  expect(broker.log.errors()[0].error?.text).toContain('delivery acknowledgement on channel 1 timed out');
});

test('a clock that passes by itself is not moved', async () => {
  const broker = await startBroker();
  await expect(broker.clock.advance('1d')).rejects.toThrow("start the broker with clock: 'manual'");
});

test.each([
  [90, 90],
  ['7d', 7 * DAY],
  ['1.5h', 5_400_000],
  [{ minutes: 1, seconds: 30 }, 90_000],
])('%j is a duration', (duration, ms) => {
  expect(milliseconds(duration)).toBe(ms);
});

test.each([-1, 'soon', '7 days', NaN])('%j is none', (duration) => {
  expect(() => milliseconds(duration)).toThrow('is no duration');
});
