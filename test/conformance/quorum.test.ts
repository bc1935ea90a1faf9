/** Quorum queues as clients of a single node see them (RabbitMQ's page "Quorum Queues"). */
import { describe, expect, test } from 'vitest';
import { assertReply } from '../support/amqp-client/inbox.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { deadLetters, headersOf } from '../support/dead-letters.ts';
import { expectArgumentsRefused, expectPropertiesRefused, expectServerNameRefused } from '../support/queue-types.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const QUORUM = { 'x-queue-type': 'quorum' };

async function quorum(args: Record<string, unknown> = {}): Promise<[AmqpChannel, string]> {
  const channel = await target.channel();
  const queue = target.name('quorum');
  await channel.queue(queue, { exclusive: false, durable: true, arguments: { ...QUORUM, ...args } });
  return [channel, queue];
}

/** Expects that the connection is closed for what the channel asked. */
async function refused(channel: AmqpChannel, text: string): Promise<void> {
  const { method } = await channel.client.inbox.next(0, 'connection.close');
  expect(method.name).toBe('connection.close');
  assertReply(method as Parameters<typeof assertReply>[0], 540, `NOT_IMPLEMENTED - ${text}`);
}

async function refuseDelete(flags: { ifUnused?: boolean; ifEmpty?: boolean }, flag: string): Promise<void> {
  const [channel, queue] = await quorum();
  channel.send('queue.delete', { queue, ...flags });
  await refused(
    channel,
    `cannot delete queue '${queue}' in vhost '/'. queue.delete operations with ${flag} flag set are not supported by quorum queues`,
  );
}

describe('a quorum queue cannot', () => {
  test('quorum/properties: be transient, exclusive or auto-deleted', async () => {
    await expectPropertiesRefused(target, 'quorum', [
      [{}, 'non-durable'],
      [{ durable: true, exclusive: true }, 'exclusive-owner'],
      [{ durable: true, autoDelete: true }, 'auto-delete'],
      [{ exclusive: true, autoDelete: true }, 'auto-delete'],
    ]);
  });

  test('quorum/server-named: have a name that the broker gives', async () => {
    await expectServerNameRefused(target, 'quorum');
  });

  test('quorum/arguments: have arguments of other queue types', async () => {
    await expectArgumentsRefused(target, 'quorum', [
      ['x-max-priority', 5],
      ['x-max-priority', 999],
      ['x-queue-mode', 'lazy'],
      ['x-queue-version', 2],
      ['x-max-age', '1h'],
      ['x-queue-master-locator', 'min-masters'],
      ['x-initial-cluster-size', 1],
      ['x-stream-max-segment-size-bytes', 100],
    ]);
  });

  test('quorum/delete-if-unused: be deleted only if it is unused', async () => {
    await refuseDelete({ ifUnused: true }, 'if-unused');
  });

  test('quorum/delete-if-empty: be deleted only if it is empty', async () => {
    await refuseDelete({ ifEmpty: true }, 'if-empty');
  });

  test('quorum/delete-if-both: be deleted under both conditions', async () => {
    await refuseDelete({ ifUnused: true, ifEmpty: true }, 'if-unused');
  });

  test('quorum/global-qos: be consumed under a prefetch for the whole channel', async () => {
    const [channel, queue] = await quorum();
    await channel.call('basic.qos', { prefetchCount: 5, global: true });
    channel.send('basic.consume', { queue });
    await refused(channel, `queue '${queue}' in vhost '/' does not support global qos`);
  });
});

describe('a quorum queue', () => {
  test('quorum/exclusive-consumer: takes the exclusive flag of a consumer for nothing', async () => {
    const [channel, queue] = await quorum();
    await channel.consume(queue, { exclusive: true });
    await channel.consume(queue, { exclusive: true });
    await channel.expectCounts(queue, { consumers: 2 });
  });

  test('quorum/type: is another queue than a classic one of the same name', async () => {
    const [channel, queue] = await quorum();
    channel.send('queue.declare', { queue, durable: true, arguments: { 'x-queue-type': 'classic' } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue '${queue}' in vhost '/': received 'classic' but current is 'quorum'`,
    );
  });

  test('queue.declare/argument-of-other-type-again: and a classic one may be declared again with arguments of the other', async () => {
    const [channel, queue] = await quorum();
    const again = { queue, durable: true, arguments: { ...QUORUM, 'x-max-priority': 4, 'x-queue-mode': 'lazy' } };
    expect((await channel.call('queue.declare', again)).queue).toBe(queue);
    const classic = await channel.queue(target.name('classic'));
    const args = { 'x-delivery-limit': 1, 'x-max-age': 'no age', 'x-dead-letter-strategy': 'none' };
    expect((await channel.call('queue.declare', { queue: classic, exclusive: true, arguments: args })).queue).toBe(
      classic,
    );
    channel.send('queue.declare', { queue, durable: true, arguments: { ...QUORUM, 'x-delivery-limit': 4 } });
    const close = await channel.expectClose(406, /^PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' /);
    expect(close).toMatchObject({ classId: 50, methodId: 10 });
  });

  test('quorum/delivery-limit-type: takes a delivery limit that is no integer for none', async () => {
    const [channel, queue] = await quorum({ 'x-delivery-limit': 'one' });
    channel.publish(queue, 'm');
    await channel.consume(queue);
    for (let n = 0; n < 3; n++) channel.nack((await channel.delivery()).deliveryTag);
    expect(headersOf(await channel.delivery())).toEqual({ 'x-delivery-count': 3 });
  });

  test.each([
    ['with a delivery limit', { 'x-delivery-limit': 5 }, ['3', '1', '2', '4']],
    ['without one', {}, ['4', '3', '1', '2']],
  ])('quorum/requeue-order: puts back a message to its old place, %s', async (_, args, inRabbitMQ) => {
    const [channel, queue] = await quorum(args);
    for (const body of ['1', '2', '3', '4']) channel.publish(queue, body);
    await channel.expectCounts(queue, { messages: 4 });
    const tags = [await channel.get(queue), await channel.get(queue), await channel.get(queue)].map(
      (got) => got!.deliveryTag,
    );
    for (const nth of [2, 0, 1]) channel.nack(tags[nth]);
    await channel.expectCounts(queue, { messages: 4 });
    expect(await channel.drain(queue)).toEqual(target.rabbitmq ? inRabbitMQ : ['1', '2', '3', '4']);
  });

  test('quorum/delivery-count: counts in x-delivery-count how often a message came back', async () => {
    const [channel, queue] = await quorum();
    channel.publish(queue, 'm', { headers: { own: 1 } });
    await channel.consume(queue);
    const first = await channel.delivery();
    expect(headersOf(first)).toEqual({ own: 1 });
    channel.nack(first.deliveryTag);
    const second = await channel.delivery();
    expect(second.redelivered).toBe(true);
    expect(headersOf(second)).toEqual({ own: 1, 'x-delivery-count': 1 });
    expect(second.properties.headers!.get('x-delivery-count')!.type).toBe('long');
    channel.reject(second.deliveryTag, true);
    expect(headersOf(await channel.delivery())).toEqual({ own: 1, 'x-delivery-count': 2 });
  });

  test('quorum/delivery-count-none: adds x-delivery-count to a message without headers too, and for basic.get', async () => {
    const [channel, queue] = await quorum();
    channel.publish(queue, 'm');
    await channel.expectCounts(queue, { messages: 1 });
    const first = await channel.get(queue);
    // RabbitMQ's basic.get shows a count of 0 too, its deliveries do not.
    expect(headersOf(first!)).toEqual(target.rabbitmq ? { 'x-delivery-count': 0 } : {});
    channel.nack(first!.deliveryTag);
    await channel.expectCounts(queue, { messages: 1 });
    expect(headersOf((await channel.get(queue))!)).toEqual({ 'x-delivery-count': 1 });
  });

  test('quorum/delivery-count-gone: counts what a channel that closed had not acknowledged', async () => {
    const [channel, queue] = await quorum();
    channel.publish(queue, 'm');
    const reader = await channel.client.channel();
    await reader.consume(queue);
    await reader.delivery();
    await reader.close();
    await channel.expectCounts(queue, { messages: 1 });
    expect(headersOf((await channel.get(queue))!)).toEqual({ 'x-delivery-count': 1 });
  });

  test('quorum/delivery-count-classic: a classic queue counts no deliveries', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'm');
    channel.nack((await channel.get(queue))!.deliveryTag);
    expect(headersOf((await channel.get(queue))!)).toEqual({});
  });

  test('quorum/delivery-limit: dead-letters what came back more often than x-delivery-limit', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await quorum({ 'x-delivery-limit': 2, ...letters.arguments });
    channel.publish(queue, 'm');
    await channel.consume(queue);
    for (let times = 0; times < 3; times++) channel.nack((await channel.delivery()).deliveryTag);
    const letter = await letters.next();
    expect(letter.body).toBe('m');
    expect(headersOf(letter)).toMatchObject({ 'x-first-death-reason': 'delivery_limit', 'x-first-death-queue': queue });
    expect(headersOf(letter)).not.toHaveProperty('x-delivery-count');
    await channel.expectNothing(queue);
    await channel.expectCounts(queue, { messages: 0 });
  });

  test('quorum/delivery-limit-dropped: drops what is beyond its limit where it has no dead letter exchange', async () => {
    const [channel, queue] = await quorum({ 'x-delivery-limit': 0 });
    channel.publish(queue, 'm');
    await channel.consume(queue);
    channel.nack((await channel.delivery()).deliveryTag);
    await channel.expectNothing(queue);
    await channel.expectCounts(queue, { messages: 0 });
  });

  test('quorum/no-delivery-limit: gives a message again and again where it has no limit', async () => {
    const [channel, queue] = await quorum();
    channel.publish(queue, 'm');
    await channel.consume(queue);
    for (let times = 0; times < 30; times++) channel.nack((await channel.delivery()).deliveryTag);
    expect(headersOf(await channel.delivery())).toEqual({ 'x-delivery-count': 30 });
  });

  test('quorum/rejected: dead-letters what is rejected, with the type of death that a classic queue has', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await quorum(letters.arguments);
    channel.publish(queue, 'm');
    await channel.consume(queue);
    channel.reject((await channel.delivery()).deliveryTag, false);
    expect(headersOf(await letters.next())['x-death']).toMatchObject([{ queue, reason: 'rejected', count: 1 }]);
  });

  test('quorum/max-length: drops its head where it is too long', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await quorum({ 'x-max-length': 1, ...letters.arguments });
    channel.publish(queue, 'a').publish(queue, 'b');
    expect((await letters.next()).body).toBe('a');
    await channel.expectCounts(queue, { messages: 1 });
  });

  test('quorum/single-active: may have a single active consumer', async () => {
    const [channel, queue] = await quorum({ 'x-single-active-consumer': true });
    const [first, second] = [await channel.client.channel(), await channel.client.channel()];
    const consumerTag = await first.consume(queue, { noAck: true });
    await second.consume(queue, { noAck: true });
    channel.publish(queue, 'a');
    expect((await first.delivery()).body).toBe('a');
    await first.call('basic.cancel', { consumerTag });
    channel.publish(queue, 'b');
    expect((await second.delivery()).body).toBe('b');
  });

  test('quorum/single-active-get: then basic.get is refused', async () => {
    const [channel, queue] = await quorum({ 'x-single-active-consumer': true });
    channel.send('basic.get', { queue });
    const text =
      `RESOURCE_LOCKED - cannot obtain access to locked queue '${queue}' in vhost '/'. ` +
      'basic.get operations are not supported by quorum queues with single active consumer';
    expect(await channel.expectClose(405, text.slice(0, 255))).toMatchObject({ classId: 60, methodId: 70 });
  });
});

describe('a classic queue', () => {
  test('queue.declare/leader-locator: may say where its leader is to be', async () => {
    const channel = await target.channel();
    const queue = target.name('classic');
    const declare = { queue, exclusive: true, arguments: { 'x-queue-leader-locator': 'balanced' } };
    channel.send('queue.declare', declare);
    if (target.rabbitmq) {
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - invalid arg 'x-queue-leader-locator' for queue '${queue}' in vhost '/' of queue type rabbit_classic_queue`,
      );
    } else await channel.expect('queue.declare-ok');
  });

  test('queue.declare/argument-of-other-type: cannot have the arguments of a quorum queue or a stream', async () => {
    const channel = await target.channel();
    const queue = target.name('classic');
    const cases = [
      ['x-delivery-limit', 5],
      ['x-delivery-limit', 'no number'],
      ['x-dead-letter-strategy', 'at-least-once'],
      ['x-quorum-initial-group-size', 1],
      ['x-initial-cluster-size', 1],
      ['x-max-in-memory-length', 5],
      ['x-max-in-memory-bytes', 5],
      ['x-max-age', '1h'],
      ['x-stream-max-segment-size-bytes', 100],
    ] as const;
    for (const [name, value] of cases) {
      channel.send('queue.declare', { queue, exclusive: true, arguments: { [name]: value } });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}' in vhost '/' of queue type rabbit_classic_queue`,
      );
    }
  });
});
