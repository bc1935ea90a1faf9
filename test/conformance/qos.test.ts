/** basic.qos as RabbitMQ has it: a limit a consumer, or one shared by the channel ("Consumer Prefetch"). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('prefetch a consumer', () => {
  test('basic.qos/limit: a consumer holds at most prefetch_count unacked deliveries', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 2 });
    await channel.consume(queue);
    for (let n = 0; n < 4; n++) channel.publish(queue, `${n}`);
    const [first] = await channel.deliveries(2);
    await channel.expectNothing(queue);
    channel.ack(first.deliveryTag);
    expect((await channel.delivery()).body).toBe('2');
    await channel.expectNothing(queue);
  });

  test('basic.qos/each-consumer: each consumer has the limit for itself', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue, { consumerTag: 'a' });
    await channel.consume(queue, { consumerTag: 'b' });
    for (let n = 0; n < 3; n++) channel.publish(queue, `${n}`);
    expect((await channel.deliveries(2)).map(({ consumerTag }) => consumerTag)).toEqual(['a', 'b']);
    await channel.expectNothing(queue);
  });

  test('basic.qos/later-consumers: a new limit leaves consumers that are there alone', async () => {
    const channel = await target.channel();
    const [one, two] = [await channel.queue(), await channel.queue()];
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(one);
    await channel.call('basic.qos', { prefetchCount: 3 });
    await channel.consume(two);
    for (let n = 0; n < 3; n++) channel.publish(one, `one ${n}`);
    expect((await channel.delivery()).body).toBe('one 0');
    await channel.expectNothing(one);
    for (let n = 0; n < 3; n++) channel.publish(two, `two ${n}`);
    expect((await channel.deliveries(3)).map(({ body }) => body)).toEqual(['two 0', 'two 1', 'two 2']);
  });

  test('basic.qos/unlimited: prefetch_count 0 is no limit', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.call('basic.qos', { prefetchCount: 0 });
    await channel.consume(queue);
    for (let n = 0; n < 300; n++) channel.publish(queue, `${n}`);
    expect(await channel.deliveries(300)).toHaveLength(300);
  });

  test('basic.qos/no-ack: a consumer without acknowledgements is not limited', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue, { noAck: true });
    for (let n = 0; n < 5; n++) channel.publish(queue, `${n}`);
    await channel.deliveries(5);
  });

  test('basic.qos/get: basic.get pays no regard to the limit', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    for (let n = 0; n < 3; n++) channel.publish(queue, `${n}`);
    for (let n = 0; n < 3; n++) expect((await channel.get(queue))?.body).toBe(`${n}`);
  });

  test("basic.qos/reject-frees: a requeue and a cancelled consumer's acks free credit too", async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue);
    channel.publish(queue, 'a').publish(queue, 'b');
    channel.nack((await channel.delivery()).deliveryTag);
    expect(await channel.delivery()).toMatchObject({ body: 'a', redelivered: true });
    channel.reject(2, false);
    expect(await channel.delivery()).toMatchObject({ body: 'b', redelivered: false });
  });
});

describe('prefetch a channel', () => {
  test("basic.qos/global: with global the channel's consumers share one limit", async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 2, global: true });
    await channel.consume(queue, { consumerTag: 'a' });
    await channel.consume(queue, { consumerTag: 'b' });
    for (let n = 0; n < 4; n++) channel.publish(queue, `${n}`);
    const [first] = await channel.deliveries(2);
    await channel.expectNothing(queue);
    channel.ack(first.deliveryTag);
    expect((await channel.delivery()).body).toBe('2');
    await channel.expectNothing(queue);
  });

  test("basic.qos/global-held-up: an acknowledgement lets a consumer go on that another's deliveries held up", async () => {
    const channel = await target.channel();
    const [one, two] = [await channel.queue(), await channel.queue()];
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    await channel.consume(one);
    await channel.consume(two);
    channel.publish(one, 'a');
    const { deliveryTag } = await channel.delivery();
    channel.publish(two, 'b');
    await channel.expectNothing(two);
    channel.ack(deliveryTag);
    expect((await channel.delivery()).body).toBe('b');
  });

  test('basic.qos/global-turns: queues and consumers have their turns below the limit of a channel', async () => {
    const channel = await target.channel();
    const queues = [await channel.queue(), await channel.queue()];
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    for (const consumerTag of ['a', 'b']) await channel.consume(queues[0], { consumerTag });
    for (const consumerTag of ['c', 'd']) await channel.consume(queues[1], { consumerTag });
    for (const queue of queues) for (let n = 0; n < 20; n++) channel.publish(queue, queue);
    const seen = new Set<string>();
    for (let n = 0; n < 20; n++) {
      const { consumerTag, deliveryTag } = await channel.delivery();
      seen.add(consumerTag);
      channel.ack(deliveryTag);
    }
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('basic.qos/global-priority: below the limit of a channel a queue still has its consumers of higher priority first', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    await channel.consume(queue, { consumerTag: 'low' });
    await channel.consume(queue, { consumerTag: 'high', arguments: { 'x-priority': 5 } });
    for (let n = 0; n < 10; n++) channel.publish(queue, `${n}`);
    for (let n = 0; n < 10; n++) {
      const { consumerTag, deliveryTag } = await channel.delivery();
      expect(consumerTag).toBe('high');
      channel.ack(deliveryTag);
    }
  });

  test('basic.qos/both: a limit a consumer and one a channel hold at once', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 2 });
    await channel.call('basic.qos', { prefetchCount: 3, global: true });
    await channel.consume(queue, { consumerTag: 'a' });
    await channel.consume(queue, { consumerTag: 'b' });
    for (let n = 0; n < 5; n++) channel.publish(queue, `${n}`);
    const tags = (await channel.deliveries(3)).map(({ consumerTag }) => consumerTag);
    expect(tags.filter((tag) => tag === 'a').length).toBeLessThanOrEqual(2);
    expect(tags.filter((tag) => tag === 'b').length).toBeLessThanOrEqual(2);
    await channel.expectNothing(queue);
  });

  test('basic.qos/global-now: a new limit of the channel holds for its consumers at once', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    await channel.consume(queue);
    for (let n = 0; n < 4; n++) channel.publish(queue, `${n}`);
    expect((await channel.delivery()).body).toBe('0');
    await channel.expectNothing(queue);
    await channel.call('basic.qos', { prefetchCount: 3, global: true });
    expect((await channel.deliveries(2)).map(({ body }) => body)).toEqual(['1', '2']);
    await channel.expectNothing(queue);
  });

  test('basic.qos/global-no-ack: a consumer without acknowledgements is not stopped by the limit of its channel', async () => {
    const channel = await target.channel();
    const [limited, free] = [await channel.queue(), await channel.queue()];
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    await channel.consume(limited);
    channel.publish(limited, 'a').publish(limited, 'b');
    await channel.delivery();
    await channel.consume(free, { noAck: true });
    channel.publish(free, 'c');
    // RabbitMQ lets it wait until the limit has room.
    if (target.rabbitmq) await channel.expectNothing(free);
    else expect((await channel.delivery()).body).toBe('c');
  });

  test('basic.qos/global-tx: a limit of the channel counts what an open transaction has settled', async () => {
    const client = await target.connect();
    const channel = await client.channel();
    const queue = await channel.queue();
    await channel.consume(queue);
    channel.publish(queue, 'a');
    const { deliveryTag } = await channel.delivery();
    await channel.call('tx.select');
    channel.ack(deliveryTag);
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    const publisher = await client.channel();
    publisher.publish(queue, 'b');
    // RabbitMQ has a free place for it before the transaction is committed.
    if (!target.rabbitmq) {
      await publisher.expectCounts(queue, { messages: 1 });
      await channel.expectNothing(queue);
      channel.send('tx.commit');
    }
    expect((await channel.delivery()).body).toBe('b');
  });

  test('basic.qos/consumer-lifts-channel: a limit a consumer set later lifts the limit of the channel', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1, global: true });
    await channel.consume(queue);
    channel.publish(queue, 'a').publish(queue, 'b').publish(queue, 'c');
    expect((await channel.delivery()).body).toBe('a');
    await channel.expectNothing(queue);
    await channel.call('basic.qos', { prefetchCount: 1, global: false });
    expect((await channel.deliveries(2)).map(({ body }) => body)).toEqual(['b', 'c']);
  });

  test('basic.qos/other-channel: the limit of a channel leaves other channels alone', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    await one.call('basic.qos', { prefetchCount: 1, global: true });
    await one.consume(queue);
    one.publish(queue, 'a');
    await one.delivery();
    await two.consume(queue);
    for (let n = 0; n < 5; n++) one.publish(queue, `${n}`);
    expect(await two.deliveries(5)).toHaveLength(5);
  });
});

describe('refusals', () => {
  test('basic.qos/size: a prefetch_size is refused with 540', async () => {
    const channel = await target.channel();
    channel.send('basic.qos', { prefetchSize: 5 });
    const close = await channel.client.expectClose(540, 'NOT_IMPLEMENTED - prefetch_size!=0 (5)');
    expect(close).toMatchObject({ classId: 60, methodId: 10 });
  });
});
