import { expect, test } from 'vitest';
import { publish, startApplication, startBroker } from '../../support/application.ts';

test('the log has a message on its whole way', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertExchange('dead', 'fanout');
  await channel.assertQueue('graves');
  await channel.bindQueue('graves', 'dead', '');
  await channel.assertQueue('orders', { deadLetterExchange: 'dead' });
  broker.log.clear();
  await channel.consume('orders', (message) => channel.reject(message!, false));
  await publish(channel, '', 'orders', { id: 7 });
  await broker.idle();
  const kinds = broker.log.all().map(({ kind }) => kind);
  const way = [
    'consumer-added',
    'published',
    'routed',
    'queued',
    'delivered',
    'confirmed',
    'rejected',
    'dead-lettered',
    'routed',
    'queued',
  ];
  expect(kinds).toEqual(way);
  const [dead] = broker.log.all({ kind: 'dead-lettered', queue: 'orders' });
  expect(dead).toMatchObject({ reason: 'rejected', message: { json: { id: 7 } } });
  expect(broker.log.deadLettered()).toHaveLength(1);
  expect(broker.log.published({ routingKey: /^ord/ })).toHaveLength(1);
  expect(broker.log.toString()).toContain(`queue 'orders', rejected, exchange '', routing key 'orders': {"id":7}`);
});

test('what nobody takes is seen, and what goes back', async () => {
  const { broker, channel } = await startApplication();
  channel.publish('amq.direct', 'nowhere', Buffer.from('lost'));
  channel.publish('amq.direct', 'nowhere', Buffer.from('back'), { mandatory: true });
  await channel.waitForConfirms();
  expect(broker.log.all({ kind: 'unroutable' }).map(({ message }) => message?.text)).toEqual(['lost']);
  expect(broker.log.returned().map(({ text }) => text)).toEqual(['back']);
});

test('errors are there in the broker’s words', async () => {
  const { broker, channel } = await startApplication();
  await expect(channel.checkQueue('none')).rejects.toThrow();
  const [error] = broker.log.errors();
  expect(error).toMatchObject({ channel: 1, error: { code: 404, text: "NOT_FOUND - no queue 'none' in vhost '/'" } });
});

test('next gives out one entry after the other, of those that are there and those to come', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  await broker.queue('orders').put('first');
  expect((await broker.log.next('queued')).message?.text).toBe('first');
  const second = broker.log.next('queued', { queue: 'orders' });
  await broker.queue('orders').put('second');
  expect((await second).message?.text).toBe('second');
  await expect(broker.log.next('queued', {}, { patience: 10 })).rejects.toThrow("within 10 ms no entry 'queued' came");
});

test('only the newest entries are kept', async () => {
  const { broker, channel } = await startApplication({ logSize: 3 });
  await channel.assertQueue('orders');
  for (let i = 0; i < 5; i++) await broker.queue('orders').put(`${i}`);
  expect(broker.log.all()).toHaveLength(3);
  expect(broker.log.all().at(-1)?.message?.text).toBe('4');
});

test('a filter that makes no sense is refused: nothing would ever fit it', async () => {
  const { log } = await startBroker();
  expect(() => log.all({ kind: 'deadlettered' as never })).toThrow(
    'kind: unknown key "deadlettered", did you mean "dead-lettered"?',
  );
  expect(() => log.all({ kinds: 'acked' } as never)).toThrow('filter: unknown key "kinds", did you mean "kind"?');
  await expect(log.next('ack' as never)).rejects.toThrow('kind: unknown key "ack"');
});

test('an entry of a vhost names it, and what is no JSON says so', async () => {
  const broker = await startBroker();
  await broker.vhosts.create('meadow');
  expect(broker.log.last(1)).toMatch(/^\d+ vhost-created: vhost 'meadow'$/);
  await broker.vhost().seed({ queues: [{ name: 'orders', durable: true, auto_delete: false, arguments: {} }] });
  await broker.queue('orders').put('plain');
  const message = await broker.queue('orders').toReceive();
  expect(() => message.json).toThrow(/the message is no JSON: .*plain/);
});

test('what waits at a delayed exchange is seen there, and when it goes on', async () => {
  const { broker, channel } = await startApplication({ clock: 'manual' });
  await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
  await channel.assertQueue('orders');
  await channel.bindQueue('orders', 'later', 'orders');
  channel.publish('later', 'orders', Buffer.from('x'), { headers: { 'x-delay': 60_000 } });
  await channel.waitForConfirms();
  const way = (): string[] =>
    broker.log.all({ kind: ['delayed', 'routed', 'queued'] }).map(({ kind, message }) => `${kind} ${message?.text}`);
  expect(way()).toEqual(['delayed x', 'routed x']);
  expect(broker.log.all({ kind: 'delayed', exchange: 'later' })).toHaveLength(1);
  await broker.clock.advance('1m');
  expect(way()).toEqual(['delayed x', 'routed x', 'routed x', 'queued x']);
});

test('what is declared and deleted names the connection that asked for it', async () => {
  const { broker, channel } = await startApplication();
  const { connection } = broker.connections()[0];
  await broker.vhost().seed({ queues: [{ name: 'seeded', durable: true, auto_delete: false, arguments: {} }] });
  await channel.assertExchange('shop', 'topic');
  await channel.assertQueue('orders');
  await channel.bindQueue('orders', 'shop', '#');
  await channel.deleteQueue('orders');
  await channel.deleteExchange('shop');
  const kind = [
    'queue-declared',
    'exchange-declared',
    'bound',
    'unbound',
    'queue-deleted',
    'exchange-deleted',
  ] as const;
  expect(broker.log.all({ kind }).map((entry) => [entry.kind, entry.connection])).toEqual([
    ['queue-declared', undefined],
    ['exchange-declared', connection],
    ['queue-declared', connection],
    ['bound', connection],
    ['unbound', connection],
    ['queue-deleted', connection],
    ['exchange-deleted', connection],
  ]);
});
