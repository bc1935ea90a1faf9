/** Clients that connect again by themselves, through what a test has go wrong. */
import { connect } from 'amqp-connection-manager';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from 'rabbitmq-client';
import type { TestBroker } from '../../../src/testing/index.ts';
import { acknowledgeAll, connectTo, startBroker } from '../../support/application.ts';

const patience = 20_000;

function managed(broker: TestBroker) {
  const connection = connect([broker.url], { reconnectTimeInSeconds: 0.05 });
  onTestFinished(() => connection.close());
  const channel = connection.createChannel({
    json: true,
    setup: (made: { assertQueue(name: string): Promise<unknown> }) => made.assertQueue('orders'),
  });
  return { connection, channel };
}

async function reconnecting() {
  const broker = await startBroker({ patience });
  const connection = new Connection({ url: broker.url, retryLow: 20, retryHigh: 50 });
  connection.on('error', () => undefined);
  onTestFinished(() => connection.unsafeDestroy());
  return { broker, connection };
}

test('with amqp-connection-manager a program hears of a confirm that was lost, and what it sends again is there twice', async () => {
  const broker = await startBroker({ patience });
  const { channel } = managed(broker);
  await channel.waitForConnect();
  const lost = broker.faults.loseConfirms({ routingKey: 'orders' }, { times: 1 });
  await expect(channel.sendToQueue('orders', { id: 7 })).rejects.toThrow('channel closed');
  await channel.sendToQueue('orders', { id: 7 });
  expect(lost.hits).toBe(1);
  expect(broker.log.published({ routingKey: 'orders' })).toHaveLength(2);
  expect(broker.queue('orders').messages.map(({ json }) => json)).toEqual([{ id: 7 }, { id: 7 }]);
});

test('amqp-connection-manager keeps what is published while no connection is to be had', async () => {
  const broker = await startBroker({ patience });
  const { channel } = managed(broker);
  await channel.waitForConnect();
  const refused = broker.faults.refuseConnections('reset');
  broker.faults.dropConnection();
  await broker.log.next('connection-closed');
  const sent = channel.sendToQueue('orders', { id: 8 });
  await refused.struck(2);
  expect(broker.queue('orders').ready).toBe(0);
  refused.lift();
  await sent;
  await broker.queue('orders').toReceive({ json: { id: 8 } });
});

test('rabbitmq-client hears of a refused publish, and the next is taken', async () => {
  const { broker, connection } = await reconnecting();
  await connection.queueDeclare({ queue: 'orders', durable: true });
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 1 });
  await using refused = broker.faults.nackPublishes({}, { times: 1 });
  await expect(publisher.send('orders', { id: 1 })).rejects.toThrow();
  expect(refused.hits).toBe(1);
  await publisher.send('orders', { id: 2 });
  await broker.queue('orders').toReceive({ json: { id: 2 } });
});

test('rabbitmq-client goes on when the broker has crashed: what was confirmed is there, and is taken', async () => {
  const { broker, connection } = await reconnecting();
  await connection.queueDeclare({ queue: 'orders', durable: true });
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 1 });
  await publisher.send({ routingKey: 'orders', durable: true }, { id: 1 });
  await broker.crash({ downFor: 20 });
  const taken: unknown[] = [];
  const options = { queue: 'orders', queueOptions: { durable: true } };
  const consumer = connection.createConsumer(options, ({ body }) => void taken.push(body));
  consumer.on('error', () => undefined);
  await broker.queue('orders').toSettle({ json: { id: 1 } }, 'acked');
  expect(taken).toEqual([{ id: 1 }]);
});

test('amqp-connection-manager waits while the disk is full, and is confirmed when it has room', async () => {
  const broker = await startBroker({ patience });
  const { channel } = managed(broker);
  await channel.waitForConnect();
  const full = broker.faults.diskFull();
  let confirmed = false;
  const sent = channel.sendToQueue('orders', { id: 9 }, { persistent: true }).then(() => (confirmed = true));
  await broker.idle();
  expect(confirmed).toBe(false);
  full.lift();
  await sent;
  await broker.queue('orders').toReceive({ json: { id: 9 } });
});

test('a consumer of rabbitmq-client comes back when its connection was dropped, and gets again what it was at', async () => {
  const { broker, connection } = await reconnecting();
  const redelivered: boolean[] = [];
  const consumer = connection.createConsumer({ queue: 'orders', queueOptions: { durable: true } }, (message) => {
    redelivered.push(message.redelivered);
    // It comes back when its handler has returned: one that never does keeps it away.
    if (redelivered.length === 1) broker.faults.dropConnection();
  });
  consumer.on('error', () => undefined);
  await broker.queue('orders').toHaveConsumers(1);
  await broker.queue('orders').put({ id: 1 });
  await broker.queue('orders').toSettle({ json: { id: 1 } }, 'acked');
  expect(redelivered).toEqual([false, true]);
});

test('a broker tells who is connected, and what their channels do', async () => {
  const broker = await startBroker();
  const connection = await connectTo(broker.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('orders');
  await channel.prefetch(5);
  await acknowledgeAll(channel, 'orders');
  const [shown, ...others] = broker.connections({ user: 'guest' });
  expect(others).toEqual([]);
  expect(shown).toMatchObject({
    name: '',
    user: 'guest',
    vhost: '/',
    state: 'running',
    properties: { product: 'amqplib' },
  });
  expect(shown.connection).toContain(' -> ');
  const consumers = [{ tag: expect.any(String) as string, queue: 'orders' }];
  expect(shown.channels).toEqual([{ number: 1, prefetch: 5, confirming: true, unacked: 0, consumers }]);
  expect(broker.connections({ name: /billing/ })).toEqual([]);
  expect(() => broker.connections({ nam: 'x' } as object)).toThrow('did you mean "name"?');
});
