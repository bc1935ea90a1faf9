import { once } from 'node:events';
import { connect } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { DEPRECATED_FEATURES, PROFILES, VersionRules, valuesOf } from '../../src/config/profile.ts';
import { startApplication, startBroker } from '../support/application.ts';

const LATER = ['4.3', '4.4'] as const;
const EARLIER = ['3.13', '4.0', '4.1', '4.2'] as const;

describe.each(LATER)('on RabbitMQ %s', (profile) => {
  test('profile/transient-queues: a queue that is neither durable nor exclusive closes the connection with 541', async () => {
    const { broker, channel, connection } = await startApplication({ profile });
    const failed = once(connection, 'error') as Promise<[Error]>;
    await expect(channel.assertQueue('events', { durable: false })).rejects.toThrow();
    expect((await failed)[0].message).toContain(
      '541 (INTERNAL-ERROR) with message "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.',
    );
    expect(broker.queue('events').exists).toBe(false);
    expect(broker.log.errors()[0].error).toMatchObject({ code: 541 });
    expect(broker.log.errors()[0].error?.text).toHaveLength(255);
    expect(broker.deprecations()).toMatchObject([
      { feature: 'transient_nonexcl_queues', what: "queue 'events'", vhost: '/', refusedSince: '4.3' },
    ]);
  });

  test('profile/global-qos: a prefetch for the whole channel is taken for one of each consumer', async () => {
    const { broker, channel } = await startApplication({ profile });
    await channel.prefetch(1, true);
    for (const queue of ['a', 'b']) {
      await channel.assertQueue(queue);
      await broker.queue(queue).put('x');
      await channel.consume(queue, () => undefined);
    }
    await broker.log.next('delivered', { queue: 'b' });
  });

  test('profile/old-arguments: arguments of old queues are refused', async () => {
    for (const [name, value, code] of [
      ['x-queue-mode', 'lazy', 406],
      ['x-queue-version', 1, 406],
      ['x-queue-master-locator', 'min-masters', 541],
    ] as const) {
      const { broker, channel, connection } = await startApplication({ profile });
      connection.on('error', () => undefined);
      await expect(channel.assertQueue('old', { arguments: { [name]: value } })).rejects.toThrow();
      expect(broker.log.errors()[0].error?.code).toBe(code);
    }
  });
});

describe.each(EARLIER)('on RabbitMQ %s', (profile) => {
  test('what a later version refuses is taken, and told', async () => {
    const { broker, channel } = await startApplication({ profile });
    await channel.assertQueue('events', {
      durable: false,
      arguments: { 'x-queue-mode': 'lazy', 'x-queue-version': 1 },
    });
    await channel.prefetch(1, true);
    expect(broker.deprecations().map(({ feature, what }) => [feature, what])).toEqual([
      ['transient_nonexcl_queues', "queue 'events'"],
      ['global_qos', 'channel 1'],
    ]);
    expect(broker.deprecations()[0].connection).toContain(' -> ');
  });
});

test('profile/frame-min: from 4.1 on a frame_max below 8192 is refused', async () => {
  const small = (url: string) => connect(`${url}?frameMax=4096`);
  const old = await startBroker({ profile: '4.0' });
  await (await small(old.url)).close();
  const broker = await startBroker({ profile: '4.1' });
  await expect(small(broker.url)).rejects.toThrow();
});

test('profile/delivery-limit: from 4.0 on a quorum queue gives a message up that came back 20 times', async () => {
  const { broker, channel } = await startApplication({ profile: '4.0' });
  await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum' } });
  await channel.assertQueue('endless', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': -1 } });
  let endless = 0;
  await channel.consume('orders', (message) => channel.nack(message!));
  await channel.consume('endless', (message) => (++endless < 50 ? channel.nack(message!) : channel.ack(message!)));
  for (const queue of ['orders', 'endless']) await broker.queue(queue).put('x');
  const dropped = await broker.log.next('dropped', { queue: 'orders' });
  expect(dropped.reason).toBe('delivery_limit');
  expect(broker.log.all({ kind: 'delivered', queue: 'orders' })).toHaveLength(21);
  await broker.queue('endless').toSettle({}, 'acked');
});

test('profile/timeouts: from 4.3 on only deliveries of quorum queues time out', async () => {
  const { broker, channel } = await startApplication({ profile: '4.3', clock: 'manual', consumerTimeout: 60_000 });
  await channel.assertQueue('classic');
  await channel.consume('classic', () => undefined);
  await broker.queue('classic').put('x');
  await broker.clock.advance('1h');
  expect(broker.log.errors()).toEqual([]);
});

test('profile/version: clients are told the version, and messages are as large as it takes them', async () => {
  const { connection } = await startApplication({ profile: '4.3' });
  expect(connection.connection.serverProperties.version).toBe('4.3.5');
  const { channel } = await startApplication({ profile: '4.0' });
  const failed = once(channel, 'error') as Promise<[Error]>;
  channel.publish('', 'x', Buffer.alloc(16 * 1024 * 1024 + 1));
  expect((await failed)[0].message).toContain('larger than configured max size 16777216');
});

test('a feature is permitted, or denied, by its name', async () => {
  const permitted = await startApplication({ profile: '4.4', permitFeatures: ['transient_nonexcl_queues'] });
  await permitted.channel.assertQueue('events', { durable: false });
  const denied = await startApplication({ denyFeatures: ['transient_nonexcl_queues'] });
  await expect(denied.channel.assertQueue('events', { durable: false })).rejects.toThrow();
  await expect(startBroker({ permitFeatures: ['transient'] })).rejects.toThrow(
    'permitFeatures must be some of transient_nonexcl_queues',
  );
});

test('each version has each rule', () => {
  for (const profile of PROFILES) {
    expect(Object.keys(valuesOf(profile))).toHaveLength(6);
    const rules = new VersionRules(profile);
    expect(DEPRECATED_FEATURES.every((feature) => rules.permits(feature))).toBe(!['4.3', '4.4'].includes(profile));
  }
});
