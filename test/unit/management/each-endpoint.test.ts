/**
 * Each row of `spec/http-api.json`, asked of a broker in which there is something of each kind: it answers with the statuses of the row, and with bodies as
 * `/api/openapi.json` describes them. A row that nothing here gets an answer from fails, and so does a status that does not come.
 */
import { readFileSync } from 'node:fs';
import amqp from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask, type AskOptions } from '../../support/management/api.ts';
import { TokenServer } from '../../support/token-server.ts';
import { Schemas } from '../../support/management/schema.ts';

interface Row {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly answers: Readonly<Record<string, string | null>>;
}

interface Content {
  readonly [type: string]: { readonly schema?: Readonly<Record<string, unknown>> };
}

interface Described {
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** One request: names in the path other than the usual ones, a query, a body. */
interface Example extends AskOptions {
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: string;
}

const rows = JSON.parse(readFileSync(new URL('../../../spec/http-api.json', import.meta.url), 'utf8')) as Row[];

/** What names in paths stand for, unless an example says otherwise: all of it is there. */
const NAMES: Readonly<Record<string, string>> = {
  vhost: '/',
  queue: 'q',
  exchange: 'x',
  source: 'x',
  destination: 'q',
  properties: 'key',
  user: 'hare',
  name: '/',
  policy: 'p',
  parameter: 'param',
  component: 'vhost-limits',
  limit: 'max-queues',
  within: '1',
  unit: 'weeks',
  port: '1',
  protocol: 'amqp091',
  pattern: '.*',
  password: 'secret',
  flag: 'all',
  id: '1',
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const FROM_PAGE = { 'x-leveret-page': '1' };
const PAGE: Example = { query: '?page=1&msg_rates_age=60&msg_rates_incr=5&lengths_age=60&lengths_incr=5' };
const LISTED: readonly Example[] = [{}, PAGE];
const SETTING = { body: { value: 5 } };
const POLICY = { pattern: '^q', definition: { 'max-length': 1000 } };
const RIGHTS = { configure: '.*', write: '.*', read: '.*' };
const TO_EXCHANGE = { destination: 'amq.fanout' };
const CONNECTION = { name: 'connection' };
const NEW = { queue: 'new', exchange: 'new', user: 'new', name: 'new', policy: 'new', parameter: 'new' };

/** What differs from one request without query and body. Of what the path names, what is new comes before what is there. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  'POST /all-configuration': [{ body: {} }, { body: {}, query: '?report=true' }],
  'POST /definitions': [
    { body: { queues: [], unknown: [] } },
    { body: { queues: [], unknown: [] }, query: '?report=true' },
  ],
  'POST /definitions/:vhost': [{ body: {} }, { body: {}, query: '?report=true' }],
  'POST /bindings/:vhost/e/:source/q/:destination': [{ body: { routing_key: 'another', arguments: { n: 1 } } }],
  'POST /bindings/:vhost/e/:source/e/:destination': [{ names: TO_EXCHANGE, body: {} }],
  'GET /bindings/:vhost/e/:source/e/:destination': [{ names: TO_EXCHANGE }],
  'GET /bindings/:vhost/e/:source/e/:destination/:properties': [{ names: TO_EXCHANGE }],
  'DELETE /bindings/:vhost/e/:source/e/:destination/:properties': [{ names: TO_EXCHANGE }],
  'GET /channels': LISTED,
  'GET /channels/:name': [{ names: { name: 'channel' } }],
  'PUT /cluster-name': [{ body: { name: 'meadow' } }],
  'GET /connections': LISTED,
  'GET /connections/:name': [{ names: CONNECTION }],
  'GET /connections/:name/channels': [{ names: CONNECTION }, { names: CONNECTION, ...PAGE }],
  'GET /connections/username/:user': LISTED.map((example) => ({ ...example, names: { user: 'guest' } })),
  'DELETE /connections/:name': [{ names: CONNECTION }],
  'GET /exchanges': LISTED,
  'GET /exchanges/:vhost': LISTED,
  'PUT /exchanges/:vhost/:exchange': [
    { names: NEW, body: { type: 'topic', durable: true } },
    { body: { type: 'topic', durable: true } },
  ],
  'DELETE /exchanges/:vhost/:exchange': [{ names: NEW }],
  'GET /exchanges/:vhost/:exchange/messages': [{ names: { exchange: 'delayed' } }],
  'GET /exchanges/:vhost/:exchange/messages/:position/body': [{ names: { exchange: 'delayed', position: '0' } }],
  'GET /queues/:vhost/:queue/messages/:position/body': [{ names: { position: '0' } }],
  'DELETE /queues/:vhost/:queue/messages/:position': [{ names: { queue: 'retried', position: '0' } }],
  'DELETE /exchanges/:vhost/:exchange/messages/:position': [{ names: { exchange: 'delayed', position: '0' } }],
  'POST /exchanges/:vhost/:exchange/publish': [
    { body: { properties: {}, routing_key: 'key', payload: 'aGFyZQ==', payload_encoding: 'base64' } },
  ],
  'GET /exchanges/:vhost/:exchange/route': [{ query: '?routing_key=key' }],
  'PUT /global-parameters/:parameter': [{ ...SETTING, names: NEW }, SETTING],
  'DELETE /global-parameters/:parameter': [{ names: NEW }],
  'GET /health/checks/port-listener/:port': [{}, { names: { port: 'port' } }],
  'GET /health/checks/protocol-listener/:protocol': [{}, { names: { protocol: 'mqtt' } }],
  'POST /login': [{ as: null, headers: FORM, body: 'username=guest&password=guest' }],
  'POST /nodes/:node/actions': [{ body: { action: 'revive' } }],
  'PUT /nodes/:node/settings': [{ body: { memory_budget: { relative: 0.5 } } }],
  'PUT /operator-policies/:vhost/:policy': [{ names: NEW, body: POLICY }, { body: POLICY }],
  'DELETE /operator-policies/:vhost/:policy': [{ names: NEW }],
  'GET /policy-preview/:vhost': [{ query: '?name=n&pattern=.&definition=%7B%22max-length%22%3A10%7D' }],
  'GET /overview': [{}, { query: PAGE.query! }],
  'GET /parameters/:component/:vhost/:parameter': [{ names: { parameter: 'limits' } }],
  'PUT /parameters/:component/:vhost/:parameter': [SETTING],
  'PUT /permissions/:name/:user': [{ names: { user: 'lynx' }, body: RIGHTS }, { body: RIGHTS }],
  'DELETE /permissions/:name/:user': [{ names: { user: 'lynx' } }],
  'PUT /policies/:vhost/:policy': [{ names: NEW, body: POLICY }, { body: POLICY }],
  'DELETE /policies/:vhost/:policy': [{ names: NEW }],
  'GET /queues': [...LISTED, { query: '?disable_stats=true&enable_queue_totals=true' }],
  'GET /queues/:vhost': LISTED,
  'GET /queues/:vhost/:queue': [{}, { names: { queue: 's' } }, { names: { queue: 'own' } }],
  'PUT /queues/:vhost/:queue': [{ names: NEW, body: { durable: true, arguments: {} } }, { body: { durable: true } }],
  'DELETE /queues/:vhost/:queue': [{ names: NEW }],
  'POST /queues/:vhost/:queue/actions': [{ body: { action: 'sync' } }],
  'POST /queues/:vhost/:queue/get': [{ body: { ackmode: 'ack_requeue_true', count: 5, encoding: 'auto' } }],
  'GET /queues/:vhost/:queue/messages': [{}, { names: { queue: 's' } }],
  'POST /queues/:vhost/:queue/redrive': [{ body: { destination: { exchange: 'x', routing_key: 'none' }, count: 1 } }],
  'POST /session': [{ as: null, headers: FROM_PAGE, body: { username: 'guest', password: 'guest' } }],
  'GET /session/openid': [{ as: null, headers: { accept: 'text/html' } }],
  'DELETE /session': [{ as: null, headers: FROM_PAGE }],
  'PUT /topic-permissions/:name/:user': [
    { names: { user: 'lynx' }, body: { exchange: 'x', write: '.*', read: '.*' } },
    { body: { exchange: 'x', write: '.*', read: '.*' } },
  ],
  'DELETE /topic-permissions/:name/:user': [{ names: { user: 'lynx' } }],
  'PUT /user-limits/:user/:limit': [{ names: { limit: 'max-channels' }, ...SETTING }],
  'DELETE /user-limits/:user/:limit': [{ names: { limit: 'max-channels' } }],
  'PUT /vhost-limits/:vhost/:limit': [{ body: { value: 1000 } }],
  'PUT /users/:user': [
    { names: NEW, body: { tags: 'monitoring', password: 'secret' } },
    { body: { tags: ['management'] } },
  ],
  'GET /users/:user/access': [{ query: '?operation=write&name=x&routing_key=key' }],
  'DELETE /users/:user': [{ names: NEW }],
  'POST /users/bulk-delete': [{ body: { users: ['stoat'] } }],
  'GET /vhosts': LISTED,
  'PUT /vhosts/:name': [{ names: NEW, body: { description: 'new' } }, { body: { tracing: false } }],
  'DELETE /vhosts/:name': [{ names: NEW }],
  'GET /vhosts/:vhost/channels': LISTED,
  'GET /vhosts/:vhost/connections': LISTED,
};

let broker: Broker;
let provider: TokenServer;
let ask: Ask;
let client: amqp.ChannelModel;
let names: Readonly<Record<string, string>>;
let schemas: Schemas;
let paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;

beforeAll(async () => {
  provider = await TokenServer.start();
  const { issuer: managementOauthProviderUrl } = provider;
  broker = await Broker.start({
    port: 0,
    managementPort: 0,
    managementOauthClientId: 'page',
    managementOauthProviderUrl,
  });
  ask = apiOf(broker);
  await describeApi();
  await setUp();
});
afterAll(async () => {
  await client.close().catch(() => {});
  await broker.stop();
  await provider[Symbol.asyncDispose]();
});

async function describeApi(): Promise<void> {
  const { json } = await ask('GET', '/openapi.json');
  const document = json as { paths: typeof paths; components: { schemas: Record<string, never> } };
  ({ paths } = document);
  schemas = new Schemas(document.components.schemas);
}

/** Something of each kind. */
async function setUp(): Promise<void> {
  for (const user of ['hare', 'lynx', 'stoat']) await broker.users.create(user, 'secret', ['management']);
  client = await amqp.connect(broker.url);
  client.on('error', () => {});
  const channel = await client.createConfirmChannel();
  channel.on('error', () => {});
  await channel.assertExchange('x', 'topic');
  await channel.assertExchange('delayed', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
  await channel.assertQueue('q');
  await channel.assertQueue('own', { exclusive: true });
  await channel.assertQueue('s', { arguments: { 'x-queue-type': 'stream' } });
  await channel.bindQueue('q', 'x', 'key');
  await channel.bindExchange('amq.fanout', 'x', 'key');
  await channel.consume('own', () => {});
  const properties = { headers: { 'x-delay': 1_000_000 }, messageId: 'm', timestamp: 5, expiration: '1000000' };
  channel.publish('delayed', 'key', Buffer.from('later'), properties);
  channel.publish('x', 'key', Buffer.from('now'), properties);
  channel.sendToQueue('q', Buffer.from([0xff]));
  channel.sendToQueue('s', Buffer.from('kept'));
  const retried = { 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 1_000_000 };
  await channel.assertQueue('retried', { arguments: retried });
  channel.sendToQueue('retried', Buffer.from('again'));
  await channel.waitForConfirms();
  channel.nack((await channel.get('retried')) as amqp.GetMessage);
  for (const [path, body] of [
    ['/permissions/%2F/hare', RIGHTS],
    ['/topic-permissions/%2F/hare', { exchange: 'x', write: '.*', read: '.*' }],
    ['/policies/%2F/p', POLICY],
    ['/operator-policies/%2F/p', POLICY],
    ['/vhost-limits/%2F/max-queues', { value: 1000 }],
    ['/user-limits/hare/max-connections', { value: 1000 }],
    ['/global-parameters/param', { value: { any: 1 } }],
  ] as const) {
    expect([path, (await ask('PUT', path, { body })).status]).toEqual([path, expect.toBeOneOf([201, 204])]);
  }
  await ask('POST', '/queues/%2F/q/redrive', { body: { count: 1 } });
  const { json } = await ask('GET', '/channels');
  const [{ name: shown, node, connection_details: of }] = json as {
    name: string;
    node: string;
    connection_details: { name: string };
  }[];
  names = { ...NAMES, node, channel: shown, connection: of.name, port: String(broker.managementPort) };
}

function pathOf({ path }: Row, { names: own = {}, query = '' }: Example): string {
  const filled = path.replace('/api', '').replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = own[name] ?? (name === 'port' ? NAMES.port : names[name]);
    // What is known only once the broker runs has a name of its own.
    return encodeURIComponent(['channel', 'connection', 'port'].includes(value) ? names[value] : value);
  });
  return filled + query;
}

/** What is read first, while all is there; what deletes comes last. */
const ORDER = ['GET', 'PUT', 'POST', 'DELETE'];
const ordered = rows
  .filter(({ path }) => path !== '/api/events')
  .sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method) || b.path.length - a.path.length);

it.each(ordered)('$method $path', async (row) => {
  const described = paths[row.path.replaceAll(/:(\w+)/g, '{$1}')][row.method.toLowerCase()];
  for (const [status, { description }] of Object.entries(described.responses)) {
    expect([status, description]).toEqual([status, expect.any(String)]);
  }
  const statuses = new Set<number>();
  for (const example of EXAMPLES[`${row.method} ${row.path.replace('/api', '')}`] ?? [{}]) {
    const taken = described.requestBody?.content['application/json']?.schema;
    if (taken !== undefined) expect(schemas.problems(taken, example.body)).toEqual([]);
    const { status, text, headers } = await ask(row.method, pathOf(row, example), example);
    statuses.add(status);
    const [type, { schema }] = Object.entries(described.responses[status]?.content ?? {})[0] ?? [null, {}];
    if (type === null) expect([status, text]).toEqual([status, '']);
    else expect(headers.get('content-type')).toBe(type);
    if (schema !== undefined) expect(schemas.problems(schema, JSON.parse(text))).toEqual([]);
  }
  expect([...statuses].sort().map(String)).toEqual(Object.keys(row.answers).sort());
});

it('tells of `columns` wherever objects are got, and of `sort` wherever they are listed', () => {
  const named = (path: string): string[] => paths[path].get.parameters?.map(({ name }) => name) ?? [];
  expect(named('/api/whoami')).toEqual(['columns']);
  expect(named('/api/users')).toEqual(['sort', 'sort_reverse', 'columns']);
  expect(named('/api/queues')).toEqual(expect.arrayContaining(['page', 'type', 'sort', 'sort_reverse', 'columns']));
  expect(named('/api/version')).toEqual([]);
  expect(named('/api/queues/{vhost}/{queue}/messages/{position}/body')).toEqual([]);
});

it('has examples only of what there is', () => {
  const known = rows.map(({ method, path }) => `${method} ${path.replace('/api', '')}`);
  expect(Object.keys(EXAMPLES).filter((key) => !known.includes(key))).toEqual([]);
});
