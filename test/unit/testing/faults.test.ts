import { once } from 'node:events';
import { expect, test } from 'vitest';
import { connect } from 'amqplib';
import type { Occasion } from '../../../src/testing/index.ts';
import { connectTo, publish, startApplication, startBroker } from '../../support/application.ts';

test('a publish that is refused is nacked, as often as was said', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  const fault = broker.faults.nackPublishes({ routingKey: 'orders' }, { times: 1 });
  await expect(publish(channel, '', 'orders', { id: 1 })).rejects.toThrow();
  await publish(channel, '', 'orders', { id: 2 });
  expect(fault.hits).toBe(1);
  expect(broker.queue('orders').messages.map(({ json }) => json)).toEqual([{ id: 2 }]);
});

test('a confirm comes when it is released', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  const fault = broker.faults.delayConfirms('until released');
  let confirmed = false;
  const sent = publish(channel, '', 'orders', { id: 1 }).then(() => (confirmed = true));
  await broker.queue('orders').toReceive();
  await fault.struck();
  expect(confirmed).toBe(false);
  fault.release();
  await sent;
});

test('a connection is lost between a message and its confirm', async () => {
  const { broker, channel, connection } = await startApplication();
  await channel.assertQueue('orders');
  const closed = new Promise((resolve) => connection.once('close', resolve));
  broker.faults.loseConfirms({ exchange: '' }, { times: 1 });
  channel.publish('', 'orders', Buffer.from('x'));
  await closed;
  expect(broker.queue('orders').ready).toBe(1);
  expect(broker.log.all({ kind: 'confirmed' })).toEqual([]);
});

test('a message goes nowhere, and comes back if it is mandatory', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  await using fault = broker.faults.unroutable();
  const back = once(channel, 'return');
  channel.publish('', 'orders', Buffer.from('x'), { mandatory: true });
  await back;
  expect(fault.hits).toBe(1);
  expect(broker.queue('orders').ready).toBe(0);
});

test('publishers are blocked until the fault is lifted', async () => {
  const { broker, channel, connection } = await startApplication();
  await channel.assertQueue('orders');
  const blocked = once(connection, 'blocked');
  const fault = broker.faults.block('disk');
  channel.sendToQueue('orders', Buffer.from('x'));
  expect((await blocked)[0]).toBe('low on disk');
  const unblocked = once(connection, 'unblocked');
  fault.lift();
  await unblocked;
  await broker.queue('orders').toReceive({ text: 'x' });
});

test('a method is answered late', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  const fault = broker.faults.delayReplies('basic.consume', 'until released');
  let consuming = false;
  const consumed = channel.consume('orders', () => undefined).then(() => (consuming = true));
  await fault.struck();
  expect(consuming).toBe(false);
  expect(broker.queue('orders').consumers).toBe(0);
  fault.release();
  await consumed;
  expect(broker.queue('orders').consumers).toBe(1);
});

test('a message is delivered twice, and the first acknowledgement counts for nothing', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  const seen: boolean[] = [];
  broker.faults.duplicateDeliveries('orders', { times: 1 });
  await channel.consume('orders', (message) => {
    seen.push(message!.fields.redelivered);
    if (seen.length === 2) channel.ackAll();
  });
  await broker.queue('orders').put('x');
  await broker.queue('orders').toBeEmpty();
  expect(seen).toEqual([false, true]);
  expect(broker.log.errors()).toEqual([]);
});

test('connections, channels and consumers are ended', async () => {
  const { broker, channel, connection } = await startApplication();
  await channel.assertQueue('orders');
  const cancelled = new Promise((resolve) => void channel.consume('orders', resolve));
  await broker.queue('orders').toHaveConsumers(1);
  expect(broker.faults.cancelConsumer({ queue: 'orders' })).toBe(1);
  expect(await cancelled).toBeNull();
  const failed = once(channel, 'error') as Promise<[Error]>;
  expect(broker.faults.closeChannel({}, { code: 406, text: 'by the test' })).toBe(1);
  expect((await failed)[0].message).toContain(
    '406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - by the test"',
  );
  const closed = once(connection, 'close') as Promise<[Error]>;
  expect(broker.faults.closeConnection({ user: 'nobody' })).toBe(0);
  expect(broker.faults.closeConnection({ user: 'guest' })).toBe(1);
  expect((await closed)[0].message).toContain('CONNECTION_FORCED - closed by the test');
});

test('a connection falls silent: what is sent is not heard, and nothing comes', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  expect(broker.faults.dropConnection({}, 'silent')).toBe(1);
  channel.sendToQueue('orders', Buffer.from('x'));
  await expect(broker.queue('orders').toReceive({}, { patience: 50 })).rejects.toThrow('No message came to it');
});

test('a connection that fell silent is given up for want of heartbeats, and its deliveries come back', async () => {
  const broker = await startBroker({ patience: 20_000 });
  const connection = await connectTo(`${broker.url}?heartbeat=1`);
  const channel = await connection.createChannel();
  await channel.assertQueue('orders');
  await channel.consume('orders', () => broker.faults.dropConnection({}, 'silent'));
  await broker.queue('orders').put('x');
  await broker.queue('orders').toSettle({ text: 'x' }, 'requeued');
  expect(broker.queue('orders')).toMatchObject({ ready: 1, consumers: 0 });
});

test('clients that come are refused', async () => {
  const broker = await startBroker();
  const unheard = broker.faults.refuseConnections('no answer', { times: 1 });
  await expect(connect(broker.url, { timeout: 50 })).rejects.toThrow('ETIMEDOUT');
  await unheard.struck();
  expect(unheard.hits).toBe(1);
  const refused = broker.faults.refuseConnections('reset', { times: 1 });
  await expect(connect(broker.url)).rejects.toThrow();
  expect(refused.hits).toBe(1);
  broker.faults.refuseConnections({ code: 530, text: 'not today' }, { times: 1 });
  await expect(connect(broker.url)).rejects.toThrow();
  expect(broker.log.errors()[0].error).toEqual({ code: 530, text: 'NOT_ALLOWED - not today' });
  broker.faults.clear();
  await (await connect(broker.url)).close();
  expect(broker.faults.active).toEqual([]);
});

test('a stream ends without a word', async () => {
  const { broker, channel, connection } = await startApplication();
  await channel.assertQueue('orders');
  await channel.consume('orders', () => broker.faults.dropConnection({}, 'end'));
  const failed = once(connection, 'error') as Promise<[Error]>;
  await broker.queue('orders').put('x');
  expect((await failed)[0].message).toBe('Unexpected close');
  await broker.queue('orders').toSettle({ text: 'x' }, 'requeued');
  expect(broker.queue('orders').consumers).toBe(0);
});

test('nobody listens until the fault is lifted, also when the broker has crashed', async () => {
  const { broker, channel } = await startApplication();
  await using closed = broker.faults.closePorts();
  expect(closed.hits).toBe(1);
  await expect(connect(broker.url)).rejects.toThrow('ECONNREFUSED');
  await channel.assertQueue('orders');
  await broker.crash();
  await expect(connect(broker.url)).rejects.toThrow('ECONNREFUSED');
  closed.lift();
  await (await connect(broker.url)).close();
});

test('a broker that stops while nobody listens stays stopped', async () => {
  const broker = await startBroker();
  broker.faults.closePorts();
  await broker.stop();
  await expect(connect(broker.url)).rejects.toThrow('ECONNREFUSED');
});

test('a password is wrong, as often as was said', async () => {
  const broker = await startBroker();
  const where = ({ user }: Occasion) => user === 'guest';
  const wrong = broker.faults.refuseConnections('wrong password', { times: 1, where });
  await expect(connect(broker.url)).rejects.toThrow('403 (ACCESS-REFUSED)');
  expect(wrong.hits).toBe(1);
  await (await connect(broker.url)).close();
});

test('a fault strikes where it is said: it is told who did what', async () => {
  const { broker, channel } = await startApplication();
  for (const queue of ['orders', 'bills']) await channel.assertQueue(queue);
  const seen: Occasion[] = [];
  const where = (occasion: Occasion) => seen.push(occasion) > 1;
  const nacked = broker.faults.nackPublishes({}, { where, times: 1 });
  channel.sendToQueue('orders', Buffer.from('a'));
  await channel.waitForConfirms();
  channel.sendToQueue('orders', Buffer.from('b'));
  await expect(channel.waitForConfirms()).rejects.toThrow('nacked');
  expect(nacked.hits).toBe(1);
  expect(seen[1]).toMatchObject({ name: '', user: 'guest', vhost: '/', channel: 1, message: { text: 'b' } });

  const late = broker.faults.delayReplies('basic.consume', 'until released', {}, { where: (o) => o.queue === 'bills' });
  await channel.consume('orders', (message) => message && channel.ack(message));
  const twice = broker.faults.duplicateDeliveries('orders', { where: (o) => o.message?.text === 'twice' });
  for (const text of ['once', 'twice']) await broker.queue('orders').put(text);
  await broker.queue('orders').toBeEmpty();
  expect([late.hits, twice.hits]).toEqual([0, 1]);
});

test('what makes no sense is refused by one line, and nothing begins', async () => {
  const { faults } = await startBroker();
  const wrong: [() => unknown, string][] = [
    [() => faults.nackPublishes({ queue: 'orders' } as object), 'filter: unknown key "queue"'],
    [() => faults.unroutable({}, { time: 1 } as object), 'trigger: unknown key "time", did you mean "times"?'],
    [() => faults.dropConnection('app' as never), "filter must be an object with some of name, user, vhost, not 'app'"],
    [() => faults.dropConnection({}, 'rst' as never), "how must be 'reset' or 'end' or 'silent', not 'rst'"],
    [
      () => faults.closeChannel({ chanel: 1 } as object, { code: 404 }),
      'filter: unknown key "chanel", did you mean "channel"?',
    ],
    [
      () => faults.refuseConnections('refuse' as never),
      "how must be 'reset' or 'no answer' or 'wrong password', not 'refuse'",
    ],
    [() => faults.network({ latency: -1 }), 'network: latency must be 0 or more, not -1'],
    [() => faults.network({ delay: 1 } as object), 'network: unknown key "delay"'],
  ];
  for (const [call, text] of wrong) expect(call).toThrow(text);
  expect(faults.active).toEqual([]);
});
