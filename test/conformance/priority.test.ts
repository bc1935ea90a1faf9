/** Queues whose messages overtake each other (RabbitMQ's page "Priority Queues"). */
import { describe, expect, test } from 'vitest';
import { brokerClock, deadLetters } from '../support/dead-letters.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

async function priorityQueue(max: number, args: Record<string, unknown> = {}): Promise<[AmqpChannel, string]> {
  const channel = await target.channel();
  const queue = await channel.queue(target.name('p'), { arguments: { 'x-max-priority': max, ...args } });
  return [channel, queue];
}

/** Publishes messages by their priorities, each with its priority as the body, and waits until all are there. */
async function publish(channel: AmqpChannel, queue: string, ...priorities: readonly (number | undefined)[]) {
  const { messages } = await channel.counts(queue);
  for (const priority of priorities)
    channel.publish(queue, String(priority), priority === undefined ? {} : { priority });
  await channel.expectCounts(queue, { messages: messages + priorities.length });
}

describe('a priority queue', () => {
  test('priority/order: gives the highest priority first', async () => {
    const [channel, queue] = await priorityQueue(10);
    await publish(channel, queue, 3, 10, 1, 7, 0);
    expect(await channel.drain(queue)).toEqual(['10', '7', '3', '1', '0']);
  });

  test('priority/fifo: keeps the order among equals', async () => {
    const [channel, queue] = await priorityQueue(2);
    for (const [body, priority] of [
      ['a', 1],
      ['b', 2],
      ['c', 1],
      ['d', 2],
      ['e', 1],
    ] as const) {
      channel.publish(queue, body, { priority });
    }
    await channel.expectCounts(queue, { messages: 5 });
    expect(await channel.drain(queue)).toEqual(['b', 'd', 'a', 'c', 'e']);
  });

  test('priority/missing: takes a message without priority for one of priority 0', async () => {
    const [channel, queue] = await priorityQueue(5);
    for (const [body, priority] of [
      ['none', undefined],
      ['one', 1],
      ['zero', 0],
    ] as const) {
      channel.publish(queue, body, priority === undefined ? {} : { priority });
    }
    await channel.expectCounts(queue, { messages: 3 });
    expect(await channel.drain(queue)).toEqual(['one', 'none', 'zero']);
  });

  test('priority/clamped: takes a priority above its highest for its highest, and delivers it unchanged', async () => {
    const [channel, queue] = await priorityQueue(3);
    for (const [body, priority] of [
      ['three', 3],
      ['two hundred', 200],
    ] as const) {
      channel.publish(queue, body, { priority });
    }
    await channel.expectCounts(queue, { messages: 2 });
    expect((await channel.get(queue, true))?.body).toBe('three');
    expect(await channel.get(queue, true)).toMatchObject({ body: 'two hundred', properties: { priority: 200 } });
  });

  test('priority/255: knows 256 levels', async () => {
    const [channel, queue] = await priorityQueue(255);
    await publish(channel, queue, 254, 255, 0, 128);
    expect(await channel.drain(queue)).toEqual(['255', '254', '128', '0']);
  });

  test('priority/requeue: puts back a message before those of lower priority, and before its equals that came later', async () => {
    const [channel, queue] = await priorityQueue(5);
    for (const body of ['first', 'second']) channel.publish(queue, body, { priority: 2 });
    channel.publish(queue, 'low', { priority: 1 });
    await channel.expectCounts(queue, { messages: 3 });
    const { deliveryTag } = (await channel.get(queue))!;
    channel.nack(deliveryTag);
    expect(await channel.get(queue, true)).toMatchObject({ body: 'first', redelivered: true });
    expect(await channel.drain(queue)).toEqual(['second', 'low']);
  });

  test('priority/consumer: gives a consumer the highest priority that is there when it can take one', async () => {
    const [channel, queue] = await priorityQueue(9);
    const reader = await channel.client.channel();
    await reader.call('basic.qos', { prefetchCount: 1 });
    await reader.consume(queue);
    channel.publish(queue, 'at once', { priority: 1 });
    const first = await reader.delivery();
    await publish(channel, queue, 2, 9, 5);
    reader.ack(first.deliveryTag);
    const bodies: string[] = [first.body];
    for (let n = 0; n < 3; n++) {
      const delivery = await reader.delivery();
      bodies.push(delivery.body);
      reader.ack(delivery.deliveryTag);
    }
    expect(bodies).toEqual(['at once', '9', '5', '2']);
  });

  test('priority/counts: counts, purges and limits all its messages together', async () => {
    const [channel, queue] = await priorityQueue(9);
    await publish(channel, queue, 1, 9, 5);
    expect((await channel.call('queue.purge', { queue })).messageCount).toBe(3);
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('priority/max-length: drops its head, which is the highest priority, where it is too long', async () => {
    const [channel, queue] = await priorityQueue(10, { 'x-max-length': 2 });
    for (const priority of [1, 9, 5]) {
      channel.publish(queue, String(priority), { priority });
    }
    await channel.expectCounts(queue, { messages: 2 });
    expect(await channel.drain(queue)).toEqual(['5', '1']);
  });

  test('priority/expiration: expires a message of a higher priority in time, whatever waits below it', async () => {
    const letters = await deadLetters(target);
    const pass = await brokerClock(target);
    const [channel, queue] = await priorityQueue(9, letters.arguments);
    channel.publish(queue, 'low', { priority: 1, expiration: '60000' });
    channel.publish(queue, 'high', { priority: 9, expiration: '50' });
    await pass(100);
    if (target.rabbitmq) {
      // It waits for the moment of the message that was its head first, and delivers what has expired meanwhile.
      await letters.none();
      expect(await channel.drain(queue)).toEqual(['high', 'low']);
      return;
    }
    expect((await letters.next()).body).toBe('high');
    await channel.expectCounts(queue, { messages: 1 });
  });

  test('priority/zero: with a highest priority of 0 is like any other queue', async () => {
    const [channel, queue] = await priorityQueue(0);
    await publish(channel, queue, 1, 9, 5);
    expect(await channel.drain(queue)).toEqual(['1', '9', '5']);
  });

  test('priority/none: without x-max-priority priorities mean nothing', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await publish(channel, queue, 1, 9, 5);
    expect(await channel.drain(queue)).toEqual(['1', '9', '5']);
  });
});
