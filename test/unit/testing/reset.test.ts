import { EventEmitter, once } from 'node:events';
import type { ConsumeMessage } from 'amqplib';
import { expect, test } from 'vitest';
import { connectTo, publish, startApplication, startBroker } from '../../support/application.ts';

test('a reset takes all messages, and the application stays connected', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  await channel.prefetch(1);
  const inbox = new EventEmitter<{ message: [ConsumeMessage] }>();
  await channel.consume('orders', (message) => inbox.emit('message', message!));
  const old = once(inbox, 'message') as Promise<[ConsumeMessage]>;
  await broker.queue('orders').put('of the test before');
  await broker.queue('orders').put('and behind it');
  const [before] = await old;
  await broker.reset();
  expect(broker.queue('orders')).toMatchObject({ ready: 0, unacked: 0, consumers: 1 });
  expect(broker.log.all()).toEqual([]);
  const next = once(inbox, 'message') as Promise<[ConsumeMessage]>;
  await broker.queue('orders').put('new');
  const [after] = await next;
  // The acknowledgement of what the reset took is no error, and none of another's.
  channel.ack(before);
  await channel.checkQueue('orders');
  expect(broker.queue('orders').unacked).toBe(1);
  channel.ack(after);
  await broker.queue('orders').toSettle({ text: 'new' }, 'acked');
  expect(broker.log.errors()).toEqual([]);
});

test('a reset of 200 queues with messages takes no time to speak of', async () => {
  const broker = await startBroker({ logSize: 0 });
  const names = Array.from({ length: 200 }, (_, i) => `queue-${i}`);
  await broker
    .vhost()
    .seed({ queues: names.map((name) => ({ name, durable: true, auto_delete: false, arguments: {} })) });
  for (const name of names) for (let i = 0; i < 5; i++) await broker.queue(name).put('x');
  const before = process.cpuUsage();
  await broker.reset();
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(500_000);
  expect(names.every((name) => broker.queue(name).ready === 0)).toBe(true);
});

test('a reset that keeps the connections only brings back what was seeded', async () => {
  const { broker, channel } = await startApplication();
  await broker.vhost().seed({
    exchanges: [{ name: 'shop', vhost: '/', type: 'topic', durable: true, auto_delete: false, arguments: {} }],
    queues: [{ name: 'bills', vhost: '/', durable: true, auto_delete: false, arguments: {} }],
    bindings: [
      { vhost: '/', source: 'shop', destination: 'bills', destination_type: 'queue', routing_key: '#', arguments: {} },
    ],
  });
  await channel.assertQueue('of the test');
  await channel.bindQueue('of the test', 'amq.fanout', '');
  await channel.deleteQueue('bills');
  await broker.reset({ keep: 'connections' });
  expect(broker.queue('of the test').exists).toBe(false);
  expect(broker.exchange('amq.fanout').bindings).toEqual([]);
  await publish(channel, 'shop', 'order.paid', { id: 1 });
  await broker.queue('bills').toReceive({ json: { id: 1 } });
});

test('a window of deduplication, a history and a delayed message do not outlast a reset', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders', { arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 60_000 } });
  await broker.queue('orders').put('x', { headers: { 'x-deduplication-header': 'a' } });
  await broker.reset();
  await broker.queue('orders').put('x', { headers: { 'x-deduplication-header': 'a' } });
  expect(broker.queue('orders').ready).toBe(1);
});

test('spaces do not meet', async () => {
  const broker = await startBroker();
  const [first, second] = [await broker.space('first'), await broker.space('second')];
  for (const space of [first, second]) {
    const connection = await connectTo(space.url);
    await (await connection.createChannel()).assertQueue('orders');
  }
  await first.queue('orders').put('x');
  expect(second.queue('orders').ready).toBe(0);
  expect(second.log.all({ kind: 'queued' })).toEqual([]);
  expect(first.log.all({ kind: 'queued' })).toHaveLength(1);
  await first[Symbol.asyncDispose]();
  expect(broker.vhosts.get('first')).toBeUndefined();
  await expect(connectTo(first.url)).rejects.toThrow();
});

test('a reset of a space by its name brings back what was seeded in it', async () => {
  const broker = await startBroker();
  const space = await broker.space();
  await space.seed({ queues: [{ name: 'bills', durable: true, auto_delete: false, arguments: {} }] });
  await broker.reset({ vhost: space.vhost, keep: 'connections' });
  expect(space.queue('bills').exists).toBe(true);
  await space[Symbol.asyncDispose]();
  // Who makes a vhost of that name later begins with an empty one.
  await broker.vhosts.create(space.vhost);
  await broker.reset({ vhost: space.vhost, keep: 'connections' });
  expect(space.queue('bills').exists).toBe(false);
});

test('a snapshot is put back as often as it is wanted', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  for (const text of ['1', '2']) await broker.queue('orders').put(text, { headers: { n: text } });
  const loaded = await broker.vhost().snapshot();
  expect(loaded.messageCount).toBe(2);
  for (let round = 0; round < 2; round++) {
    await broker.queue('orders').purge();
    await channel.assertQueue('of the test');
    await broker.vhost().restore(loaded);
    expect(broker.queue('orders').messages.map(({ text, headers }) => [text, headers.n])).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    expect(broker.queue('of the test').exists).toBe(false);
  }
});

test('what is declared can be compared with definitions', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('bills', { durable: false });
  await channel.assertQueue('more');
  const expected = {
    queues: ['bills', 'orders'].map((name) => ({ name, durable: true, auto_delete: false, arguments: {} })),
  };
  expect(await broker.vhost().topologyDifferences(expected)).toEqual([
    "missing: queue 'orders'",
    "not expected: queue 'more'",
    `different: queue 'bills' is {"durable":false,"auto_delete":false,"arguments":{}}, expected {"durable":true,"auto_delete":false,"arguments":{}}`,
  ]);
});
