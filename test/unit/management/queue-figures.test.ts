/** What a queue has, where it is and how large it is, over HTTP: RabbitMQ's `message_bytes` and its kin. */
import amqp from 'amqplib';
import { afterEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { Rates, type Subject } from '../../../src/management/rates/rates.ts';
import { rethrow } from '../../../src/util/guard.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { apiOf } from '../../support/management/api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let broker: Broker;
afterEach(() => broker.stop());

const show = async (queue: string): Promise<unknown> => (await apiOf(broker)('GET', `/queues/%2F/${queue}`)).json;

describe('the figures of a queue', () => {
  it('tell its bytes by what is ready, unacknowledged and persistent', async () => {
    const folder = temporaryFolder();
    broker = await Broker.start({ port: 0, managementPort: 0, dataDir: folder });
    const client = await amqp.connect(broker.url);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue('q', { durable: true });
    channel.sendToQueue('q', Buffer.alloc(100), { persistent: true, timestamp: 1_700_000_000 });
    channel.sendToQueue('q', Buffer.alloc(20));
    channel.sendToQueue('q', Buffer.alloc(300_000), { persistent: true });
    await channel.waitForConfirms();
    expect(await show('q')).toMatchObject({
      state: 'running',
      head_message_timestamp: 1_700_000_000,
      message_bytes: 300_120,
      message_bytes_ready: 300_120,
      message_bytes_unacknowledged: 0,
      message_bytes_persistent: 300_100,
      message_bytes_ram: 300_120,
      message_bytes_paged_out: 0,
      messages_persistent: 2,
      messages_ram: 3,
      messages_ready_ram: 3,
    });
    const taken = await channel.get('q');
    expect(await show('q')).toMatchObject({
      head_message_timestamp: null,
      message_bytes: 300_120,
      message_bytes_ready: 300_020,
      message_bytes_unacknowledged: 100,
      messages_unacknowledged_ram: 1,
    });
    channel.ack(taken as amqp.GetMessage);
    await channel.assertQueue('long', { durable: true });
    for (let i = 0; i < 9000; i++) channel.sendToQueue('long', Buffer.alloc(10), { persistent: true });
    await channel.waitForConfirms();
    await channel.close();
    expect(await show('q')).toMatchObject({ message_bytes: 300_020, message_bytes_persistent: 300_000 });
    await client.close();
    await broker.stop();
    // Of what is stored, and out of memory until somebody wants it, the records count. What is read is counted by its bodies.
    broker = await Broker.start({ port: 0, managementPort: 0, dataDir: folder });
    expect(await show('q')).toMatchObject({ messages: 1, message_bytes: 300_000, message_bytes_ram: 300_000 });
    const long = (await show('long')) as Record<string, number>;
    expect(long).toMatchObject({ messages: 9000, messages_persistent: 9000 });
    expect(long.messages_paged_out).toBeGreaterThan(0);
    expect(long.message_bytes_paged_out).toBeGreaterThanOrEqual(long.messages_paged_out * 10);
    const again = await amqp.connect(broker.url);
    await (await again.createChannel()).purgeQueue('long');
    expect(await show('long')).toMatchObject({ message_bytes: 0, message_bytes_paged_out: 0, messages_paged_out: 0 });
    await again.close();
  });

  it('are the sums over the priorities, and nothing is left of what is purged', async () => {
    broker = await Broker.start({ port: 0, managementPort: 0 });
    const client = await amqp.connect(broker.url);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue('p', { maxPriority: 3 });
    for (const priority of [0, 1, 2]) channel.sendToQueue('p', Buffer.alloc(10), { priority });
    await channel.waitForConfirms();
    expect(await show('p')).toMatchObject({ message_bytes: 30, message_bytes_persistent: 0, messages_ram: 3 });
    await channel.purgeQueue('p');
    expect(await show('p')).toMatchObject({ message_bytes: 0, messages_ram: 0, head_message_timestamp: null });
    await client.close();
  });

  it('have rested since they were first noted as they are', async () => {
    const clock = new HandClock();
    const queue = {};
    let messages = 1;
    const subject: Subject = [queue, () => ({ messages })];
    const rates = new Rates(
      clock,
      () => [subject],
      (subjects, note) => {
        for (const each of subjects) note(each);
        return Promise.resolve();
      },
      rethrow,
    );
    // What is noted is noted in slices: the next note waits for them.
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 5000) {
        clock.pass(5000);
        await new Promise(setImmediate);
      }
    };
    rates.asked();
    await new Promise(setImmediate);
    const began = clock.now();
    await pass(20_000);
    expect(rates.restsSince(queue, { messages: 1 })).toBe(began);
    messages = 2;
    expect(rates.restsSince(queue, { messages })).toBeUndefined();
    await pass(5000);
    expect(rates.restsSince(queue, { messages })).toBe(began + 25_000);
    rates.stop();
    broker = await Broker.start({ port: 0 });
  });
});

it('an aliveness test needs the rights to declare, publish and get', async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  const ask = apiOf(broker);
  await broker.users.create('watch', 'secret', ['management']);
  await broker.users.setPermissions('watch', '/', { configure: 'x', write: 'x', read: 'x' });
  const refused = await ask('GET', '/aliveness-test/%2F', { as: 'watch:secret' });
  expect([refused.status, refused.json]).toEqual([
    401,
    {
      error: 'not_authorised',
      reason: "ACCESS_REFUSED - configure access to queue 'aliveness-test' in vhost '/' refused for user 'watch'",
    },
  ]);
  for (let i = 0; i < 2; i++) expect((await ask('GET', '/aliveness-test/%2F')).json).toEqual({ status: 'ok' });
  expect(await show('aliveness-test')).toMatchObject({ messages: 0, message_stats: { publish: 2, get: 2 } });
  expect((await ask('GET', '/aliveness-test/nope')).status).toBe(404);
});
