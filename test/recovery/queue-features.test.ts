/** What queues were declared with holds after the broker has crashed, and so do the deadlines of their messages. */
import { describe, expect, test } from 'vitest';
import { barrier, confirmChannel, drain, exists, hold, store } from '../support/recovery/clients.ts';
import { startApplication } from '../support/application.ts';
import { openChannel } from '../support/interop/amqplib.ts';
import { PATIENCE } from '../support/patience.ts';
import { sharedRestarts } from '../support/recovery/shared-restarts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LETTERS = { deadLetterExchange: '', deadLetterRoutingKey: 'letters' };

describe('after a crash and a restart', () => {
  const scenario = sharedRestarts();

  scenario('priorities order what was there and what comes', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('p', { maxPriority: 255 });
    const publish = async (to: typeof channel, ...priorities: readonly number[]): Promise<void> => {
      for (const priority of priorities)
        to.sendToQueue('p', Buffer.from(String(priority)), { persistent: true, priority });
      await to.waitForConfirms();
    };
    await publish(channel, 1, 255, 7, 7, 0, 128);
    yield;
    await publish(await confirmChannel(broker.url), 200, 7, 2);
    expect(await drain(broker.url, 'p')).toEqual(['255', '200', '128', '7', '7', '7', '2', '1', '0']);
    await barrier(broker.url);
    yield;
    expect(await drain(broker.url, 'p')).toEqual([]);
  });

  scenario('limits by number and by bytes count the messages that were there', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('number', { maxLength: 2 });
    await channel.assertQueue('bytes', { arguments: { 'x-max-length-bytes': 6 } });
    for (const queue of ['number', 'bytes']) {
      for (const body of ['aaa', 'bbb']) channel.sendToQueue(queue, Buffer.from(body), { persistent: true });
    }
    await channel.waitForConfirms();
    yield;
    const again = await confirmChannel(broker.url);
    for (const queue of ['number', 'bytes']) again.sendToQueue(queue, Buffer.from('ccc'), { persistent: true });
    await again.waitForConfirms();
    for (const queue of ['number', 'bytes']) expect(await drain(broker.url, queue)).toEqual(['bbb', 'ccc']);
  });

  scenario('a queue gives up what is too much together with what was not acknowledged', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('letters');
    await channel.assertQueue('bound', { maxLength: 1, ...LETTERS });
    await store(channel, 'bound', ['a']);
    await hold(broker.url, 'bound', 1);
    await store(channel, 'bound', ['b']);
    yield;
    expect(await drain(broker.url, 'bound')).toEqual(['b']);
    expect(await drain(broker.url, 'letters')).toEqual(['a']);
  });

  scenario('a quorum queue has its transient messages too', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('q', { arguments: { 'x-queue-type': 'quorum' } });
    channel.sendToQueue('q', Buffer.from('m'), { persistent: false });
    await channel.waitForConfirms();
    yield;
    expect(await drain(broker.url, 'q')).toEqual(['m']);
  });

  scenario('a message is dead-lettered as before, and its letter is as durable as it was', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('letters');
    await channel.assertQueue('work', LETTERS);
    channel.sendToQueue('work', Buffer.from('m'), { persistent: true });
    await channel.waitForConfirms();
    yield;
    const reader = await openChannel(broker.url);
    const got = await reader.get('work');
    if (got === false) throw new Error('the message is gone');
    reader.nack(got, false, false);
    await barrier(broker.url);
    yield;
    const letter = await (await openChannel(broker.url)).get('letters', { noAck: true });
    if (letter === false) throw new Error('the letter is gone');
    expect(letter.properties.headers).toMatchObject({
      'x-first-death-queue': 'work',
      'x-first-death-reason': 'rejected',
    });
    expect(await drain(broker.url, 'work')).toEqual([]);
  });
});

test('after a crash a message expires at the moment it had, also one whose moment came while the broker was down', async () => {
  const { broker, channel } = await startApplication({
    dataDir: temporaryFolder(),
    clock: 'manual',
    patience: PATIENCE,
  });
  await channel.assertQueue('letters');
  await channel.assertQueue('soon', { messageTtl: 1, ...LETTERS });
  await channel.assertQueue('later', { messageTtl: 4_000, ...LETTERS });
  await store(channel, 'later', ['later']);
  await store(channel, 'soon', ['soon']);
  await broker.crash({ downFor: 2_000 });
  await broker.queue('letters').toReceive({ text: 'soon' });
  // Counted anew from the restart it would be later by the two seconds that have passed since.
  await broker.clock.advance(1_900);
  expect(broker.queue('later').ready).toBe(1);
  await broker.clock.advance(100);
  await broker.queue('letters').toReceive({ text: 'later' });
  expect(broker.queue('later').ready).toBe(0);
});

test('after a crash a queue that is not used goes in its time, counted from the start', async () => {
  const { broker, channel } = await startApplication({
    dataDir: temporaryFolder(),
    clock: 'manual',
    patience: PATIENCE,
  });
  await channel.assertQueue('unused', { expires: 4_000 });
  await broker.clock.advance(3_000);
  await broker.crash();
  await broker.clock.advance(3_900);
  const watcher = await confirmChannel(broker.url);
  let returned = false;
  watcher.once('return', () => (returned = true));
  const publish = async (): Promise<boolean> => {
    // Publishing is no use of a queue.
    watcher.sendToQueue('unused', Buffer.from('m'), { mandatory: true });
    await watcher.waitForConfirms();
    return returned;
  };
  expect(await publish()).toBe(false);
  await broker.clock.advance(100);
  expect(await publish()).toBe(true);
  expect(await exists(broker.url, 'queue', 'unused')).toBe(false);
  await broker.crash();
  expect(await exists(broker.url, 'queue', 'unused')).toBe(false);
});
