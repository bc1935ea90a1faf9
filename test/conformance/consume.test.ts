/** basic.consume, deliver, cancel and get (specification 1.8.3.3 to 1.8.3.10). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('consume', () => {
  test('basic.consume/ok: consume-ok precedes the first delivery, which names exchange, key and consumer', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.bind(queue, exchange, 'k');
    channel.publish('k', 'a', { exchange, messageId: 'm' }).publish('k', 'b', { exchange });
    const tag = await channel.consume(queue, { consumerTag: 'mine' });
    expect(tag).toBe('mine');
    expect(await channel.delivery()).toMatchObject({
      consumerTag: 'mine',
      deliveryTag: 1,
      redelivered: false,
      exchange,
      routingKey: 'k',
      body: 'a',
      properties: { messageId: 'm' },
    });
    expect(await channel.delivery()).toMatchObject({ deliveryTag: 2, body: 'b' });
  });

  test('basic.consume/server-tag: an empty consumer tag makes the server choose one', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const [one, two] = [await channel.consume(queue), await channel.consume(queue)];
    expect(one).toMatch(/^amq\.ctag-[A-Za-z0-9_-]{22}$/);
    expect(two).not.toBe(one);
  });

  test('basic.consume/unknown-queue: consuming from an unknown queue is refused with 404', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('basic.consume', { queue });
    const close = await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
    expect(close).toMatchObject({ classId: 60, methodId: 20 });
  });

  test('basic.consume/duplicate-tag: a consumer tag in use on the channel is refused with 530', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.consume(queue, { consumerTag: 't' });
    channel.send('basic.consume', { queue, consumerTag: 't' });
    await channel.client.expectClose(530, "NOT_ALLOWED - attempt to reuse consumer tag 't'");
  });

  test('basic.consume/tag-per-channel: the same consumer tag may be used on another channel', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    await one.consume(queue, { consumerTag: 't' });
    await two.consume(queue, { consumerTag: 't' });
  });

  test('basic.consume/no-wait: a consume with no-wait starts without consume-ok', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'a').send('basic.consume', { queue, consumerTag: 't', noAck: true, noWait: true });
    expect(await channel.delivery()).toMatchObject({ consumerTag: 't', body: 'a' });
  });

  test('basic.consume/no-local: no-local is ignored', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.consume(queue, { noLocal: true, noAck: true });
    channel.publish(queue, 'own');
    expect((await channel.delivery()).body).toBe('own');
  });

  test('basic.consume/exclusive-in-use: exclusive on a queue with consumers is refused with 403', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const other = await channel.client.channel();
    await other.consume(queue);
    channel.send('basic.consume', { queue, exclusive: true });
    await channel.expectClose(403, `ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use`);
  });

  test('basic.consume/exclusive: a second consumer of an exclusively consumed queue is refused with 403', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const other = await channel.client.channel();
    const tag = await other.consume(queue, { exclusive: true });
    channel.send('basic.consume', { queue });
    await channel.expectClose(403, `ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use`);
    await other.call('basic.cancel', { consumerTag: tag });
    await channel.consume(queue);
  });

  test('basic.consume/exclusive-get: basic.get from an exclusively consumed queue is allowed', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue, { exclusive: true });
    channel.publish(queue, 'a').publish(queue, 'b');
    expect((await channel.delivery()).body).toBe('a');
    expect((await channel.get(queue))?.body).toBe('b');
  });

  test('basic.consume/priority-invalid: an x-priority that is no integer is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.send('basic.consume', { queue, arguments: { 'x-priority': 'high' } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - invalid arg 'x-priority' for queue '${queue}' in vhost '/': "expected integer, got longstr"`,
    );
  });

  test('basic.consume/priority: the consumer with the highest x-priority gets messages while it has credit', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 2 });
    await channel.consume(queue, { consumerTag: 'low', arguments: { 'x-priority': -1 } });
    await channel.consume(queue, { consumerTag: 'middle' });
    await channel.consume(queue, { consumerTag: 'high', arguments: { 'x-priority': 10 } });
    for (let n = 0; n < 5; n++) channel.publish(queue, `${n}`);
    const tags = (await channel.deliveries(5)).map((delivery) => delivery.consumerTag);
    expect(tags).toEqual(['high', 'high', 'middle', 'middle', 'low']);
  });

  test('basic.consume/unknown-argument: arguments the broker does not know are ignored', async () => {
    const channel = await target.channel();
    await channel.consume(await channel.queue(), { arguments: { 'x-foo': 'bar', 'x-cancel-on-ha-failover': true } });
  });

  test('basic.consume/priority-again: of consumers that one method gives credit, the one with the highest x-priority is first', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue, { consumerTag: 'low' });
    channel.publish(queue, '0');
    await channel.delivery();
    await channel.consume(queue, { consumerTag: 'high', arguments: { 'x-priority': 1 } });
    for (const body of ['1', '2', '3']) channel.publish(queue, body);
    await channel.delivery();
    await channel.expectNothing(queue);
    channel.ack(2, true);
    const next = (await channel.deliveries(2)).map(({ consumerTag, body }) => `${consumerTag} ${body}`);
    expect(next).toEqual(['high 2', 'low 3']);
  });

  test('basic.consume/round-robin: consumers of equal priority take turns', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    for (const consumerTag of ['a', 'b', 'c']) await channel.consume(queue, { consumerTag, noAck: true });
    for (let n = 0; n < 6; n++) channel.publish(queue, `${n}`);
    const deliveries = await channel.deliveries(6);
    expect(deliveries.map(({ body }) => body)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(deliveries.map(({ consumerTag }) => consumerTag)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('basic.consume/turns: who has much to deliver leaves the other channels of its connection their turns', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const [long, short] = [await one.queue(), await two.queue()];
    const queues: string[] = [];
    client.inbox.onReceived = (_, { method }) => {
      if (method.name === 'basic.deliver') queues.push(method.routingKey);
    };
    const publisher = await target.channel();
    await publisher.call('tx.select');
    // Several times what the system's buffers between the two take.
    for (let n = 0; n < 256; n++) publisher.publish(long, Buffer.alloc(65_536));
    publisher.publish(short, 'a');
    await publisher.call('tx.commit');
    await Promise.all([one.consume(long, { noAck: true }), two.consume(short, { noAck: true })]);
    await one.deliveries(256);
    await two.delivery();
    expect(queues.indexOf(short)).toBeLessThan(192);
  });

  test('basic.consume/no-ack: a delivery without acknowledgement is settled as it is sent', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    await one.consume(queue, { noAck: true });
    one.publish(queue, 'a');
    await one.delivery();
    await one.close();
    expect(await two.get(queue)).toBeUndefined();
  });
});

describe('cancel', () => {
  test('basic.cancel/ok: a cancelled consumer gets nothing any more and keeps what is unacked', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const tag = await channel.consume(queue);
    channel.publish(queue, 'a');
    const delivery = await channel.delivery();
    expect((await channel.call('basic.cancel', { consumerTag: tag })).consumerTag).toBe(tag);
    channel.publish(queue, 'b');
    await channel.expectCounts(queue, { messages: 1, consumers: 0 });
    channel.ack(delivery.deliveryTag);
    expect(await channel.drain(queue)).toEqual(['b']);
  });

  test('basic.cancel/unknown: cancelling an unknown consumer tag is no error', async () => {
    const channel = await target.channel();
    expect((await channel.call('basic.cancel', { consumerTag: 'never' })).consumerTag).toBe('never');
  });

  test('basic.cancel/no-wait: a cancel with no-wait is done and not answered', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const tag = await channel.consume(queue);
    channel.send('basic.cancel', { consumerTag: tag, noWait: true });
    expect(await channel.counts(queue)).toMatchObject({ consumers: 0 });
    await channel.consume(queue, { consumerTag: tag });
  });
});

describe('get', () => {
  test('basic.get/ok: get-ok gives the message, its place and how many are left', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    for (const body of ['a', 'b', 'c']) channel.publish('key', body, { exchange });
    expect(await channel.get(queue)).toMatchObject({
      body: 'a',
      exchange,
      routingKey: 'key',
      deliveryTag: 1,
      redelivered: false,
      messageCount: 2,
    });
    expect(await channel.get(queue, true)).toMatchObject({ body: 'b', deliveryTag: 2, messageCount: 1 });
  });

  test('basic.get/empty: an empty queue answers get-empty', async () => {
    const channel = await target.channel();
    expect(await channel.get(await channel.queue())).toBeUndefined();
  });

  test('basic.get/unknown-queue: getting from an unknown queue is refused with 404', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('basic.get', { queue });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('basic.get/tags-shared: gets and deliveries share one series of delivery tags', async () => {
    const channel = await target.channel();
    const [one, two] = [await channel.queue(), await channel.queue()];
    channel.publish(one, 'a').publish(two, 'b');
    expect((await channel.get(one))?.deliveryTag).toBe(1);
    await channel.consume(two);
    expect((await channel.delivery()).deliveryTag).toBe(2);
    channel.publish(one, 'c');
    expect((await channel.get(one))?.deliveryTag).toBe(3);
  });
});
