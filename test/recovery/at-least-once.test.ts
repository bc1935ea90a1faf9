/** Dead letters of the strategy at-least-once that no queue takes stay in their queue, over restarts too, until one does. */
import type { Channel, GetMessage } from 'amqplib';
import { expect, test } from 'vitest';
import type { Queue } from '../../src/broker/queue/queue.ts';
import { startApplication } from '../support/application.ts';
import { HandClock } from '../support/hand-clock.ts';
import { openChannel } from '../support/interop/amqplib.ts';
import { KeptLog } from '../support/kept-log.ts';
import { PATIENCE } from '../support/patience.ts';
import { ClockedBroker } from '../support/recovery/clocked-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { barrier, confirmChannel, drain, hold, settled, store } from '../support/recovery/clients.ts';

const SURELY = {
  'x-queue-type': 'quorum',
  'x-dead-letter-exchange': 'dlx',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
};

test('rejected, expired and too often returned messages wait over crashes, and come when there is a queue for them', async () => {
  const { broker, channel } = await startApplication({
    dataDir: temporaryFolder(),
    clock: 'manual',
    patience: PATIENCE,
  });
  await channel.assertExchange('dlx', 'fanout');
  await channel.assertQueue('work', { arguments: { ...SURELY, 'x-delivery-limit': 0 } });
  await store(channel, 'work', ['rejected', 'returned', 'acknowledged']);
  const held = await hold(broker.url, 'work', 3);
  held.channel.nack(held.messages[0], false, false);
  held.channel.nack(held.messages[1], false, true);
  held.channel.ack(held.messages[2]);
  await settled(held.channel);
  channel.sendToQueue('work', Buffer.from('expired'), { persistent: true, expiration: '1' });
  await store(channel, 'work', ['left']);
  await broker.clock.advance(2);
  await barrier(broker.url);
  for (let crashes = 0; crashes < 2; crashes++) {
    expect(broker.queue('work').ready).toBe(1);
    await broker.crash();
    await barrier(broker.url);
  }
  const again = await confirmChannel(broker.url);
  await again.assertQueue('letters');
  await again.bindQueue('letters', 'dlx', '');
  await broker.clock.advance('1m');
  await broker.queue('letters').toReceive({}, { count: 3 });
  await barrier(broker.url);
  await broker.crash();
  expect(await drain(broker.url, 'letters')).toEqual(['rejected', 'returned', 'expired']);
  expect(await drain(broker.url, 'work')).toEqual(['left']);
});

/** A broker by a clock, with a queue `work` of one rejected message, whose letter nobody has taken. */
async function withRejected(prepare: (channel: Channel) => Promise<unknown>) {
  const clock = new HandClock();
  const log = new KeptLog();
  const broker = await ClockedBroker.start(temporaryFolder(), clock, { log });
  const channel = await openChannel(broker.url);
  await channel.assertExchange('dlx', 'fanout');
  await prepare(channel);
  await channel.assertQueue('work', { arguments: SURELY });
  channel.sendToQueue('work', Buffer.from('rejected'), { persistent: true });
  channel.nack((await channel.get('work')) as GetMessage, false, false);
  const work = broker.vhost.queue('work') as Queue;
  await settled(channel);
  expect(work.messagesDlx).toBe(1);
  expect([work.ready, work.unacked]).toEqual([0, 0]);
  return { broker, channel, clock, log, work };
}

test('one that a full queue refuses is sent again from time to time, and not to those that have it', async () => {
  const { broker, channel, clock, log, work } = await withRejected(async (to) => {
    await to.assertQueue('open');
    await to.assertQueue('full', { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    to.sendToQueue('full', Buffer.from('before'));
    for (const queue of ['open', 'full']) await to.bindQueue(queue, 'dlx', '');
  });
  expect((await channel.checkQueue('open')).messageCount).toBe(1);
  for (let waited = 0; waited < 20_000; waited += 500) clock.pass(500);
  expect(work.messagesDlx).toBe(1);
  await channel.purgeQueue('full');
  for (let waited = 0; waited < 11_000; waited += 500) clock.pass(500);
  await broker.committed();
  expect(work.messagesDlx).toBe(0);
  expect((await channel.checkQueue('full')).messageCount).toBe(1);
  expect((await channel.checkQueue('open')).messageCount).toBe(1);
  expect(log.warnings).toMatchObject([{ fields: { queue: 'work' } }]);
  expect(broker.faults).toEqual([]);
  await broker.stop();
});

test('without the strategy they go, whether or not a queue takes them, and the log says that it is not what was asked for', async () => {
  const { broker, log, work } = await withRejected(() => Promise.resolve());
  work.applySettings(new Map([...work.arguments, ['x-overflow', { type: 'longstr', value: 'drop-head' }]]));
  await broker.committed();
  expect(work.messagesDlx).toBe(0);
  expect(log.warnings.map(({ message }) => message.slice(0, 39))).toEqual([
    'a queue keeps dead letters that no queu',
    'a queue falls back to the dead letter s',
  ]);
  await broker.stop();
});

test('a policy may ask for it', async () => {
  const broker = await ClockedBroker.start(temporaryFolder(), new HandClock());
  const definition = {
    'dead-letter-strategy': 'at-least-once',
    overflow: 'reject-publish',
    'dead-letter-exchange': '',
  };
  broker.vhost.policies.put('policy', { name: 'p', pattern: '^q', applyTo: 'queues', priority: 0, definition });
  const channel = await openChannel(broker.url);
  await channel.assertQueue('q', { arguments: { 'x-queue-type': 'quorum' } });
  expect((broker.vhost.queue('q') as Queue).settings.atLeastOnce).toBe(true);
  await broker.stop();
});
