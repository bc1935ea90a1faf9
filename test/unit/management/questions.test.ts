/** What the API answers beyond RabbitMQ's: where a key would go, whether a user may, what a policy would be for, what counts for a queue. */
import amqp, { type Channel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
let client: amqp.ChannelModel;
let channel: Channel;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  client = await amqp.connect(broker.url);
  channel = await client.createChannel();
  await broker.users.create('shop', 'secret', ['management']);
});
afterAll(async () => {
  await client.close();
  await broker.stop();
});

const get = async (path: string): Promise<unknown> => (await ask('GET', path)).json;

describe('where a key would go', () => {
  const route = (exchange: string, query: Readonly<Record<string, string>>) =>
    ask('GET', `/exchanges/%2F/${exchange}/route?${new URLSearchParams(query).toString()}`);

  it('is told with the bindings that match, from exchange to exchange, and nothing is published', async () => {
    await channel.assertExchange('first', 'topic');
    await channel.assertExchange('second', 'headers');
    for (const queue of ['a', 'b']) await channel.assertQueue(queue);
    await channel.bindQueue('a', 'first', 'order.*');
    await channel.bindExchange('second', 'first', '#');
    await channel.bindQueue('b', 'second', '', { tenant: 'acme', 'x-match': 'all' });
    const plain = (await route('first', { routing_key: 'order.new' })).json;
    expect(plain).toMatchObject({
      queues: ['a'],
      delayed: false,
      bindings: [{ destination: 'a', routing_key: 'order.*' }, { destination: 'second' }],
    });
    const headers = JSON.stringify({ tenant: 'acme' });
    expect((await route('first', { routing_key: 'x', headers })).json).toMatchObject({ queues: ['b'] });
    expect((await route('first', { routing_key: 'x', headers: '{"CC":["order.too"]}' })).json).toMatchObject({
      queues: ['a'],
    });
    expect((await route('amq.default', { routing_key: 'b' })).json).toEqual({
      bindings: [],
      queues: ['b'],
      delayed: false,
    });
    expect((await channel.checkQueue('a')).messageCount).toBe(0);
  });

  it('is told of what would wait, and refused for what AMQP cannot carry', async () => {
    await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'fanout' } });
    expect((await route('later', { headers: '{"x-delay":1000}' })).json).toMatchObject({ delayed: true, queues: [] });
    expect((await route('first', { routing_key: 'x'.repeat(256) })).status).toBe(400);
    expect((await route('first', { headers: '[' })).json).toEqual({ error: 'bad_request', reason: 'not_json' });
    expect((await route('nowhere', {})).status).toBe(404);
  });
});

describe('whether a user may do something', () => {
  const access = (query: Readonly<Record<string, string>>) =>
    ask('GET', `/users/shop/access?${new URLSearchParams({ vhost: '/', ...query }).toString()}`);

  it('is told by the rules that decide', async () => {
    const write = { operation: 'write', kind: 'exchange', name: 'first' };
    expect((await access(write)).json).toEqual({ allowed: false, rules: [{ rule: 'permission', allows: false }] });
    await broker.users.setPermissions('shop', '/', { configure: '', write: '^first$|^amq.default$', read: '' });
    await broker.users.setTopicPermissions('shop', '/', 'first', { write: '^order', read: '' });
    expect((await access({ ...write, routing_key: 'order.new' })).json).toEqual({
      allowed: true,
      rules: [
        { rule: 'permission', pattern: '^first$|^amq.default$', allows: true },
        { rule: 'topic-permission', pattern: '^order', allows: true },
      ],
    });
    expect((await access({ ...write, routing_key: 'other' })).json).toMatchObject({ allowed: false });
    expect((await access({ ...write, name: '' })).json).toMatchObject({ allowed: true });
    expect((await access({ operation: 'read', kind: 'queue', name: 'a' })).json).toMatchObject({ allowed: false });
  });

  it('is a question with an operation, of a vhost that there is, for administrators', async () => {
    expect((await access({ operation: 'dance' })).status).toBe(400);
    expect((await access({ operation: 'read', vhost: 'nope' })).status).toBe(404);
    expect((await ask('GET', '/users/shop/access?operation=read', { as: 'shop:secret' })).status).toBe(401);
  });
});

describe('what a policy would be for', () => {
  it('is told for each queue and exchange, with the policy that counts there', async () => {
    await broker.policies.set({ name: 'strong', pattern: '^a$', priority: 5, definition: { expires: 60_000 } });
    const query = new URLSearchParams({
      name: 'mine',
      pattern: '^(a|b|first)$',
      'apply-to': 'queues',
      definition: '{"expires":1000}',
    });
    expect(await get(`/policy-preview/%2F?${query.toString()}`)).toEqual({
      matched: 2,
      applied: 1,
      items: [
        { kind: 'queue', name: 'a', policy: 'strong', applies: false },
        { kind: 'queue', name: 'b', policy: 'mine', applies: true },
      ],
    });
    expect(await get('/policies')).toHaveLength(1);
    query.set('pattern', '(');
    expect((await ask('GET', `/policy-preview/%2F?${query.toString()}`)).status).toBe(400);
  });
});

describe('queues', () => {
  it('tell what counts for them, whoever said it', async () => {
    await channel.assertQueue('bounded', { arguments: { 'x-max-length': 100 } });
    await broker.policies.set({
      name: 'limit',
      operator: true,
      pattern: '^bounded$',
      definition: { 'max-length': 10 },
    });
    expect(await get('/queues/%2F/bounded')).toMatchObject({
      arguments: { 'x-max-length': 100 },
      effective_arguments: { 'x-max-length': 10 },
    });
  });

  it('are listed by type and by state', async () => {
    await channel.assertQueue('stream', { arguments: { 'x-queue-type': 'stream' } });
    const names = async (query: string) =>
      ((await get(`/queues?columns=name&${query}`)) as { name: string }[]).map(({ name }) => name);
    expect(await names('type=stream')).toEqual(['stream']);
    expect(await names('state=stopped')).toEqual([]);
    expect(await names('state=running&type=classic')).toEqual(['a', 'b', 'bounded']);
  });
});
