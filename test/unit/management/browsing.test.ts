/** Looking at the messages of queues and streams over HTTP, without taking any. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

interface Item {
  readonly position: number;
  readonly state: string;
  readonly routing_key: string;
  readonly payload: string;
  readonly due_at?: number;
}
interface Page {
  readonly items: readonly Item[];
  readonly next: number | null;
}

const folder = mkdtempSync(join(tmpdir(), 'leveret-test-'));
let broker: Broker;
let ask: Ask;
let client: amqp.ChannelModel;
let channel: amqp.ConfirmChannel;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0, dataDir: folder });
  ask = apiOf(broker);
  client = await amqp.connect(broker.url);
  channel = await client.createConfirmChannel();
});
afterAll(async () => {
  await client.close();
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

const browse = async (queue: string, query = ''): Promise<Page> => {
  const { status, text, json } = await ask('GET', `/queues/%2F/${queue}/messages?${query}`);
  expect(status, text).toBe(200);
  return json as Page;
};
const payloads = ({ items }: Page): string[] => items.map(({ payload }) => payload);

/** All pages of so many messages. */
async function allPages(queue: string, query: string): Promise<string[]> {
  const found: string[] = [];
  let from = '';
  for (;;) {
    const page = await browse(queue, query + from);
    found.push(...payloads(page));
    if (page.next === null) return found;
    from = `&from=${page.next}`;
  }
}

describe('the messages of a queue', () => {
  it('are shown with what is known of each, and stay as they are', async () => {
    await channel.assertQueue('q');
    channel.sendToQueue('q', Buffer.from('first'), { headers: { tenant: 'a', n: 1 }, expiration: '600000' });
    channel.publish('amq.fanout', 'lost', Buffer.from('nowhere'));
    channel.sendToQueue('q', Buffer.from([0xff, 0xfe]), { headers: { tenant: 'b' } });
    channel.sendToQueue('q', Buffer.from('third'), { messageId: 'id-3' });
    await channel.waitForConfirms();
    const taken = (await channel.get('q')) as amqp.GetMessage;
    const before = await ask('GET', '/queues/%2F/q?columns=messages_ready,messages_unacknowledged');
    const page = await browse('q');
    expect(page).toMatchObject({
      next: null,
      examined: 3,
      items: [
        {
          state: 'unacknowledged',
          redelivered: false,
          delivery_count: 1,
          exchange: '',
          routing_key: 'q',
          payload: 'first',
          payload_bytes: 5,
          payload_encoding: 'string',
          properties: { headers: { tenant: 'a', n: 1 }, expiration: '600000' },
        },
        { state: 'ready', delivery_count: 0, payload: '//4=', payload_encoding: 'base64' },
        { state: 'ready', payload: 'third', properties: { message_id: 'id-3' } },
      ],
    });
    expect(page.items[0]).toHaveProperty('expires_at');
    expect(page.items[1]).not.toHaveProperty('expires_at');
    expect((await ask('GET', '/queues/%2F/q?columns=messages_ready,messages_unacknowledged')).json).toEqual(
      before.json,
    );
    channel.nack(taken);
    await expect
      .poll(async () => (await browse('q')).items[0])
      .toMatchObject({ state: 'ready', redelivered: true, delivery_count: 1 });
  });

  it.each([
    ['state=ready&count=1', ['first']],
    ['state=unacknowledged', []],
    ['routing_key=q&header=tenant', ['first', '//4=']],
    ['header=tenant%3Db', ['//4=']],
    ['header=n%3D1', ['first']],
    ['text=hir', ['third']],
    ['routing_key=other', []],
    ['truncate=2&count=1', ['fi']],
  ])('are found by %s', async (query, expected) => {
    expect(payloads(await browse('q', query))).toEqual(expected);
  });

  it('are paged, those of a higher priority first, while messages come and go', async () => {
    await channel.assertQueue('p', { maxPriority: 2 });
    for (const [text, priority] of [
      ['low', 0],
      ['high', 2],
      ['middle', 1],
      ['high too', 2],
    ] as const) {
      channel.sendToQueue('p', Buffer.from(text), { priority });
    }
    await channel.waitForConfirms();
    expect(await allPages('p', 'count=1')).toEqual(['high', 'high too', 'middle', 'low']);
    const { next } = await browse('p', 'count=2');
    await channel.get('p', { noAck: true });
    await channel.get('p', { noAck: true });
    expect(payloads(await browse('p', `from=${next}`))).toEqual(['middle', 'low']);
  });

  it('are read from disk where they are out of memory, a bounded number of bytes a request', async () => {
    await channel.assertQueue('large');
    const body = Buffer.alloc(300_000, 'x');
    for (let i = 0; i < 60; i++) channel.sendToQueue('large', body, { persistent: true, messageId: String(i) });
    await channel.waitForConfirms();
    const page = await browse('large', 'count=500&truncate=1000000');
    // A page has some megabytes of payload at most.
    expect(page.items.length).toBeGreaterThan(10);
    expect(page.items.length).toBeLessThan(60);
    expect(await allPages('large', 'count=500&truncate=3')).toEqual(Array<string>(60).fill('xxx'));
    expect(await browse('large', 'text=none')).toMatchObject({ items: [] });
    await channel.deleteQueue('large');
  });

  it('are for who may read the queue, and for questions that make sense', async () => {
    await broker.users.create('looker', 'secret', ['monitoring']);
    const refused = await ask('GET', '/queues/%2F/q/messages', { as: 'looker:secret' });
    expect([refused.status, refused.json]).toEqual([401, { error: 'not_authorised', reason: 'Access refused.' }]);
    expect((await ask('GET', '/queues/%2F/none/messages')).status).toBe(404);
    for (const [query, reason] of [
      ['count=0', 'count has to be a number from 1 to 500'],
      ['truncate=-1', 'truncate has to be a number from 0 to 9007199254740991'],
      ['state=lost', "'lost' is no state of messages: there are ready, unacknowledged, delayed, dead"],
      ['from=last', "'last' is no place in the queue"],
      ['encoding=x', 'Unsupported encoding. Please use auto or base64.'],
    ]) {
      const { status, json } = await ask('GET', `/queues/%2F/q/messages?${query}`);
      expect([status, json]).toEqual([400, { error: 'bad_request', reason }]);
    }
  });
});

it('the whole body of a message is had as its bytes are, and no browser runs it', async () => {
  await channel.assertQueue('bytes');
  const body = Buffer.alloc(100_000, '<script>\u{1f407}');
  channel.sendToQueue('bytes', body, { contentType: 'text/html' });
  await channel.waitForConfirms();
  const [{ position }] = (await browse('bytes')).items;
  const { managementPort } = broker;
  const whole = await fetch(`http://127.0.0.1:${managementPort}/api/queues/%2F/bytes/messages/${position}/body`, {
    headers: { authorization: `Basic ${btoa('guest:guest')}` },
  });
  expect(Buffer.from(await whole.arrayBuffer()).equals(body)).toBe(true);
  expect(whole.headers.get('content-type')).toBe('application/octet-stream');
  expect(whole.headers.get('content-disposition')).toBe(`attachment; filename=message-${position}`);
  expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
  for (const other of [position + 1, 'first', '-1']) {
    expect([other, (await ask('GET', `/queues/%2F/bytes/messages/${other}/body`)).status]).toEqual([other, 404]);
  }
  await channel.deleteQueue('bytes');
});

it('messages that wait to be retried are told apart, and cancelled one by one', async () => {
  const args = { 'x-queue-type': 'quorum', 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 600_000 };
  await channel.assertQueue('retried', { arguments: args });
  for (const text of ['again', 'and again']) channel.sendToQueue('retried', Buffer.from(text));
  await channel.waitForConfirms();
  const began = Date.now();
  for (let i = 0; i < 2; i++) channel.nack((await channel.get('retried')) as amqp.GetMessage);
  await expect.poll(async () => payloads(await browse('retried', 'state=delayed'))).toEqual(['again', 'and again']);
  expect((await browse('retried', 'state=unacknowledged')).items).toEqual([]);
  const [first, second] = (await browse('retried')).items;
  expect(first.due_at).toBeGreaterThanOrEqual(began + 600_000);
  const cancel = async (position: number): Promise<number> =>
    (await ask('DELETE', `/queues/%2F/retried/messages/${position}`)).status;
  expect(await cancel(first.position)).toBe(204);
  expect(await cancel(first.position)).toBe(404);
  expect(payloads(await browse('retried'))).toEqual(['and again']);
  const left = await ask('GET', '/queues/%2F/retried?columns=messages,messages_delayed');
  expect(left.json).toMatchObject({ messages_delayed: 1 });
  channel.sendToQueue('retried', Buffer.from('ready'));
  await channel.waitForConfirms();
  expect(await cancel(second.position + 1)).toBe(404);
});

it('a stream is looked at from an offset, from its end, or from a moment', async () => {
  await channel.assertQueue('s', { arguments: { 'x-queue-type': 'stream' } });
  for (const text of ['a', 'b', 'c']) channel.sendToQueue('s', Buffer.from(text));
  await channel.waitForConfirms();
  const { items } = await browse('s', 'from=1');
  expect(items).toMatchObject([
    { position: 1, payload: 'b' },
    { position: 2, payload: 'c' },
  ]);
  expect(items[0]).toHaveProperty('received_at');
  expect(payloads(await browse('s', 'from=last'))).toEqual(['c']);
  expect(payloads(await browse('s', 'from=next'))).toEqual([]);
  expect(payloads(await browse('s', 'from=1h'))).toEqual(['a', 'b', 'c']);
  expect(payloads(await browse('s', `from=${new Date(Date.now() + 3_600_000).toISOString()}`))).toEqual([]);
  expect((await ask('GET', '/queues/%2F/s/messages?from=yesterday')).status).toBe(400);
});
