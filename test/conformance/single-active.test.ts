/** Queues that give all messages to one consumer at a time (RabbitMQ's page "Consumers", Single Active Consumer). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** A queue with a single active consumer, and channels on connections of their own that consume from it, in this order. */
async function singleActive(consumers: number, fields: { noAck?: boolean; prefetch?: number } = {}) {
  const { noAck = true, prefetch = 0 } = fields;
  const publisher = await target.channel();
  const queue = target.name('s');
  await publisher.queue(queue, { exclusive: false, arguments: { 'x-single-active-consumer': true } });
  const channels = [];
  for (let n = 0; n < consumers; n++) {
    const channel = await target.channel();
    await channel.call('basic.qos', { prefetchCount: prefetch });
    await channel.consume(queue, { consumerTag: `c${n}`, noAck });
    channels.push(channel);
  }
  return { publisher, queue, channels };
}

describe('a queue with a single active consumer', () => {
  test('single-active/first: gives all messages to the consumer that came first', async () => {
    const { publisher, queue, channels } = await singleActive(3);
    for (const body of ['a', 'b', 'c', 'd']) publisher.publish(queue, body);
    const bodies = (await channels[0].deliveries(4)).map(({ body }) => body);
    expect(bodies).toEqual(['a', 'b', 'c', 'd']);
    await channels[1].expectNothing(queue);
    await channels[2].expectNothing(queue);
    expect(await publisher.counts(queue)).toEqual({ messages: 0, consumers: 3 });
  });

  test('single-active/cancel: goes on with the next when the active one is cancelled', async () => {
    const { publisher, queue, channels } = await singleActive(3);
    await channels[0].call('basic.cancel', { consumerTag: 'c0' });
    publisher.publish(queue, 'a');
    expect((await channels[1].delivery()).body).toBe('a');
    await channels[2].expectNothing(queue);
    await channels[0].expectNothing(queue);
  });

  test('single-active/waiting-cancelled: leaves out a consumer that went while it waited', async () => {
    const { publisher, queue, channels } = await singleActive(3);
    await channels[1].call('basic.cancel', { consumerTag: 'c1' });
    publisher.publish(queue, 'a');
    expect((await channels[0].delivery()).body).toBe('a');
    await channels[0].call('basic.cancel', { consumerTag: 'c0' });
    publisher.publish(queue, 'b');
    expect((await channels[2].delivery()).body).toBe('b');
  });

  test('single-active/gone: gives the next one what the active one had not acknowledged when its connection ended', async () => {
    const { publisher, queue, channels } = await singleActive(2, { noAck: false });
    publisher.publish(queue, 'a').publish(queue, 'b');
    await channels[0].deliveries(2);
    channels[0].client.destroy();
    const again = await channels[1].deliveries(2);
    expect(again.map(({ body, redelivered }) => [body, redelivered])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  test('single-active/backlog: gives the next one what waits', async () => {
    const { publisher, queue, channels } = await singleActive(2, { noAck: false, prefetch: 1 });
    publisher.publish(queue, 'a').publish(queue, 'b');
    expect((await channels[0].delivery()).body).toBe('a');
    await publisher.expectCounts(queue, { messages: 1 });
    await channels[0].call('basic.cancel', { consumerTag: 'c0' });
    if (target.rabbitmq) {
      // It does nothing until something else happens to the queue, and then the queue fails.
      await channels[1].expectNothing(queue);
      publisher.publish(queue, 'c');
      await channels[1].expect('basic.cancel');
      return;
    }
    expect((await channels[1].delivery()).body).toBe('b');
  });

  test('single-active/prefetch: waits for the active one where its prefetch is used up', async () => {
    const { publisher, queue, channels } = await singleActive(2, { noAck: false, prefetch: 1 });
    publisher.publish(queue, 'a').publish(queue, 'b');
    const first = await channels[0].delivery();
    await channels[1].expectNothing(queue);
    await publisher.expectCounts(queue, { messages: 1 });
    channels[0].ack(first.deliveryTag);
    expect((await channels[0].delivery()).body).toBe('b');
    await channels[1].expectNothing(queue);
  });

  test('single-active/requeue: gives back to the active one what it requeues', async () => {
    const { publisher, queue, channels } = await singleActive(2, { noAck: false });
    publisher.publish(queue, 'a');
    const first = await channels[0].delivery();
    channels[0].nack(first.deliveryTag);
    expect(await channels[0].delivery()).toMatchObject({ body: 'a', redelivered: true });
    await channels[1].expectNothing(queue);
  });

  test('single-active/get: answers basic.get as any queue', async () => {
    const { publisher, queue, channels } = await singleActive(1, { noAck: false, prefetch: 1 });
    publisher.publish(queue, 'a').publish(queue, 'b');
    await channels[0].delivery();
    await publisher.expectCounts(queue, { messages: 1 });
    expect((await publisher.get(queue, true))?.body).toBe('b');
  });

  test('single-active/exclusive: refuses an exclusive consumer with 403', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-single-active-consumer': true } });
    channel.send('basic.consume', { queue, exclusive: true });
    await channel.expectClose(403, `ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use`);
  });

  test('single-active/redeclare: differs from a queue without', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('s'), { arguments: { 'x-single-active-consumer': true } });
    channel.send('queue.declare', { queue, exclusive: true });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'x-single-active-consumer' for queue '${queue}' in vhost '/': ` +
        "received none but current is the value 'true' of type 'bool'",
    );
  });
});
