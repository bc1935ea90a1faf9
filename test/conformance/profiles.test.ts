import { once } from 'node:events';
import { connect, type ConsumeMessage, type GetMessage } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { DEPRECATED_FEATURES, PROFILES, VersionRules, valuesOf } from '../../src/config/profile.ts';
import { connectTo, startApplication, startBroker } from '../support/application.ts';

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
    expect(broker.deprecations().map(({ feature, what, refusedSince }) => [feature, what, refusedSince])).toEqual([
      ['transient_nonexcl_queues', "queue 'events'", '4.3'],
      ['queue_mode', "queue 'events'", '4.3'],
      ['classic_queue_v1', "queue 'events'", '4.3'],
      ['global_qos', 'channel 1', '4.3'],
    ]);
    expect(broker.deprecations()[0].connection).toContain(' -> ');
  });
});

test('profile/frame-min: from 4.1 on a frame_max below 8192 is refused', async () => {
  const small = (url: string) => connect(`${url}?frameMax=4096`);
  const old = await startBroker({ profile: '4.0' });
  await (await small(old.url)).close();
  expect(old.deprecations()).toMatchObject([{ feature: 'frame_max_below_8192', refusedSince: '4.1' }]);
  const broker = await startBroker({ profile: '4.1' });
  await expect(small(broker.url)).rejects.toThrow();
  const permitting = await startBroker({ profile: '4.1', permitFeatures: ['frame_max_below_8192'] });
  await (await small(permitting.url)).close();
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

test('profile/returns: from 4.3 on what comes back by basic.nack does not count for the delivery limit of a quorum queue, what is rejected does', async () => {
  const { broker, channel } = await startApplication({ profile: '4.3' });
  await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 } });
  await broker.queue('orders').put('x');
  const counts: unknown[] = [];
  await channel.consume('orders', (message) => {
    counts.push(message!.properties.headers?.['x-delivery-count']);
    if (counts.length <= 5) channel.nack(message!);
    else channel.reject(message!);
  });
  expect((await broker.log.next('dropped', { queue: 'orders' })).reason).toBe('delivery_limit');
  expect(counts).toEqual([undefined, 0, 0, 0, 0, 0, 1, 2]);
});

test('profile/returns: that is so when the broker was started again', async () => {
  const { broker, channel } = await startApplication({ profile: '4.3' });
  await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1 } });
  await broker.queue('orders').put('x', { deliveryMode: 2 });
  for (let i = 0; i < 3; i++) channel.nack((await channel.get('orders')) as GetMessage);
  await broker.idle();
  await broker.restart();
  const after = await (await connectTo(broker.url)).createChannel();
  const got = (await after.get('orders')) as GetMessage;
  expect(got.properties.headers).toMatchObject({ 'x-delivery-count': 0 });
});

test('profile/timeouts: from 4.3 on only deliveries of quorum queues time out', async () => {
  const { broker, channel } = await startApplication({ profile: '4.3', clock: 'manual', consumerTimeout: 60_000 });
  const stream = { arguments: { 'x-queue-type': 'stream' } };
  for (const [queue, options] of [['classic'], ['stream', stream]] as const) {
    await channel.assertQueue(queue, options);
    await channel.prefetch(10);
    await channel.consume(queue, () => undefined, { arguments: { 'x-consumer-timeout': 60_000 } });
    await broker.queue(queue).put('x');
  }
  await broker.clock.advance('1h');
  expect(broker.log.errors()).toEqual([]);
  expect(broker.log.all({ kind: 'consumer-cancelled' })).toEqual([]);
});

test('profile/timeout-cancels: from 4.3 on a delivery that waits too long goes back, and its consumer alone is cancelled', async () => {
  const { broker, channel } = await startApplication({ profile: '4.3', clock: 'manual', consumerTimeout: 60_000 });
  await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1 } });
  const taken: (ConsumeMessage | null)[] = [];
  await channel.consume('orders', (message) => void taken.push(message), { consumerTag: 'slow' });
  await broker.queue('orders').put('x');
  await broker.clock.advance('2m');
  await broker.log.next('consumer-cancelled', { queue: 'orders' });
  await broker.idle();
  expect(taken.map((message) => message?.content.toString())).toEqual(['x', undefined]);
  expect(broker.queue('orders')).toMatchObject({ ready: 1, unacked: 0, consumers: 0 });
  // Its acknowledgement comes too late, and is ignored.
  channel.ack(taken[0]!);
  const again = (await channel.get('orders')) as GetMessage;
  expect(again.fields.redelivered).toBe(true);
  expect(broker.log.errors()).toEqual([]);
  // What basic.get took has no consumer.
  await broker.clock.advance('2m');
  expect(broker.log.errors()[0].error).toMatchObject({ code: 406 });
});

test('profile/timeout-cancels: before, and for a client that cannot be told, the channel is closed', async () => {
  for (const profile of ['4.2', '4.3'] as const) {
    const broker = await startBroker({ profile, clock: 'manual', consumerTimeout: 60_000 });
    const knowing = { capabilities: { consumer_cancel_notify: profile === '4.2' } };
    const connection = await connect(broker.url, { clientProperties: knowing });
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum' } });
    await channel.consume('orders', () => undefined);
    await broker.queue('orders').put('x');
    await broker.clock.advance('2m');
    expect(broker.log.errors()[0].error).toMatchObject({ code: 406 });
  }
});

test('profile/quorum-priorities: from 4.3 on a quorum queue gives the higher of 32 priorities away first, and 4 is that of a message that has none', async () => {
  for (const [profile, order] of [
    ['4.2', ['none', '3', '5', '31', '200', '4']],
    ['4.3', ['31', '200', '5', 'none', '4', '3']],
  ] as const) {
    const { broker, channel } = await startApplication({ profile });
    await channel.assertQueue('orders', { arguments: { 'x-queue-type': 'quorum' } });
    for (const text of ['none', '3', '5', '31', '200', '4']) {
      await broker.queue('orders').put(text, { deliveryMode: 2, ...(text !== 'none' && { priority: Number(text) }) });
    }
    await broker.idle();
    await broker.restart();
    const after = await (await connectTo(broker.url)).createChannel();
    const got: string[] = [];
    while (got.length < order.length) got.push(((await after.get('orders')) as GetMessage).content.toString());
    expect(got).toEqual(order);
  }
});

test('profile/anonymous: from 4.0 on who says nothing of itself is the default user, as long as that has its first password', async () => {
  const anonymously = { credentials: { mechanism: 'ANONYMOUS', response: () => Buffer.alloc(0) } };
  const broker = await startBroker({ profile: '4.0' });
  const open = async () => (await connect(broker.url, anonymously)).close();
  await open();
  await broker.users.setPassword('guest', 'another');
  await expect(open()).rejects.toThrow('ACCESS_REFUSED');
  const { url } = await startBroker();
  await expect(connect(url, anonymously)).rejects.toThrow();
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
  const permitted = PROFILES.map((profile) => {
    expect(Object.keys(valuesOf(profile))).toHaveLength(8);
    const rules = new VersionRules(profile);
    return DEPRECATED_FEATURES.filter((feature) => rules.permits(feature)).length;
  });
  expect(permitted).toEqual([6, 6, 5, 5, 0, 0]);
});
