/** The HTTP API under random requests: whatever is asked, nothing of it is an internal error, hangs, or breaks the broker. */
import { connect, type Socket } from 'node:net';
import amqp from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { RESOURCES } from '../../src/management/resources.ts';
import { apiOf } from '../support/management/api.ts';
import { KeptLog } from '../support/kept-log.ts';
import { PATIENCE } from '../support/patience.ts';
import { fuzzTimeout, Random, seeds } from './random.ts';

const REQUESTS_A_ROUND = 150;
const AT_ONCE = 10;

const log = new KeptLog();
let broker: Broker;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0, logger: log });
});
afterAll(() => broker.stop());

test.each(seeds(5))('random requests, seed %i', { timeout: fuzzTimeout() }, async (seed) => {
  const random = new Random(seed);
  await prepare();
  for (let sent = 0; sent < REQUESTS_A_ROUND; sent += AT_ONCE) {
    const requests = Array.from({ length: AT_ONCE }, () => randomRequest(random));
    for (const [request, status] of await Promise.all(
      requests.map(async (each) => [each, await answerTo(each)] as const),
    )) {
      // A health check says by 503 that something is wrong; a feed that too many listen to.
      if (status !== 503) expect(status, request.toString('latin1').slice(0, 2000)).toBeLessThan(500);
    }
  }
  expect(log.errors).toEqual([]);
  await prepare();
  const client = await amqp.connect(broker.url);
  const channel = await client.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  channel.sendToQueue(queue, Buffer.from('alive'));
  await channel.waitForConfirms();
  expect(await channel.get(queue)).not.toBe(false);
  await client.close();
  expect((await apiOf(broker)('GET', '/overview')).status).toBe(200);
});

/** What requests name is there again, whatever the last round deleted. */
async function prepare(): Promise<void> {
  const all = { configure: '.*', write: '.*', read: '.*' };
  for (const vhost of ['/', 'v']) await broker.vhosts.create(vhost).catch(() => undefined);
  for (const user of ['guest', 'u']) {
    await broker.users.create(user, user, ['administrator']).catch(() => undefined);
    await broker.users.setPassword(user, user);
    await broker.users.setTags(user, ['administrator']);
    for (const vhost of ['/', 'v']) await broker.users.setPermissions(user, vhost, all);
    await broker.users.setLimits(user, {});
  }
  for (const vhost of ['/', 'v']) await broker.vhosts.setLimits(vhost, {});
  for (const { name } of broker.policies.list({ vhost: '/' })) await broker.policies.clear(name, { vhost: '/' });
  const ask = apiOf(broker);
  await ask('PUT', '/queues/%2F/q', { body: {} });
  await ask('PUT', '/queues/%2F/s', { body: { durable: true, arguments: { 'x-queue-type': 'stream' } } });
  await ask('PUT', '/exchanges/%2F/x', {
    body: { type: 'x-delayed-message', arguments: { 'x-delayed-type': 'direct' } },
  });
  const payload = { properties: {}, routing_key: 'q', payload: 'text', payload_encoding: 'string' };
  await ask('POST', '/exchanges/%2F/amq.default/publish', { body: payload });
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'];
const NAMES = [
  '%2F',
  'v',
  'q',
  's',
  'x',
  'u',
  'amq.default',
  'amq.direct',
  'amq.topic',
  '~',
  'guest%00',
  '%',
  '%zz',
  '%c3%28',
  '..',
  '.',
  '%2e%2e',
  '',
  '*',
  'a'.repeat(300),
  '%F0%9F%90%87',
  '1',
  '-1',
  'all',
  '__proto__',
  'constructor',
];
const QUERY_NAMES = [
  'page',
  'page_size',
  'name',
  'use_regex',
  'columns',
  'sort',
  'sort_reverse',
  'from',
  'count',
  'state',
  'header',
  'text',
  'truncate',
  'encoding',
  'lengths_age',
  'lengths_incr',
  'msg_rates_age',
  'msg_rates_incr',
  'if-empty',
  'disable_stats',
  'download',
  '__proto__',
];
const QUERY_VALUES = [
  '1',
  '0',
  '-1',
  '1e9',
  'true',
  'name',
  'a.b.c',
  '__proto__',
  '(',
  '(a+)+$',
  '%',
  '%00',
  'first',
  'last',
  '9999999999999999',
  'NaN',
  '=',
  'ready',
  'x'.repeat(2000),
];
const KEYS = [
  'type',
  'durable',
  'auto_delete',
  'internal',
  'arguments',
  'routing_key',
  'properties',
  'payload',
  'payload_encoding',
  'ackmode',
  'count',
  'encoding',
  'truncate',
  'tags',
  'password',
  'password_hash',
  'configure',
  'write',
  'read',
  'pattern',
  'definition',
  'priority',
  'apply-to',
  'value',
  'name',
  'users',
  'vhosts',
  'queues',
  'exchanges',
  'bindings',
  'policies',
  'permissions',
  'parameters',
  'headers',
  'delivery_mode',
  'expiration',
  'timestamp',
  'destination',
  'filter',
  'rate',
  'exchange',
  'action',
  'node',
  'component',
  'max-length',
  'x-message-ttl',
  'x-queue-type',
  'x-max-priority',
  'x-delayed-type',
  'default_queue_type',
  'description',
  'metadata',
  'vhost',
  'source',
  'destination_type',
  '__proto__',
  'constructor',
];
const SCALARS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  'q',
  'direct',
  'x-delayed-message',
  'string',
  'base64',
  'auto',
  'ack_requeue_false',
  'quorum',
  'stream',
  '5',
  'true',
  '\u0000',
  '\ud800',
  '🐇',
  'x'.repeat(300),
  '.*',
  '(',
  'administrator',
  '%',
];

function randomRequest(random: Random): Buffer {
  const resource = random.pick(RESOURCES);
  const known = resource.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    random.chance(0.7) && name === 'vhost' ? '%2F' : random.pick(NAMES),
  );
  const path = random.chance(0.9) ? `/api${known}` : randomText(random, 60);
  const query = random.chance(0.4)
    ? `?${Array.from({ length: random.below(4) }, () => `${random.pick(QUERY_NAMES)}=${random.pick(QUERY_VALUES)}`).join('&')}`
    : '';
  const body = random.chance(0.6) ? randomBody(random) : Buffer.alloc(0);
  const method = random.pick(METHODS);
  const user = random.chance(0.95) ? 'guest:guest' : random.pick(['guest', ':', 'u:u', 'guest:wrong', '\u0000']);
  const lines = [
    `${method} ${path}${query} HTTP/1.1`,
    'host: x',
    'connection: close',
    `authorization: Basic ${Buffer.from(user).toString('base64')}`,
    `content-length: ${body.length}`,
  ];
  if (random.chance(0.5))
    lines.push(
      `content-type: ${random.pick(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'multipart/form-data', 'a'.repeat(500), ''])}`,
    );
  if (random.chance(0.3))
    lines.push(`accept: ${random.pick(['*/*', 'application/json', 'text/html', ',;,q=', 'a/b'.repeat(200)])}`);
  if (random.chance(0.2)) lines.push(`accept-encoding: ${random.pick(['gzip', 'gzip;q=0', 'br', '*'])}`);
  if (random.chance(0.2)) lines.push(`x-reason: ${random.pick(['', 'why', 'x'.repeat(5000)])}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function randomBody(random: Random): Buffer {
  if (random.chance(0.1)) return random.bytes(random.below(200));
  if (random.chance(0.05)) return Buffer.from('['.repeat(5000));
  if (random.chance(0.05)) return Buffer.from(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`);
  return Buffer.from(JSON.stringify(randomObject(random, 0)));
}

function randomObject(random: Random, depth: number): object {
  return Object.fromEntries(
    Array.from({ length: random.below(8) }, () => [random.pick(KEYS), randomValue(random, depth + 1)]),
  );
}

function randomValue(random: Random, depth: number): unknown {
  if (depth > 4 || random.chance(0.6)) return random.pick(SCALARS);
  return random.chance(0.5)
    ? randomObject(random, depth)
    : Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
}

/** Characters that a request line may have. */
function randomText(random: Random, most: number): string {
  return `/${Array.from({ length: random.below(most) }, () => String.fromCharCode(33 + random.below(94))).join('')}`;
}

/** The status, as soon as it comes; 0 if the connection ends without one. */
async function answerTo(request: Buffer): Promise<number> {
  const socket: Socket = connect(broker.managementPort!, '127.0.0.1');
  socket.setTimeout(PATIENCE);
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.on('data', (data: Buffer) =>
        resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? NaN)),
      );
      socket.on('timeout', () => reject(new Error(`no answer to ${request.toString('latin1').slice(0, 2000)}`)));
      socket.on('error', () => resolve(0));
      socket.on('close', () => resolve(0));
      socket.write(request);
    });
  } finally {
    socket.destroy();
  }
}
