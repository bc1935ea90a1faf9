/**
 * What each method of AMQP that a client may send asks of its user's permissions, and that it is refused without each of them. A method of
 * `spec/amqp-0-9-1.json` without a row here fails, and so does one that asks something else.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AmqpClient } from '../../support/amqp-client/index.ts';
import { AskedAuthority } from '../../support/asked-authority.ts';
import { MemoryBroker } from '../../support/memory-broker.ts';

interface Spec {
  readonly classes: readonly {
    readonly name: string;
    readonly methods: readonly { readonly name: string; readonly receivers: readonly string[] }[];
  }[];
}

/** How it is sent, and what is asked then. */
interface Row {
  readonly send?: (client: AmqpClient, channel: number) => unknown;
  readonly asks: readonly string[];
}

const longstr = (value: string) => ({ type: 'longstr', value: Buffer.from(value) }) as const;
const args = (entries: Readonly<Record<string, string>>) =>
  new Map(Object.entries(entries).map(([name, value]) => [name, longstr(value)]));
const CLOSE = { replyCode: 200, replyText: '' };
const TO_TOPIC = { exchange: 't', routingKey: 'k' };

const ROWS: Readonly<Record<string, Row | readonly Row[]>> = {
  'channel.open': { send: (client, channel) => client.send(channel + 1, 'channel.open'), asks: [] },
  'channel.flow': { send: (client, channel) => client.send(channel, 'channel.flow', { active: true }), asks: [] },
  'channel.flow-ok': { send: (client, channel) => client.send(channel, 'channel.flow-ok', { active: true }), asks: [] },
  'channel.close': { send: (client, channel) => client.send(channel, 'channel.close', CLOSE), asks: [] },
  'channel.close-ok': { asks: [] },
  'access.request': { asks: [] },
  'exchange.declare': [
    {
      send: (client, channel) =>
        client.send(channel, 'exchange.declare', {
          exchange: 'new',
          type: 'direct',
          arguments: args({ 'alternate-exchange': 'other' }),
        }),
      asks: ['configure exchange new', 'read exchange new', 'write exchange other'],
    },
    {
      send: (client, channel) => client.send(channel, 'exchange.declare', { exchange: 't', passive: true }),
      asks: [],
    },
  ],
  'exchange.delete': {
    send: (client, channel) => client.send(channel, 'exchange.delete', { exchange: 'new' }),
    asks: ['configure exchange new'],
  },
  'exchange.bind': {
    send: (client, channel) =>
      client.send(channel, 'exchange.bind', { destination: 'x', source: 't', routingKey: 'k' }),
    asks: ['write exchange x', 'read exchange t', 'read topic t k'],
  },
  'exchange.unbind': {
    send: (client, channel) =>
      client.send(channel, 'exchange.unbind', { destination: 'x', source: 't', routingKey: 'k' }),
    asks: ['write exchange x', 'read exchange t', 'read topic t k'],
  },
  'queue.declare': [
    {
      send: (client, channel) =>
        client.send(channel, 'queue.declare', {
          queue: 'new',
          arguments: args({ 'x-dead-letter-exchange': 'other' }),
        }),
      asks: ['configure queue new', 'read queue new', 'write exchange other'],
    },
    { send: (client, channel) => client.send(channel, 'queue.declare', { queue: 'q', passive: true }), asks: [] },
  ],
  'queue.bind': {
    send: (client, channel) => client.send(channel, 'queue.bind', { queue: 'q', ...TO_TOPIC }),
    asks: ['write queue q', 'read exchange t', 'read topic t k'],
  },
  'queue.unbind': {
    send: (client, channel) => client.send(channel, 'queue.unbind', { queue: 'q', ...TO_TOPIC }),
    asks: ['write queue q', 'read exchange t', 'read topic t k'],
  },
  'queue.purge': {
    send: (client, channel) => client.send(channel, 'queue.purge', { queue: 'q' }),
    asks: ['read queue q'],
  },
  'queue.delete': {
    send: (client, channel) => client.send(channel, 'queue.delete', { queue: 'new' }),
    asks: ['configure queue new'],
  },
  'basic.qos': { asks: [] },
  'basic.consume': {
    send: (client, channel) => client.send(channel, 'basic.consume', { queue: 'q' }),
    asks: ['read queue q'],
  },
  'basic.cancel': { asks: [] },
  'basic.publish': [
    {
      send: (client, channel) => publish(client, channel, 't'),
      asks: ['write exchange t', 'write topic t k'],
    },
    { send: (client, channel) => publish(client, channel, 'x'), asks: ['write exchange x'] },
    { send: (client, channel) => publish(client, channel, ''), asks: ['write exchange amq.default'] },
  ],
  'basic.get': {
    send: (client, channel) => client.send(channel, 'basic.get', { queue: 'q' }),
    asks: ['read queue q'],
  },
  'basic.ack': { asks: [] },
  'basic.reject': { asks: [] },
  'basic.recover-async': { asks: [] },
  'basic.recover': { asks: [] },
  'basic.nack': { asks: [] },
  'confirm.select': { asks: [] },
  'tx.select': { asks: [] },
  'tx.commit': { asks: [] },
  'tx.rollback': { asks: [] },
};

/** Of a connection: there is no channel yet, and one of them alone is about a permission. */
const OF_CONNECTIONS = [
  ...['start-ok', 'secure-ok', 'tune-ok', 'open', 'close', 'close-ok', 'update-secret'],
  ...['blocked', 'unblocked'],
].map((name) => `connection.${name}`);

function publish(client: AmqpClient, channel: number, exchange: string): void {
  client.send(channel, 'basic.publish', { exchange, routingKey: 'k' });
  const header = Buffer.alloc(14);
  header.writeUInt16BE(60);
  client.sendFrame(2, channel, header);
}

const spec = JSON.parse(readFileSync(new URL('../../../spec/amqp-0-9-1.json', import.meta.url), 'utf8')) as Spec;
const sent = spec.classes.flatMap(({ name, methods }) =>
  methods.filter(({ receivers }) => receivers.includes('server')).map((method) => `${name}.${method.name}`),
);

describe('the permissions that a method needs', () => {
  let broker: MemoryBroker;
  let authority: AskedAuthority;

  beforeAll(async () => {
    broker = await MemoryBroker.start();
    authority = AskedAuthority.for(broker.node);
    const channel = await (await broker.connect()).channel();
    await channel.exchange('t', 'topic', { durable: true, autoDelete: false });
    await channel.exchange('x', 'direct', { durable: true, autoDelete: false });
    await channel.queue('q', { durable: true, exclusive: false, autoDelete: false });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  it('are said of each', () => {
    expect([...Object.keys(ROWS), ...OF_CONNECTIONS.filter((name) => sent.includes(name))].sort()).toEqual(
      [...sent].sort(),
    );
  });

  /** Sends it on a new connection; resolves when the broker has dealt with it, to what it said of the channel. */
  async function perform(name: string, { send }: Row, denied?: string): Promise<string> {
    authority.deny(undefined);
    const client = await broker.connect();
    await client.channel(1);
    authority.deny(denied);
    if (send === undefined) client.send(1, name as 'basic.qos');
    else await send(client, 1);
    // Some of them are the end of the connection.
    await client.channel(9).catch(() => undefined);
    const close = client.inbox.peek(1).find(({ method }) => method.name === 'channel.close');
    client.destroy();
    const { replyText } = (close?.method ?? { replyText: '' }) as { readonly replyText: string };
    return replyText;
  }

  const cases = Object.entries(ROWS).flatMap(([name, rows]) => [rows].flat().map((row): [string, Row] => [name, row]));

  it.each(cases)('%s: $asks', async (name, row) => {
    expect(await perform(name, row)).not.toContain('ACCESS_REFUSED');
    expect(authority.asked).toEqual(row.asks);
    for (const question of row.asks) {
      const text = await perform(name, row, question);
      expect([question, text]).toEqual([
        question,
        expect.stringMatching(/^ACCESS_REFUSED - .* refused for user 'ann'$/),
      ]);
      expect(authority.asked.at(-1)).toBe(question);
    }
  });

  it('basic.get asks once, however long the queue takes to answer', async () => {
    authority.deny(undefined);
    const queue = broker.vhost.queue('q')!;
    vi.spyOn(queue, 'get').mockReturnValueOnce(undefined);
    vi.spyOn(queue, 'whenAnswered').mockImplementationOnce((resume) => {
      authority.deny('read queue q');
      setImmediate(resume);
      return true;
    });
    const client = await broker.connect();
    await client.channel(1);
    client.send(1, 'basic.get', { queue: 'q' });
    await client.expect('basic.get-empty', 1);
    client.destroy();
  });

  it('connection.open: enter the vhost', async () => {
    authority.deny('enter /');
    await expect(broker.connect()).rejects.toThrow("NOT_ALLOWED - access to vhost '/' refused for user 'ann'");
    expect(authority.asked).toEqual(['enter /']);
  });

  it('connection.update-secret: enter the vhost', async () => {
    authority.deny(undefined);
    const client = await broker.connect();
    authority.deny('enter /');
    client.send(0, 'connection.update-secret', { newSecret: Buffer.from('x'), reason: '' });
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 530, classId: 10, methodId: 70 });
  });
});
