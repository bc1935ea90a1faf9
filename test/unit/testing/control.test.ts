/** The control port beside a broker in this process, for tests in others. */
import { expect, test } from 'vitest';
import { RemoteBroker, TestBroker } from '../../../src/testing/index.ts';
import { acknowledgeAll, connectTo, startBroker } from '../../support/application.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function started() {
  const broker = await startBroker({ controlPort: 0, patience: 20_000 });
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(
      broker.controlUrl! + path,
      body === undefined ? { method } : { method, body: JSON.stringify(body) },
    );
    return { status: response.status, text: await response.text() };
  };
  return { broker, ask };
}

test('messages are put and waited for, and a wait that is in vain says why', async () => {
  const { broker, ask } = await started();
  await broker.vhost().seed({ queues: [{ name: 'orders', durable: true, auto_delete: false, arguments: {} }] });
  expect(await ask('POST', '/test/put', { queue: 'orders', content: { id: 7 } })).toEqual({ status: 204, text: '' });
  const { status, text } = await ask('POST', '/test/wait', { queue: 'orders', match: { json: { id: 7 } } });
  expect([status, JSON.parse(text)]).toMatchObject([200, { json: { id: 7 }, routingKey: 'orders' }]);
  const vain = await ask('POST', '/test/wait', { queue: 'ordres', patience: 10 });
  expect(vain.status).toBe(408);
  expect(vain.text).toContain("did you mean 'orders'?");
});

test('faults are begun, told of and lifted, and the broker crashes with what it stored', async () => {
  const { broker, ask } = await started();
  expect((await ask('POST', '/test/spaces', { name: 'w1' })).status).toBe(200);
  expect((await ask('POST', '/test/faults', { kind: 'diskFull' })).text).toBe('{"id":"1"}');
  expect((await ask('GET', '/test/faults/1')).text).toBe('{"kind":"diskFull","hits":1,"active":true}');
  expect((await ask('DELETE', '/test/faults/1')).text).toBe('{"hits":1}');
  expect((await ask('POST', '/test/crash', { downFor: 10 })).status).toBe(204);
  expect(broker.vhosts.get('w1')).toBeDefined();
  expect(await ask('DELETE', '/test/spaces/w1')).toEqual({ status: 204, text: '' });
  expect(broker.vhosts.get('w1')).toBeUndefined();
});

test('what makes no sense is answered by a text', async () => {
  const { ask } = await started();
  expect(await ask('POST', '/test/faults', { kind: 'rain' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('rain') as string,
  });
  expect(await ask('POST', '/test/faults', { kind: 'slowDisk' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('ms') as string,
  });
  expect((await ask('DELETE', '/test/spaces/none')).status).toBe(404);
  expect((await ask('GET', '/test/nothing')).status).toBe(404);
});

test('a control port that is taken has no broker started', async () => {
  const { broker } = await started();
  const taken = Number(new URL(broker.controlUrl!).port);
  await expect(TestBroker.start({ controlPort: taken })).rejects.toThrow(`port ${taken} is taken`);
  expect((await startBroker()).controlUrl).toBeUndefined();
});

test('what a test in this process waits for, others wait for too', async () => {
  const { broker, ask } = await started();
  const connection = await connectTo(broker.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('orders');
  const wait = (body: object) => ask('POST', '/test/wait', { queue: 'orders', ...body });
  const up = wait({ consumers: 1 });
  await acknowledgeAll(channel, 'orders');
  expect((await up).status).toBe(204);
  await ask('POST', '/test/put', { queue: 'orders', content: 'number 7' });
  const acked = await wait({ settled: 'acked', match: { text: { pattern: '^NUMBER \\d$', flags: 'i' } } });
  expect(JSON.parse(acked.text)).toMatchObject({ kind: 'acked', message: { text: 'number 7' } });
  expect((await wait({ empty: true })).status).toBe(204);
  expect((await wait({ nothing: 1 })).status).toBe(204);
  expect(await wait({ nothing: 1, empty: true })).toMatchObject({ status: 400 });
  expect(await wait({ match: { text: { pattern: '(' } } })).toMatchObject({ status: 400 });
  expect(await wait({ match: { text: {} } })).toMatchObject({ status: 400, text: '"pattern" is missing\n' });
});

test('clients are interrupted, and what is held up is let go', async () => {
  const { broker, ask } = await started();
  const connection = await connectTo(broker.url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue('orders');
  await ask('POST', '/test/faults', { kind: 'delayReplies', method: 'basic.consume' });
  const consuming = channel.consume('orders', () => undefined);
  await broker.faults.active[0].struck();
  expect((await ask('POST', '/test/release/1')).status).toBe(204);
  await consuming;
  await broker.queue('orders').put('x');
  expect((await ask('POST', '/test/redeliver', { queue: 'orders' })).text).toBe('{"redelivered":1}');
  const cancel = { filter: { queue: 'orders' } };
  expect((await ask('POST', '/test/consumers/cancel', cancel)).text).toBe('{"cancelled":1}');
  expect((await ask('POST', '/test/channels/close', { code: 406 })).text).toBe('{"closed":1}');
  expect(await ask('POST', '/test/channels/close', { code: 320 })).toMatchObject({ status: 400 });
  expect((await ask('POST', '/test/connections/close')).text).toBe('{"closed":1}');
  expect((await ask('POST', '/test/faults', { kind: 'toString' })).status).toBe(400);
});

test('patterns count in filters of faults and clients, too', async () => {
  const { broker, ask } = await started();
  const channel = await (await connectTo(broker.url)).createConfirmChannel();
  const filter = { routingKey: { pattern: '^BILLS', flags: 'i' } };
  await ask('POST', '/test/faults', { kind: 'nackPublishes', filter, trigger: { times: 1 } });
  channel.publish('', 'orders', Buffer.from('taken'));
  await channel.waitForConfirms();
  channel.publish('', 'bills', Buffer.from('refused'));
  await expect(channel.waitForConfirms()).rejects.toThrow('nacked');
  const drop = async (pattern: string) =>
    (await ask('POST', '/test/connections/drop', { filter: { name: { pattern } } })).text;
  expect(await drop('^none')).toBe('{"dropped":0}');
  expect(await drop('')).toBe('{"dropped":1}');
  expect(await drop('(')).toContain('Invalid regular expression');
});

test('what later versions refuse is told, and how the topology differs', async () => {
  const { broker, ask } = await started();
  const channel = await (await connectTo(broker.url)).createChannel();
  await channel.assertQueue('events', { durable: false });
  const { text } = await ask('GET', '/test/deprecations');
  expect(JSON.parse(text)).toMatchObject([{ feature: 'transient_nonexcl_queues', what: "queue 'events'" }]);
  const topology = await ask('POST', '/test/topology', { definitions: { queues: [] } });
  expect((JSON.parse(topology.text) as { differences: string[] }).differences).toHaveLength(1);
});

test('a test in another process has queues, spaces and faults by the control port', async () => {
  const broker = await startBroker({ controlPort: 0, clock: 'manual' });
  const remote = new RemoteBroker(broker.controlUrl!);
  const space = await remote.space('w 1');
  const connection = await connectTo(space.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('orders');
  await channel.assertQueue('later', { messageTtl: 60_000, deadLetterExchange: '', deadLetterRoutingKey: 'orders' });
  const orders = space.queue('orders');

  await using refused = await remote.fault('nackPublishes', { filter: { vhost: 'w 1' }, trigger: { times: 1 } });
  channel.sendToQueue('orders', Buffer.from('refused'));
  await expect(channel.waitForConfirms()).rejects.toThrow('nacked');
  expect(await refused.state()).toEqual({ kind: 'nackPublishes', hits: 1, active: true });

  await space.queue('later').put({ id: 7 }, { type: 'order' });
  const happened = await remote.advance('1m');
  expect(happened.map(({ kind, queue }) => [kind, queue])).toContainEqual(['dead-lettered', 'later']);
  const order = await orders.toReceive<{ id: number }>({ json: { id: 7 }, routingKey: /^ORDERS$/i });
  expect([order.json?.id, order.properties.type]).toEqual([7, 'order']);
  expect(await orders.look()).toMatchObject({ exists: true, ready: 1, messages: [{ text: '{"id":7}' }] });
  await expect(orders.toReceive({ text: 'none' }, { patience: 1 })).rejects.toMatchObject({
    name: 'WaitError',
    message: expect.stringContaining('Instead 1 came to it') as string,
  });
  await expect(orders.toReceive({ where: () => true })).rejects.toThrow('where is a function');

  await acknowledgeAll(channel, 'orders');
  await orders.toHaveConsumers(1);
  expect(await orders.toSettle({}, 'acked')).toMatchObject({ kind: 'acked', vhost: 'w 1' });
  await orders.put(Buffer.from([0xff]));
  await orders.toBeEmpty();
  await orders.toReceiveNothing({ for: 1 });
  expect((await space.log({ kind: 'acked' })).map(({ message }) => message?.base64)).toEqual([undefined, '/w==']);
  await space.reset();
  expect(await space.log()).toEqual([]);
  await space[Symbol.asyncDispose]();
  expect(broker.vhosts.get('w 1')).toBeUndefined();
});

test('the control port listens where it is told to', async () => {
  const broker = await startBroker({ controlPort: 0, controlHost: '::' });
  expect(broker.controlUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${broker.controlUrl}/test/connections`)).status).toBe(200);
  expect((await fetch(`${broker.controlUrl!.replace('127.0.0.1', '[::1]')}/test/connections`)).status).toBe(200);
  await expect(startBroker({ controlPort: 0, controlHost: '' })).rejects.toThrow('controlHost must be an address');
});
