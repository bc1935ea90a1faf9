/** Quorum queues have one member here, and endpoints that RabbitMQ 3.13 and later have: statuses and words by RabbitMQ's source for one node. */
import amqp from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

const NODE = 'rabbit@meadow';
const OTHER = 'rabbit@other';
const GROWTH = { vhost_pattern: '.*', queue_pattern: '.*', strategy: 'all' };

let broker: Broker;
let ask: Ask;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0, nodeName: NODE });
  ask = apiOf(broker);
  for (const type of ['quorum', 'classic', 'stream']) {
    await ask('PUT', `/queues/%2F/${type}`, { body: { durable: true, arguments: { 'x-queue-type': type } } });
  }
});
afterAll(() => broker.stop());

/** Status, and the reason if there is one. */
async function outcome(method: string, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await ask(method, path, { body });
  return text === '' ? status : [status, (JSON.parse(text) as { reason?: string }).reason];
}

it('shows the one member of a quorum queue', async () => {
  const { status, json } = await ask('GET', '/queues/quorum/%2F/quorum/status');
  expect([status, json]).toEqual([200, [{ 'Node Name': NODE, 'Raft State': 'leader', Membership: 'voter' }]]);
});

it.each([
  ['GET', '%2F/classic/status', undefined, [503, 'classic_queue_not_supported']],
  ['GET', '%2F/stream/status', undefined, [503, 'not_quorum_queue']],
  ['GET', '%2F/nope/status', undefined, [404, 'Not Found']],
  ['GET', 'nope/quorum/status', undefined, [404, 'Not Found']],
  ['POST', '%2F/quorum/replicas/add', { node: NODE }, 204],
  ['POST', '%2F/quorum/replicas/add', { node: OTHER }, [503, 'node_not_running']],
  ['POST', '%2F/quorum/replicas/add', {}, [400, '[{key_missing,node}]']],
  ['POST', '%2F/classic/replicas/add', { node: NODE }, [503, 'classic_queue_not_supported']],
  ['POST', '%2F/nope/replicas/add', { node: NODE }, [404, 'Not Found']],
  ['DELETE', '%2F/quorum/replicas/delete', { node: NODE }, [503, 'last_node']],
  ['DELETE', '%2F/quorum/replicas/delete', { node: OTHER }, 202],
  ['DELETE', '%2F/stream/replicas/delete', { node: OTHER }, [503, 'not_quorum_queue']],
  ['POST', `replicas/on/${NODE}/grow`, GROWTH, 204],
  ['POST', `replicas/on/${NODE}/grow`, {}, [400, expect.stringContaining('{key_missing,queue_pattern}')]],
  ['POST', `replicas/on/${OTHER}/grow`, GROWTH, [404, 'Not Found']],
  ['DELETE', `replicas/on/${NODE}/shrink`, undefined, 202],
] as const)('%s %s %j', async (method, path, body, answer) => {
  expect(await outcome(method, `/queues/quorum/${path}`, body)).toEqual(answer);
  expect((await ask('GET', '/queues/quorum/%2F/quorum/status')).status).toBe(200);
});

it('shows a member only to who sees the vhost', async () => {
  await broker.users.create('hare', 'secret', ['management']);
  const { status } = await ask('GET', '/queues/quorum/%2F/quorum/status', { as: 'hare:secret' });
  expect(status).toBe(401);
});

it('lists queues with all figures, before a vhost of this name', async () => {
  await ask('PUT', '/vhosts/detailed');
  const { json } = await ask('GET', '/queues/detailed?columns=name,messages&sort=name');
  expect(json).toEqual(['classic', 'quorum', 'stream'].map((name) => ({ name, messages: 0 })));
  expect(await outcome('GET', '/queues/detailed/q')).toEqual([404, 'Not Found']);
});

it('has no sessions of AMQP 1.0', async () => {
  const client = await amqp.connect(broker.url);
  const [{ name }] = (await ask('GET', '/connections')).json as [{ name: string }];
  expect(await outcome('GET', `/connections/${encodeURIComponent(name)}/sessions`)).toEqual([
    400,
    'connection does not use AMQP 1.0',
  ]);
  expect(await outcome('GET', '/connections/nope/sessions')).toEqual([404, 'Not Found']);
  await client.close();
});
