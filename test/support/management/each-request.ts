/** Requests of each row of `spec/http-api.json`, and a broker in which there is something of each kind that they are about. */
import { readFileSync } from 'node:fs';
import amqp from 'amqplib';
import { expect } from 'vitest';
import type { Ask, AskOptions } from './api.ts';

export interface Row {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly body?: string;
  readonly answers: Readonly<Record<string, string | null>>;
}

/** One request: names in the path other than the usual ones, a query, a body. */
export interface Example extends AskOptions {
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: string;
}

const rows = JSON.parse(readFileSync(new URL('../../../spec/http-api.json', import.meta.url), 'utf8')) as Row[];

/** What is read first, while all is there; what deletes comes last. */
const ORDER = ['GET', 'PUT', 'POST', 'DELETE'];
/** Events do not end; another node there is only with a database (test/unit/embed/standby.test.ts). */
const ELSEWHERE = ['GET /events', 'DELETE /nodes/:node'];
/** In the order in which each finds what it needs. */
export const ROWS: readonly Row[] = rows
  .filter((row) => !ELSEWHERE.includes(keyOf(row)))
  .sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method) || b.path.length - a.path.length);

/** What the broker is called: bodies name it. */
export const NODE = 'rabbit@meadow';
/** What names in paths stand for, unless an example says otherwise: all of it is there. */
const NAMES: Readonly<Record<string, string>> = {
  node: 'node',
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
const QUORUM = { queue: 'quorum' };
const CONNECTION = { name: 'connection' };
const NEW = { queue: 'new', exchange: 'new', user: 'new', name: 'new', policy: 'new', parameter: 'new' };
const KEPT = { name: 'kept' };

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
  'GET /connections/:name/sessions': [{ names: CONNECTION }],
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
  'GET /queues/detailed': LISTED,
  'GET /queues/quorum/:vhost/:queue/status': [{ names: QUORUM }, {}],
  'POST /queues/quorum/:vhost/:queue/replicas/add': [
    { names: QUORUM, body: { node: NODE } },
    { names: QUORUM, body: { node: 'rabbit@other' } },
  ],
  'DELETE /queues/quorum/:vhost/:queue/replicas/delete': [
    { names: QUORUM, body: { node: 'rabbit@other' } },
    { names: QUORUM, body: { node: NODE } },
  ],
  'POST /queues/quorum/replicas/on/:node/grow': [
    { body: { vhost_pattern: '.*', queue_pattern: '.*', strategy: 'all' } },
  ],
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
  'PUT /vhosts/:name': [
    { names: NEW, body: { description: 'new' } },
    { names: KEPT, body: { protected_from_deletion: true } },
    { body: { tracing: false } },
  ],
  'DELETE /vhosts/:name': [{ names: NEW }, { names: KEPT }],
  'GET /vhosts/:vhost/channels': LISTED,
  'GET /vhosts/:vhost/connections': LISTED,
};

/** The examples of a row: in their order each of its statuses comes. */
export function examplesOf(row: Row): readonly Example[] {
  return EXAMPLES[keyOf(row)] ?? [{}];
}

/** Examples of what there is not. */
export function strayExamples(): string[] {
  const known = rows.map(keyOf);
  return Object.keys(EXAMPLES).filter((key) => !known.includes(key));
}

/** `GET /queues/:vhost`. */
export function keyOf({ method, path }: Row): string {
  return `${method} ${path.replace('/api', '')}`;
}

interface Place {
  readonly url: string;
  readonly managementPort: number;
}

/** What there is of each kind. */
export class OneOfEach implements AsyncDisposable {
  readonly #client: amqp.ChannelModel;
  /** What is meant by names that are known only once the broker runs. */
  readonly #known: Readonly<Record<string, string>>;

  static async in({ url, managementPort }: Place, ask: Ask): Promise<OneOfEach> {
    const client = await amqp.connect(url);
    client.on('error', () => {});
    await declare(client, ask);
    const { json } = await ask('GET', '/channels');
    const [{ name: channel, node, connection_details: of }] = json as {
      name: string;
      node: string;
      connection_details: { name: string };
    }[];
    return new OneOfEach(client, { node, channel, connection: of.name, port: String(managementPort) });
  }

  private constructor(client: amqp.ChannelModel, known: Readonly<Record<string, string>>) {
    this.#client = client;
    this.#known = known;
  }

  /** Below `/api`. */
  pathOf({ path }: Row, { names: own = {}, query = '' }: Example): string {
    const filled = path.replace('/api', '').replaceAll(/:(\w+)/g, (_, name: string) => {
      const value = own[name] ?? NAMES[name];
      return encodeURIComponent(this.#known[value] ?? value);
    });
    return filled + query;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close().catch(() => {});
  }
}

async function declare(client: amqp.ChannelModel, ask: Ask): Promise<void> {
  const channel = await client.createConfirmChannel();
  channel.on('error', () => {});
  await channel.assertExchange('x', 'topic');
  await channel.assertExchange('delayed', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
  await channel.assertQueue('q');
  await channel.assertQueue('own', { exclusive: true });
  await channel.assertQueue('s', { arguments: { 'x-queue-type': 'stream' } });
  await channel.assertQueue('quorum', { arguments: { 'x-queue-type': 'quorum' } });
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
    ...['hare', 'lynx', 'stoat'].map((user) => [`/users/${user}`, { password: 'secret', tags: 'management' }] as const),
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
}
