/** Queues, exchanges, bindings, messages, clients and the broker itself over HTTP: statuses and texts as measured on RabbitMQ. */
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
let client: amqp.ChannelModel;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  client = await amqp.connect(broker.url, { clientProperties: { connection_name: 'objects' } });
});
afterAll(async () => {
  await client.close();
  await broker.stop();
});

/** Status, and the reason if there is one. */
async function outcome(method: string, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await ask(method, path, { body });
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  const reason = (json as { reason?: unknown } | undefined)?.reason;
  return reason === undefined ? status : [status, reason];
}

const get = async (path: string): Promise<unknown> => (await ask('GET', path)).json;

describe('queues', () => {
  it('are declared, shown and deleted', async () => {
    const args = { 'x-max-length': 5 };
    expect(await outcome('PUT', '/queues/%2F/q', { durable: 'true', arguments: args })).toBe(201);
    expect(await outcome('PUT', '/queues/%2F/q', { durable: true, arguments: args })).toBe(204);
    expect(await get('/queues/%2F/q')).toMatchObject({
      name: 'q',
      vhost: '/',
      durable: true,
      auto_delete: false,
      exclusive: false,
      arguments: args,
      type: 'classic',
      state: 'running',
      messages: 0,
      messages_ready: 0,
      messages_unacknowledged: 0,
      messages_details: { rate: 0 },
      consumers: 0,
      policy: null,
      effective_policy_definition: {},
      message_stats: { publish: 0, publish_details: { rate: 0 } },
      consumer_details: [],
    });
    expect(await outcome('DELETE', '/queues/%2F/q')).toBe(204);
    expect(await outcome('GET', '/queues/%2F/q')).toEqual([404, 'Not Found']);
  });

  it.each([
    [{ durable: 'banana' }, 400, '["not_boolean","banana"]'],
    [
      { arguments: { 'x-message-ttl': -1 } },
      400,
      "invalid arg 'x-message-ttl' for queue 'bad' in vhost '/': {value_negative,-1}",
    ],
    [{ arguments: { 'x-queue-type': 'quorum' } }, 400, "invalid property 'non-durable' for queue 'bad' in vhost '/'"],
    [{ node: 'no@where' }, 400, 'Node no@where could not be contacted'],
  ])('such as %j are refused', async (body, status, reason) => {
    expect(await outcome('PUT', '/queues/%2F/bad', body)).toEqual([status, reason]);
  });

  it('with reserved names are refused', async () => {
    expect(await outcome('PUT', '/queues/%2F/amq.x', {})).toEqual([401, 'Access refused.']);
  });

  it('are shown with the columns asked for, as everything is that is got', async () => {
    await ask('PUT', '/queues/%2F/shown', { body: {} });
    expect(await get('/queues/%2F/shown?columns=name,message_stats.publish,nonsense,name.length')).toEqual({
      name: 'shown',
      message_stats: { publish: 0 },
    });
    expect(await get('/queues/%2F/shown?columns=nonsense')).toEqual([]);
    expect(await get('/whoami?columns=name')).toEqual({ name: 'guest' });
    expect(await get('/permissions/%2F/guest?columns=user')).toEqual({ user: 'guest' });
    expect(await get('/queues/%2F/shown/bindings?columns=destination')).toEqual([{ destination: 'shown' }]);
    expect(await get('/permissions?columns=')).toEqual([[]]);
    await ask('DELETE', '/queues/%2F/shown');
  });

  it('are sorted by what is asked for, as every list is', async () => {
    await broker.users.create('adder', 'secret', ['management']);
    const namesOf = async (path: string): Promise<string[]> =>
      ((await get(path)) as { name: string }[]).map(({ name }) => name);
    expect(await namesOf('/users?sort=name')).toEqual(['adder', 'guest']);
    expect(await namesOf('/users?sort=name&sort_reverse=true&columns=name')).toEqual(['guest', 'adder']);
    expect(await namesOf('/users?sort_reverse=true')).toEqual(['guest', 'adder']);
    expect(await namesOf('/users?sort=nonsense')).toEqual(['adder', 'guest']);
    await broker.users.delete('adder');
  });

  it('are listed in pages, by name, with the columns asked for', async () => {
    for (const name of ['list.a', 'list.b', 'list.C']) await ask('PUT', `/queues/%2F/${name}`, { body: {} });
    expect(await get('/queues?page=1&page_size=2&name=LIST&columns=name&sort=name&sort_reverse=true')).toEqual({
      filtered_count: 3,
      item_count: 2,
      items: [{ name: 'list.b' }, { name: 'list.a' }],
      page: 1,
      page_count: 2,
      page_size: 2,
      total_count: 3,
    });
    expect(await get('/queues/%2F?page=1&name=%5Elist.%5BaC%5D%24&use_regex=true&columns=name')).toMatchObject({
      items: [{ name: 'list.C' }, { name: 'list.a' }],
    });
    expect(
      await get('/queues?disable_stats=true&enable_queue_totals=true&columns=name,messages,message_stats'),
    ).toEqual(['list.C', 'list.a', 'list.b'].map((name) => ({ name, messages: 0 })));
    expect(await outcome('GET', '/queues?page=0')).toEqual([
      400,
      'Invalid pagination parameters: page number 0, page size undefined',
    ]);
    expect(await outcome('GET', '/queues?page=4&page_size=3')).toEqual([
      400,
      'Page out of range, page: 4 page size: 3, len: 3',
    ]);
    for (const query of ['page=a', 'page=1&name=(&use_regex=true']) {
      expect(await outcome('GET', `/queues?${query}`)).toEqual([400, 'Pagination parameters are invalid']);
    }
    const names = async (): Promise<unknown> =>
      ((await get('/queues/%2F?page=1&name=list&columns=name')) as { items: unknown }).items;
    expect(await names()).toEqual([{ name: 'list.C' }, { name: 'list.a' }, { name: 'list.b' }]);
    await ask('DELETE', '/queues/%2F/list.a');
    await ask('PUT', '/queues/%2F/list.Z', { body: {} });
    expect(await names()).toEqual([{ name: 'list.C' }, { name: 'list.Z' }, { name: 'list.b' }]);
    for (const name of ['list.Z', 'list.b', 'list.C']) await ask('DELETE', `/queues/%2F/${name}`);
  });
});

describe('exchanges and bindings', () => {
  it('are declared, bound, listed and deleted', async () => {
    await ask('PUT', '/queues/%2F/b', { body: {} });
    expect(await outcome('PUT', '/exchanges/%2F/x', { type: 'topic' })).toBe(201);
    expect(await outcome('PUT', '/exchanges/%2F/x', { type: 'topic' })).toBe(204);
    expect(await outcome('PUT', '/exchanges/%2F/x', {})).toEqual([
      400,
      "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'direct' but current is 'topic'",
    ]);
    expect(await outcome('PUT', '/exchanges/%2F/y', { type: 'nonsense' })).toEqual([
      400,
      "unknown exchange type 'nonsense'",
    ]);
    expect(await outcome('PUT', '/exchanges/%2F/amq.default', {})).toEqual([401, 'Access refused.']);
    expect(await get('/exchanges/%2F/amq.default')).toMatchObject({ name: '', type: 'direct' });
    const made = await ask('POST', '/bindings/%2F/e/x/q/b', { body: { routing_key: 'a #/~', arguments: { n: 1 } } });
    const [, key] = made.headers.get('location')!.split('/');
    expect(made.status).toBe(201);
    const [, binding] = (await get('/queues/%2F/b/bindings')) as { properties_key: string }[];
    expect(binding).toEqual({
      source: 'x',
      vhost: '/',
      destination: 'b',
      destination_type: 'queue',
      routing_key: 'a #/~',
      arguments: { n: 1 },
      properties_key: decodeURIComponent(key),
    });
    expect(binding.properties_key).toMatch(/^a\+%23%2F%7E~[\w-]{6}$/);
    expect(await get(`/bindings/%2F/e/x/q/b/${key}`)).toEqual(binding);
    expect(await get('/exchanges/%2F/x/bindings/source')).toEqual([binding]);
    expect(await outcome('DELETE', '/exchanges/%2F/x?if-unused=true')).toEqual([
      400,
      "exchange 'x' in vhost '/' in use",
    ]);
    expect(await outcome('DELETE', `/bindings/%2F/e/x/q/b/${key}`)).toBe(204);
    expect(await outcome('DELETE', `/bindings/%2F/e/x/q/b/${key}`)).toEqual([404, 'Not Found']);
    const plain = await ask('POST', '/bindings/%2F/e/x/q/b', { body: {} });
    expect([plain.status, plain.headers.get('location')]).toEqual([201, 'b/~']);
    // Half a character is no text, and has a key all the same.
    expect(await outcome('POST', '/bindings/%2F/e/x/q/b', { routing_key: '\ud800' })).toBe(201);
    expect(await outcome('POST', '/bindings/%2F/e/x/q/none', {})).toEqual([404, "no queue 'none' in vhost '/'"]);
    expect(await get('/bindings/%2F/e/nope/q/none')).toEqual([]);
    expect(await outcome('DELETE', '/exchanges/%2F/x')).toBe(204);
    await ask('DELETE', '/queues/%2F/b');
  });
});

describe('messages', () => {
  const message = { properties: {}, routing_key: 'm', payload: 'hi', payload_encoding: 'string' };
  const take = { ackmode: 'ack_requeue_true', count: '5', encoding: 'auto' };

  it('are published, looked at, taken, and counted at once', async () => {
    await ask('PUT', '/queues/%2F/m', { body: {} });
    const publish = (body: object): Promise<unknown> =>
      ask('POST', '/exchanges/%2F/amq.default/publish', { body }).then(({ json }) => json);
    expect(await publish(message)).toEqual({ routed: true });
    expect(await publish({ ...message, routing_key: 'none' })).toEqual({ routed: false });
    const properties = { delivery_mode: 2, headers: { a: 1 }, content_type: 'text/plain' };
    await publish({
      ...message,
      properties,
      payload: Buffer.from([0xff]).toString('base64'),
      payload_encoding: 'base64',
    });
    expect((await ask('POST', '/queues/%2F/m/get', { body: take })).json).toEqual([
      {
        payload_bytes: 2,
        redelivered: false,
        exchange: '',
        routing_key: 'm',
        message_count: 1,
        properties: [],
        payload: 'hi',
        payload_encoding: 'string',
      },
      {
        payload_bytes: 1,
        redelivered: false,
        exchange: '',
        routing_key: 'm',
        message_count: 0,
        properties,
        payload: '/w==',
        payload_encoding: 'base64',
      },
    ]);
    expect(await get('/queues/%2F/m')).toMatchObject({ messages: 2, message_stats: { publish: 2, get: 2 } });
    const taken = await ask('POST', '/queues/%2F/m/get', {
      body: { ...take, ackmode: 'ack_requeue_false', truncate: 1 },
    });
    expect(taken.json).toMatchObject([{ payload: 'h', payload_bytes: 2, redelivered: true }, { redelivered: true }]);
    expect(await get('/queues/%2F/m')).toMatchObject({ messages: 0 });
    await publish(message);
    expect(await outcome('DELETE', '/queues/%2F/m/contents')).toBe(204);
    expect(await get('/overview')).toMatchObject({ queue_totals: { messages: 0 }, message_stats: { publish: 4 } });
  });

  it('are taken until there is enough for an answer, and the others stay', async () => {
    const channel = await client.createConfirmChannel();
    const large = Buffer.alloc(25 * 1024 * 1024);
    for (let number = 0; number < 2; number++) channel.sendToQueue('m', large);
    await channel.waitForConfirms();
    const body = { ...take, ackmode: 'ack_requeue_false', encoding: 'base64' };
    const taken = await ask('POST', '/queues/%2F/m/get', { body });
    expect(taken.json).toMatchObject([{ payload_bytes: large.length, message_count: 1 }]);
    expect(await get('/queues/%2F/m')).toMatchObject({ messages: 1 });
    await outcome('DELETE', '/queues/%2F/m/contents');
    await channel.close();
  });

  it('are refused with the words of RabbitMQ', async () => {
    const publish = (body: object, exchange = 'amq.default'): Promise<unknown> =>
      outcome('POST', `/exchanges/%2F/${exchange}/publish`, body);
    expect(await publish({ routing_key: '' })).toEqual([
      400,
      '[{key_missing,properties},\n {key_missing,payload},\n {key_missing,payload_encoding}]',
    ]);
    expect(await publish(message, 'none')).toEqual([400, "404 NOT_FOUND - no exchange 'none' in vhost '/'"]);
    expect(await publish({ ...message, payload_encoding: 'x' })).toEqual([400, ['unsupported_encoding', 'x']]);
    expect(await publish({ ...message, payload: '!!', payload_encoding: 'base64' })).toEqual([
      400,
      ['not_base64', '!!'],
    ]);
    expect(await publish({ ...message, properties: { delivery_mode: 'x' } })).toEqual([
      400,
      ['not_int', 'delivery_mode'],
    ]);
    expect(await publish({ ...message, properties: { headers: { a: null } } })).toEqual([400, 'null_not_allowed']);
    expect(await outcome('POST', '/queues/%2F/none/get', take)).toEqual([
      404,
      "NOT_FOUND - no queue 'none' in vhost '/'",
    ]);
    expect(await outcome('POST', '/queues/%2F/m/get', { ...take, encoding: 'x' })).toEqual([
      400,
      'Unsupported encoding. Please use auto or base64.',
    ]);
    await ask('DELETE', '/queues/%2F/m');
  });
});

describe('clients', () => {
  it('are shown with their channels and consumers, and closed with a reason', async () => {
    const other = await amqp.connect(broker.url, { clientProperties: { connection_name: 'doomed' } });
    const channel = await other.createConfirmChannel();
    await channel.prefetch(7);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.consume(queue, () => undefined, { consumerTag: 'tag' });
    const connections = (await get('/connections')) as { name: string; user_provided_name: string }[];
    const { name } = connections.find((connection) => connection.user_provided_name === 'doomed')!;
    const path = `/connections/${encodeURIComponent(name)}`;
    expect(await get(path)).toMatchObject({
      user: 'guest',
      vhost: '/',
      state: 'running',
      channels: 1,
      protocol: 'AMQP 0-9-1',
      type: 'network',
      ssl: false,
      auth_mechanism: 'PLAIN',
      client_properties: { connection_name: 'doomed' },
    });
    expect(await get(`${path}/channels`)).toMatchObject([
      { number: 1, confirm: true, prefetch_count: 7, consumer_count: 1, name: `${name} (1)` },
    ]);
    expect(await get('/consumers/%2F')).toMatchObject([
      { consumer_tag: 'tag', ack_required: true, prefetch_count: 7, queue: { name: queue, vhost: '/' } },
    ]);
    expect(await get(`/queues/%2F/${queue}`)).toMatchObject({
      exclusive: true,
      owner_pid_details: { name },
      consumer_details: [{ consumer_tag: 'tag' }],
    });
    const closed = new Promise<Error>((resolve) => other.on('close', resolve));
    expect((await ask('DELETE', path, { headers: { 'x-reason': 'out you go' } })).status).toBe(204);
    expect((await closed).message).toContain('CONNECTION_FORCED - out you go');
    expect(await outcome('GET', path)).toEqual([404, 'Not Found']);
  });
});

describe('the broker', () => {
  it('is shown as a whole', async () => {
    expect(await get('/overview')).toMatchObject({
      product_name: 'RabbitMQ',
      object_totals: { connections: 1, queues: 0, exchanges: 7 },
      listeners: [
        { protocol: 'amqp', port: broker.port },
        { protocol: 'http', port: broker.managementPort },
      ],
    });
    const [node] = (await get('/nodes')) as { name: string }[];
    expect(node).toMatchObject({ running: true, mem_alarm: false, disk_free_alarm: false, partitions: [] });
    expect(await get(`/nodes/${encodeURIComponent(node.name)}`)).toMatchObject({ name: node.name });
    expect(await outcome('GET', '/nodes/rabbit%40nowhere')).toEqual([404, 'Not Found']);
  });

  it('answers health checks', async () => {
    for (const path of [
      'alarms',
      'local-alarms',
      'virtual-hosts',
      'is-in-service',
      'certificate-expiration/1/months',
    ]) {
      expect(await get(`/health/checks/${path}`)).toEqual({ status: 'ok' });
    }
    expect(await get(`/health/checks/port-listener/${broker.port}`)).toEqual({ status: 'ok', port: broker.port });
    const closed = await ask('GET', '/health/checks/port-listener/9');
    const ports = [broker.port, broker.managementPort];
    expect([closed.status, closed.json]).toEqual([
      503,
      { status: 'failed', reason: 'No active listener', missing: 9, ports },
    ]);
    expect(await get('/health/checks/protocol-listener/amqp091')).toEqual({ status: 'ok', protocol: 'amqp' });
    expect((await ask('GET', '/health/checks/protocol-listener/foo')).status).toBe(503);
    expect(await outcome('GET', '/health/checks/nope')).toEqual([404, 'Not Found']);
    expect(await get('/aliveness-test/%2F')).toEqual({ status: 'ok' });
    expect(await outcome('DELETE', '/queues/%2F/aliveness-test')).toBe(204);
  });

  it('gives its definitions and takes them', async () => {
    const definitions = { queues: [{ name: 'd', vhost: '/', durable: true, auto_delete: false, arguments: {} }] };
    expect(await outcome('POST', '/definitions', definitions)).toBe(204);
    expect(await get('/definitions')).toMatchObject({ queues: [{ name: 'd' }], users: [{ name: 'guest' }] });
    expect(await outcome('POST', '/definitions/%2F', { queues: [{ name: 'e', durable: true }] })).toBe(204);
    expect(await get('/definitions/%2F')).toMatchObject({ queues: [{ name: 'd' }, { name: 'e' }] });
    expect(await outcome('POST', '/definitions', '{')).toEqual([400, 'failed_to_parse_json']);
    const form = new FormData();
    form.append('file', new Blob([JSON.stringify({ queues: [{ name: 'f', vhost: '/', durable: true }] })]), 'd.json');
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    const url = `http://127.0.0.1:${broker.managementPort}/api/definitions`;
    const uploaded = await fetch(url, { method: 'POST', body: form, headers: { authorization } });
    expect(uploaded.status).toBe(204);
    expect(await get('/queues/%2F/f')).toMatchObject({ name: 'f', durable: true });
  });
});
