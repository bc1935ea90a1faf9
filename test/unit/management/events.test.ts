/** Server-sent events: what changes, told to who listens and may know, and to nobody else. */
import { connect } from 'node:net';
import { get, type IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  await broker.users.create('narrow', 'secret', ['management']);
  await broker.vhosts.create('other');
  await broker.users.setPermissions('narrow', 'other', { configure: '', write: '', read: '' });
});
afterAll(() => broker.stop());

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Resolves when it is told what happens from now on. */
async function listen(auth = 'guest:guest', to = broker) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { accept: 'text/event-stream' };
    get({ port: to.managementPort, path: '/api/events', auth, headers }, resolve).on('error', reject);
  });
  const told: Told[] = [];
  let rest = '';
  const listening = Promise.withResolvers<void>();
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const events = (rest + chunk).split('\n\n');
    rest = events.pop()!;
    for (const event of events) {
      const [, type, data] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      if (type !== undefined) told.push({ type, data: JSON.parse(data) as Told['data'] });
      else if (event === ': listening') listening.resolve();
    }
  });
  await listening.promise;
  return { response, told: (): readonly Told[] => told, types: () => told.map(({ type }) => type) };
}

describe('events', () => {
  it('tell of an alarm when it begins and when it ends', async () => {
    const own = await Broker.start({ port: 0, managementPort: 0, memoryBudget: 8 * 1024 * 1024 });
    onTestFinished(() => own.stop());
    const client = await amqp.connect(own.url);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue('q');
    channel.sendToQueue('q', Buffer.alloc(100_000));
    await channel.waitForConfirms();
    const listener = await listen('guest:guest', own);
    const alarms = () => listener.told().filter(({ type }) => type === 'alarms');
    const settings = `/nodes/${((await apiOf(own)('GET', '/overview')).json as { node: string }).node}/settings`;
    await apiOf(own)('PUT', settings, { body: { memory_budget: 1000 } });
    await expect.poll(() => alarms().at(-1)?.data).toEqual({ memory: true, disk: false, store: false });
    await apiOf(own)('PUT', settings, { body: { memory_budget: 8 * 1024 * 1024 } });
    await expect.poll(() => alarms().at(-1)?.data).toEqual({ memory: false, disk: false, store: false });
    await client.close();
  });

  it('tell of topology and clients as it happens, and of rates', async () => {
    const listener = await listen();
    expect(listener.response.headers['content-type']).toBe('text/event-stream');
    await expect.poll(listener.types).toEqual(['rates']);
    expect(listener.told()[0].data).toMatchObject({ queue_totals: { messages: 0 }, message_stats: { publish: 0 } });
    const client = await amqp.connect(broker.url);
    const channel = await client.createChannel();
    await channel.assertQueue('q', { exclusive: true });
    await channel.bindQueue('q', 'amq.direct', 'key');
    await channel.consume('q', () => undefined, { consumerTag: 'tag' });
    channel.sendToQueue('q', Buffer.from('not told of'));
    await client.close();
    const expected = ['connection-opened', 'channel-opened', 'queue-declared', 'bound', 'consumer-added'];
    await expect
      .poll(() => listener.types().filter((type) => type !== 'rates'))
      .toEqual(expect.arrayContaining([...expected, 'queue-deleted', 'connection-closed']));
    expect(listener.told().find(({ type }) => type === 'bound')?.data).toMatchObject({
      vhost: '/',
      source: 'amq.direct',
      destination: 'q',
      routingKey: 'key',
    });
    listener.response.destroy();
  });

  it('are told to who may know of them', async () => {
    const [all, narrow] = [await listen(), await listen('narrow:secret')];
    await ask('PUT', '/queues/%2F/hidden', { body: {} });
    await ask('PUT', '/queues/other/shown', { body: {} });
    await expect.poll(() => narrow.told().map(({ data }) => data.queue)).toEqual(['shown']);
    expect(all.told().flatMap(({ data }) => data.queue ?? [])).toEqual(['hidden', 'shown']);
    for (const { response } of [all, narrow]) response.destroy();
    const head = await ask('HEAD', '/events', { headers: { accept: 'text/event-stream' } });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect((await ask('GET', '/events', { as: null })).status).toBe(401);
    expect((await ask('GET', '/events', { headers: { accept: 'application/json' } })).status).toBe(406);
  });

  it('do not wait for who does not take them', async () => {
    const socket = connect(broker.managementPort!, '127.0.0.1').pause();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    const authorization = Buffer.from('guest:guest').toString('base64');
    socket.write(`GET /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${authorization}\r\n\r\n`);
    const other = await listen();
    const client = await amqp.connect(broker.url);
    const channel = await client.createChannel();
    // The system buffers some megabytes for the one that does not read.
    // Each octet of these names is six in JSON.
    const name = '\u0001'.repeat(250);
    await channel.assertExchange(name, 'direct');
    await channel.assertQueue(name, { exclusive: true });
    for (let i = 0; i < 2500; i++) {
      void channel.bindQueue(name, name, `${name}${i}`);
      await channel.unbindQueue(name, name, `${name}${i}`);
    }
    await expect.poll(() => other.types().filter((type) => type === 'unbound').length).toBe(2500);
    socket.resume();
    await closed;
    other.response.destroy();
    await client.close();
  });
});

it('the OpenAPI document has each row of spec/http-api.json', async () => {
  const { json } = await ask('GET', '/openapi.json');
  const { openapi, paths } = json as { openapi: string; paths: Record<string, Record<string, unknown>> };
  expect(openapi).toBe('3.1.0');
  const rows = JSON.parse(readFileSync(new URL('../../../spec/http-api.json', import.meta.url), 'utf8')) as {
    method: string;
    path: string;
  }[];
  const served = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => key !== 'parameters')
      .map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(served.sort()).toEqual(
    rows.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).sort(),
  );
  expect(paths['/api/queues/{vhost}/{queue}']).toMatchObject({
    parameters: [{ name: 'vhost', in: 'path', required: true }, { name: 'queue' }],
    put: { responses: { 201: {}, 204: {}, 400: {} }, requestBody: {} },
  });
});
