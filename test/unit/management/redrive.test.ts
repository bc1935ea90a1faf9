/** Moving messages as a job over HTTP: back to where they died, or to an exchange; and the messages that wait at delayed exchanges. */
import amqp from 'amqplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker } from '../../../src/testing/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';
import { PATIENCE } from '../../support/patience.ts';

let broker: TestBroker;
let ask: Ask;
let client: amqp.ChannelModel;
let channel: amqp.ConfirmChannel;

beforeAll(async () => {
  broker = await TestBroker.start({ managementPort: 0, clock: 'manual', patience: PATIENCE });
  ask = apiOf(broker);
  client = await amqp.connect(broker.url);
  channel = await client.createConfirmChannel();
});
afterAll(async () => {
  await client.close();
  await broker.stop();
});

interface JobShown {
  readonly id: number;
  readonly state: string;
}

async function redrive(queue: string, body: object): Promise<number> {
  const { status, text, headers } = await ask('POST', `/queues/%2F/${queue}/redrive`, { body });
  expect(status, text).toBe(202);
  const { id } = JSON.parse(text) as JobShown;
  expect(headers.get('location')).toBe(`/api/jobs/${id}`);
  return id;
}

const jobOf = async (id: number): Promise<unknown> => (await ask('GET', `/jobs/${id}`)).json;
const end = (id: number) => expect.poll(() => jobOf(id)).toMatchObject({ state: 'completed' });

async function drain(queue: string): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) return found;
    found.push(message.content.toString());
  }
}

describe('a redrive', () => {
  beforeEach(async () => {
    for (const queue of ['work', 'copy', 'dead']) await channel.deleteQueue(queue);
    await channel.assertQueue('work', { deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
    await channel.assertQueue('copy');
    await channel.assertQueue('dead');
    for (const queue of ['work', 'copy']) await channel.bindQueue(queue, 'amq.topic', 'orders.#');
  });

  const die = async (key: string, ...texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      channel.publish('amq.topic', key, Buffer.from(text), { headers: { first: text[0] } });
      await channel.waitForConfirms();
      channel.reject((await channel.get('work')) as amqp.GetMessage, false);
    }
  };

  it('brings dead letters back to the queue they died in, and to no other, as they were published', async () => {
    await die('orders.new', 'a', 'b');
    channel.sendToQueue('dead', Buffer.from('never died'));
    await drain('copy');
    const id = await redrive('dead', {});
    await end(id);
    expect(await jobOf(id)).toMatchObject({ messages: 3, examined: 3, moved: 2, left: 1, vhost: '/', user: 'guest' });
    const back = (await channel.get('work', { noAck: true })) as amqp.GetMessage;
    expect(back.fields).toMatchObject({ exchange: 'amq.topic', routingKey: 'orders.new' });
    expect(back.properties.headers).toHaveProperty('x-death');
    expect([await drain('work'), await drain('copy'), await drain('dead')]).toEqual([['b'], [], ['never died']]);
  });

  it('moves those that are asked for to an exchange, and leaves the others in their order', async () => {
    for (const text of ['a1', 'b1', 'a2', 'b2', 'a3']) {
      channel.sendToQueue('dead', Buffer.from(text), { headers: { kind: text[0] } });
    }
    await channel.waitForConfirms();
    const destination = { exchange: 'amq.topic', routing_key: 'orders.old' };
    await end(await redrive('dead', { destination, filter: { header: 'kind', header_value: 'a' }, count: 2 }));
    expect([await drain('copy'), await drain('work')]).toEqual([
      ['a1', 'a2'],
      ['a1', 'a2'],
    ]);
    expect(await drain('dead')).toEqual(['b1', 'b2', 'a3']);
  });

  it('leaves what no queue takes, and ends though it feeds its own queue', async () => {
    for (const text of ['a', 'b']) channel.sendToQueue('dead', Buffer.from(text));
    await channel.waitForConfirms();
    const nowhere = await redrive('dead', { destination: { exchange: 'amq.direct', routing_key: 'nowhere' } });
    await end(nowhere);
    expect(await jobOf(nowhere)).toMatchObject({ moved: 0, left: 2 });
    const round = await redrive('dead', { destination: { exchange: '', routing_key: 'dead' } });
    await end(round);
    expect(await jobOf(round)).toMatchObject({ moved: 2 });
    await channel.deleteQueue('copy');
    await channel.assertQueue('copy', { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } });
    const refused = await redrive('dead', { destination: { exchange: '', routing_key: 'copy' } });
    await end(refused);
    expect(await jobOf(refused)).toMatchObject({ moved: 1, left: 1 });
    expect([await drain('copy'), await drain('dead')]).toEqual([['a'], ['b']]);
  });

  it('keeps its rate, is cancelled, and counts for the consumers of both queues', async () => {
    for (let i = 0; i < 20; i++) channel.sendToQueue('dead', Buffer.from(String(i)));
    await channel.waitForConfirms();
    const id = await redrive('dead', { destination: { exchange: '', routing_key: 'copy' }, rate: 1 });
    await expect.poll(() => jobOf(id)).toMatchObject({ state: 'running', moved: 1 });
    expect((await ask('GET', '/jobs')).json).toContainEqual(expect.objectContaining({ id, state: 'running' }));
    await broker.users.create('other', 'secret', ['monitoring']);
    expect((await ask('DELETE', `/jobs/${id}`, { as: 'other:secret' })).status).toBe(401);
    expect((await ask('DELETE', `/jobs/${id}`)).status).toBe(204);
    expect(await jobOf(id)).toMatchObject({ state: 'cancelled', moved: 1 });
    expect((await channel.checkQueue('dead')).messageCount).toBe(19);
  });

  it('is for who may read the one and write the other', async () => {
    await broker.users.create('mover', 'secret', ['management']);
    await broker.users.setPermissions('mover', '/', { configure: '', write: '^work$', read: '^dead$' });
    const refused = await ask('POST', '/queues/%2F/dead/redrive', { as: 'mover:secret', body: {} });
    expect([refused.status, refused.json]).toEqual([401, { error: 'not_authorised', reason: 'Access refused.' }]);
    const internal = { destination: { exchange: 'none' } };
    expect((await ask('POST', '/queues/%2F/dead/redrive', { body: internal })).status).toBe(404);
    for (const body of [{ rate: 0 }, { rate: 'fast' }, { count: -1 }, { filter: [1] }, { destination: 'x' }]) {
      expect((await ask('POST', '/queues/%2F/dead/redrive', { body })).status, JSON.stringify(body)).toBe(400);
    }
    await channel.assertQueue('kept', { arguments: { 'x-queue-type': 'stream' } });
    expect((await ask('POST', '/queues/%2F/kept/redrive', { body: {} })).status).toBe(400);
    for (const id of ['0', '9999', 'x']) expect((await ask('GET', `/jobs/${id}`)).status).toBe(404);
  });
});

it('the messages of a delayed exchange are listed, and cancelled one by one', async () => {
  await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'fanout' } });
  await channel.assertQueue('sooner');
  await channel.bindQueue('sooner', 'later', '');
  for (const [text, delay] of [
    ['gone', 400],
    ['stays', 500],
    ['hours', 3_600_000],
  ] as const) {
    channel.publish('later', 'key', Buffer.from(text), { headers: { 'x-delay': delay } });
  }
  await channel.waitForConfirms();
  const { items } = (await ask('GET', '/exchanges/%2F/later/messages')).json as { items: { position: number }[] };
  expect(items).toMatchObject([{ payload: 'gone', routing_key: 'key' }, { payload: 'stays' }, { payload: 'hours' }]);
  expect(items[0]).toHaveProperty('due_at');
  expect(items[0]).toHaveProperty('state', 'delayed');
  const inState = (state: string) => ask('GET', `/exchanges/%2F/later/messages?state=${state}`);
  expect((await inState('delayed')).json).toMatchObject({ items });
  expect((await inState('ready')).json).toMatchObject({ items: [], next: null });
  const path = `/exchanges/%2F/later/messages/${items[0].position}`;
  expect([(await ask('DELETE', path)).status, (await ask('DELETE', path)).status]).toEqual([204, 404]);
  await broker.clock.advance(500);
  await broker.queue('sooner').toReceive({ text: 'stays' });
  expect(await drain('sooner')).toEqual(['stays']);
  const left = (await ask('GET', '/exchanges/%2F/later/messages?text=hours')).json;
  expect(left).toMatchObject({ items: [{ payload: 'hours' }], next: null });
  expect((await ask('DELETE', `/exchanges/%2F/later/messages/${items[2].position}`)).status).toBe(204);
  expect((await ask('GET', '/exchanges/%2F/later')).json).toMatchObject({ messages_delayed: 0 });
  expect((await ask('GET', '/exchanges/%2F/amq.topic/messages')).status).toBe(404);
  expect((await ask('DELETE', '/exchanges/%2F/later/messages/x')).status).toBe(404);
});
