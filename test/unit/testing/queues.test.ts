import { expect, test } from 'vitest';
import { acknowledgeAll, publish, startApplication, startBroker } from '../../support/application.ts';

test('a test sees what came to a queue, and takes nothing', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('bills');
  await publish(channel, '', 'bills', { orderId: 7, total: 12 });
  const bill = await broker.queue('bills').toReceive<{ total: number }>({ json: { orderId: 7 } });
  expect(bill.json.total).toBe(12);
  expect(bill.publisher?.user).toBe('guest');
  const { messages } = broker.queue('bills');
  expect(messages.map(({ text }) => text)).toEqual(['{"orderId":7,"total":12}']);
  const got = await channel.get('bills', { noAck: true });
  expect(got && got.fields.redelivered).toBe(false);
});

test('a wait ends when the message comes, and not later', async () => {
  const { broker, channel } = await startApplication({ patience: 60_000 });
  await channel.assertQueue('bills');
  const second = broker.queue('bills').toReceive({ text: /^b/ }, { count: 2 });
  for (const text of ['b1', 'a', 'b2']) await broker.queue('bills').put(text, { headers: { n: 1 } });
  expect((await second).text).toBe('b2');
  expect((await second).headers).toEqual({ n: 1 });
});

test('what a consumer made of a message can be waited for, and that it has come up', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('orders');
  const up = broker.queue('orders').toHaveConsumers(1);
  await channel.consume('orders', (message) => {
    if (message!.content.toString() === 'good') channel.ack(message!);
    else channel.reject(message!, false);
  });
  await up;
  await broker.queue('orders').put('good');
  await broker.queue('orders').put('bad');
  await broker.queue('orders').toSettle({ text: 'good' }, 'acked');
  await broker.queue('orders').toSettle({ text: 'bad' }, 'rejected');
  await broker.queue('orders').toBeEmpty();
});

test('an error says what came instead, what went nowhere, and which binding was nearest', async () => {
  const { broker, channel } = await startApplication({ patience: 50 });
  await channel.assertExchange('shop', 'topic');
  await channel.assertQueue('bills');
  await channel.bindQueue('bills', 'shop', 'order.paid');
  await publish(channel, 'shop', 'order.paid', { orderId: 8 });
  await publish(channel, 'shop', 'order.payed', { orderId: 7 });
  const waiting = broker.queue('bills').toReceive({ json: { orderId: 7 } });
  await expect(waiting).rejects.toThrow(
    [
      "within 50 ms queue 'bills' received no message with json { orderId: 7 }.",
      'Instead 1 came to it:',
      `  exchange 'shop', routing key 'order.paid': {"orderId":8}`,
      '1 went to no queue:',
      `  exchange 'shop', routing key 'order.payed': {"orderId":7}; no binding of exchange 'shop' matches 'order.payed'; nearest is 'order.paid'`,
      "Queue 'bills' is bound to exchange 'shop' with 'order.paid'.",
    ].join('\n'),
  );
  await expect(broker.queue('bill').toReceive()).rejects.toThrow(
    "There is no queue 'bill' in vhost '/'; did you mean 'bills'?",
  );
});

test('that nothing comes is known when the broker is idle', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertQueue('in');
  await channel.assertQueue('out');
  await channel.consume('in', (message) => {
    channel.sendToQueue('out', message!.content);
    channel.ack(message!);
  });
  await broker.queue('out').toReceiveNothing('until idle');
  await broker.queue('in').put('x');
  await broker.idle();
  expect(broker.queue('out').ready).toBe(1);
  const nothing = broker.queue('out').toReceiveNothing('until idle');
  await broker.queue('in').put('y');
  await expect(nothing).rejects.toThrow(
    "queue 'out' was to receive nothing, and received exchange '', routing key 'out': y",
  );
});

test('what comes is seen though the log forgets as much as comes', async () => {
  const { broker, channel } = await startApplication({ logSize: 3 });
  await channel.assertQueue('orders');
  await broker.queue('orders').put('x');
  const nothing = broker.queue('orders').toReceiveNothing('until idle');
  await broker.queue('orders').put('y');
  expect(broker.log.all({ kind: 'queued' })).toHaveLength(1);
  await expect(nothing).rejects.toThrow("queue 'orders' was to receive nothing, and received");
});

test('idle tells what still moves', async () => {
  const { broker, channel } = await startApplication({ patience: 50 });
  await channel.assertQueue('orders');
  const { consumerTag } = await channel.consume('orders', () => undefined);
  await broker.queue('orders').put('x');
  await expect(broker.idle()).rejects.toThrow(
    `within 50 ms the broker was not idle: queue 'orders' in vhost '/' has a delivery that is not acknowledged (consumer '${consumerTag}')`,
  );
});

test('a message is put as its queue says: not where there is none, and not where it is refused', async () => {
  const { broker, channel } = await startApplication();
  await expect(broker.queue('orders').put('x')).rejects.toThrow("There is no queue 'orders' in vhost '/'");
  await channel.assertQueue('full', { arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' } });
  await expect(broker.queue('full').put('x')).rejects.toThrow('refused');
  expect(broker.log.all({ kind: 'refused', queue: 'full' })).toHaveLength(1);
});

test('an exchange says where a message would go', async () => {
  const { broker, channel } = await startApplication();
  await channel.assertExchange('shop', 'topic');
  await channel.assertExchange('audit', 'fanout');
  await channel.assertQueue('all');
  await channel.assertQueue('bills');
  await channel.bindExchange('audit', 'shop', '#');
  await channel.bindQueue('all', 'audit', '');
  await channel.bindQueue('bills', 'shop', 'order.*');
  const shop = broker.exchange('shop');
  expect(shop.routes('order.paid').sort()).toEqual(['all', 'bills']);
  expect(shop.routes('stock')).toEqual(['all']);
  expect(shop.routes('stock', { CC: ['order.paid'] }).sort()).toEqual(['all', 'bills']);
  expect(shop.bindings).toContainEqual({ destination: 'bills', destinationKind: 'queue', routingKey: 'order.*' });
  expect(await shop.publish('order.paid', { id: 1 })).toBe(true);
  await acknowledgeAll(channel, 'bills');
  await broker.queue('bills').toSettle({ json: { id: 1 } }, 'acked');
});

test('wrong options are told in a line each', async () => {
  const wrong = startBroker({ clock: 'fast', patience: -1 } as never);
  await expect(wrong).rejects.toThrow(
    "clock must be 'real' or 'manual', not 'fast'\npatience must be 0 or more, not -1",
  );
  await expect(startBroker({ clok: 'manual' } as never)).rejects.toThrow('unknown key "clok", did you mean "clock"?');
  for (const options of ['amqp://localhost', 5672, null, []]) {
    const error: Error = (await startBroker(options as never).catch((reason: Error) => reason)) as Error;
    expect(error.message).toMatch(/^[^\n]+$/);
    expect(error.name).toBe('ConfigError');
  }
});

test('an error of a wait says what the broker refused meanwhile', async () => {
  const { broker, channel } = await startApplication();
  await broker.vhost().seed({ queues: [{ name: 'orders', durable: true, auto_delete: false, arguments: {} }] });
  await expect(channel.assertQueue('orders', { durable: false })).rejects.toThrow('406');
  await expect(broker.queue('orders').toReceive({}, { patience: 10 })).rejects.toThrow(
    "Channels or connections were closed for errors (1), the last: PRECONDITION_FAILED - inequivalent arg 'durable'",
  );
});

test('a match that makes no sense is refused by one line, and nobody waits', async () => {
  const broker = await startBroker({ patience: 600_000 });
  const queue = broker.queue('orders');
  const wrong: [() => Promise<unknown>, string][] = [
    [() => queue.toReceive('hello' as never), "a match must be an object: { text: 'hello' }"],
    [
      () => queue.toReceive({ jsn: {} } as object),
      'match: unknown key "jsn", did you mean "json"? (it may have exchange,',
    ],
    [() => queue.toReceiveNothing(100 as never), "if not { for: MILLISECONDS }, must be 'until idle', not 100"],
    [() => queue.toSettle({}, 'ack' as never), "how must be 'acked' or 'rejected'"],
  ];
  for (const [call, text] of wrong) await expect((async () => call())()).rejects.toThrow(text);
});
