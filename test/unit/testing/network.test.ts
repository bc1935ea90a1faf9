/** Networks that are slow, as clients and the broker see them. */
import { performance } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from 'rabbitmq-client';
import { connectTo, publish, startApplication, startBroker } from '../../support/application.ts';

const patience = 20_000;

test('what is said and heard is late in both directions, until the fault is lifted', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const slow = broker.faults.network({ latency: 40 });
  const began = performance.now();
  await publish(channel, '', 'orders', { id: 1 });
  expect(performance.now() - began).toBeGreaterThan(75);
  expect(slow.hits).toBeGreaterThan(1);
  const far = broker.faults.network({ latency: 3_600_000 });
  slow.lift();
  const sent = publish(channel, '', 'orders', { id: 2 });
  await far.struck();
  far.lift();
  await sent;
  expect(broker.queue('orders').messages.map(({ json }) => json)).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a network that is slow for a while after another has its own times', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const far = broker.faults.network({ latency: 3_600_000 });
  const sent = publish(channel, '', 'orders', { id: 1 });
  await far.struck();
  far.lift();
  await sent;
  const near = broker.faults.network({ latency: 10 });
  await publish(channel, '', 'orders', { id: 2 });
  expect(near.hits).toBeGreaterThan(1);
});

test('what is large takes its time where little passes, and arrives whole', async () => {
  const { broker, channel } = await startApplication({ patience });
  await channel.assertQueue('orders');
  const body = Buffer.alloc(100_000, 'x');
  await using thin = broker.faults.network({ bytesPerSecond: 1_000_000 });
  const began = performance.now();
  channel.sendToQueue('orders', body);
  await channel.waitForConfirms();
  const message = await channel.get('orders');
  // 100 ms up and 100 ms down.
  expect(performance.now() - began).toBeGreaterThan(180);
  expect(message && message.content.equals(body)).toBe(true);
  expect(thin.active).toBe(true);
});

test('frames come in pieces of one octet, and unevenly, in both directions', async () => {
  const broker = await startBroker({ patience });
  broker.faults.network({ chunk: 1, jitter: 1 });
  const connection = await connectTo(broker.url);
  onTestFinished(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('orders');
  await publish(channel, '', 'orders', { id: 1 });
  const message = await channel.get('orders');
  expect(message && message.content.toString()).toBe('{"id":1}');
  expect(broker.log.errors()).toEqual([]);
});

test('connections are met by their names', async () => {
  const broker = await startBroker({ patience });
  const [near, far] = ['near', 'far'].map((name) => new Connection({ url: broker.url, connectionName: name }));
  onTestFinished(async () => {
    broker.faults.clear();
    await Promise.all([near.close(), far.close()]);
  });
  await Promise.all([near, far].map((connection) => connection.onConnect()));
  broker.faults.network({ latency: 3_600_000 }, { name: 'far' });
  const declared = far.queueDeclare({ queue: 'of the far' });
  await near.queueDeclare({ queue: 'of the near' });
  expect(broker.queue('of the far').exists).toBe(false);
  broker.faults.clear();
  await declared;
  expect(broker.queue('of the far').exists).toBe(true);
});

test('a client that the network keeps from being heard is given up by its heartbeats', async () => {
  const broker = await startBroker({ patience });
  const connection = await connectTo(`${broker.url}?heartbeat=1`);
  const lost = new Promise((resolve) => void connection.once('close', resolve));
  await using far = broker.faults.network({ latency: 60_000 });
  await lost;
  await broker.log.next('connection-closed');
  expect(far.active).toBe(true);
});

test('what several connections hear in one turn is their own', async () => {
  const broker = await startBroker({ patience });
  const heard = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const connection = await connectTo(broker.url);
      onTestFinished(() => connection.close());
      const channel = await connection.createChannel();
      const queue = `of ${i}`;
      await channel.assertQueue(queue);
      const bodies: string[] = [];
      const all = new Promise<void>((resolve) => {
        const take = (body: string) => bodies.push(body) === 50 && resolve();
        void channel.consume(queue, (message) => take(message!.content.toString()), { noAck: true });
      });
      for (let n = 0; n < 50; n++) channel.sendToQueue(queue, Buffer.from(`${i}/${n}`));
      await all;
      return bodies;
    }),
  );
  heard.forEach((bodies, i) => expect(bodies).toEqual(Array.from({ length: 50 }, (_, n) => `${i}/${n}`)));
  expect(broker.log.errors()).toEqual([]);
});
