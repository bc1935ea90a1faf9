/** Streams as queues among others: what they cannot be and do, and how messages come into them (RabbitMQ's page "Streams"). */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { brokerClock, headersOf } from '../support/dead-letters.ts';
import { expectArgumentsRefused, expectPropertiesRefused, expectServerNameRefused } from '../support/queue-types.ts';
import { bodiesOf, offsetOf, TestStream } from '../support/streams.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const STREAM = { 'x-queue-type': 'stream' };

/** Expects that the connection is closed for what the channel asked. */
async function refused({ client }: AmqpChannel, queue: string, what: string): Promise<void> {
  const text = `NOT_IMPLEMENTED - ${what} not supported by stream queues queue '${queue}' in vhost '/'`;
  await client.expectClose(540, text);
}

async function filled(...bodies: string[]): Promise<TestStream> {
  return (await TestStream.declare(target)).fill(...bodies);
}

describe('a stream cannot', () => {
  test('stream/properties: be transient, exclusive or auto-deleted', async () => {
    await expectPropertiesRefused(target, 'stream', [
      [{}, 'non-durable'],
      [{ durable: true, exclusive: true }, 'exclusive-owner'],
      [{ durable: true, autoDelete: true }, 'auto-delete'],
    ]);
  });

  test('stream/server-named: have a name that the broker gives', async () => {
    await expectServerNameRefused(target, 'stream');
  });

  test('stream/arguments: have arguments of other queue types', async () => {
    await expectArgumentsRefused(target, 'stream', [
      ['x-expires', 1000],
      ['x-message-ttl', 1000],
      ['x-dead-letter-exchange', ''],
      ['x-dead-letter-routing-key', 'q'],
      ['x-max-length', 5],
      ['x-max-priority', 5],
      ['x-overflow', 'drop-head'],
      ['x-queue-mode', 'lazy'],
      ['x-queue-version', 2],
      ['x-single-active-consumer', true],
      ['x-delivery-limit', 5],
      ['x-quorum-initial-group-size', 1],
      ['x-queue-master-locator', 'min-masters'],
      ['x-max-in-memory-length', 5],
    ]);
  });

  test('stream/argument-values: have arguments of its own with values that make no sense', async () => {
    const channel = await target.channel();
    const queue = target.name('stream');
    const cases = [
      ['x-max-length-bytes', -1, '{value_negative,-1}'],
      ['x-max-length-bytes', 'a', '"expected integer, got longstr"'],
      ['x-max-age', 5, '{unacceptable_type,signedint}'],
      ['x-max-age', '5', 'invalid_max_age'],
      ['x-max-age', '0s', 'invalid_max_age'],
      ['x-max-age', '5 s', 'invalid_max_age'],
      ['x-stream-max-segment-size-bytes', -1, '{value_negative,-1}'],
      ['x-stream-max-segment-size-bytes', 'a', '"expected integer, got longstr"'],
      ['x-initial-cluster-size', 0, '{value_zero,0}'],
      ['x-queue-leader-locator', 'foo', 'invalid_queue_locator_arg'],
    ] as const;
    for (const [name, value, detail] of cases) {
      channel.send('queue.declare', { queue, durable: true, arguments: { ...STREAM, [name]: value } });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}' in vhost '/': ${detail}`,
      );
    }
  });

  test('stream/segment-size: have segments of more than three gigabytes', async () => {
    const channel = await target.channel();
    const queue = target.name('stream');
    const args = { ...STREAM, 'x-stream-max-segment-size-bytes': 3_000_000_001 };
    channel.send('queue.declare', { queue, durable: true, arguments: args });
    await channel.expectClose(406, 'PRECONDITION_FAILED - Exceeded max value for x-stream-max-segment-size-bytes');
  });

  test('stream/filter-size: have filters of a size that RabbitMQ does not know', async () => {
    const channel = await target.channel();
    for (const bytes of [15, 256]) {
      const declare = {
        queue: target.name('stream'),
        durable: true,
        arguments: { ...STREAM, 'x-stream-filter-size-bytes': bytes },
      };
      // 3.10 does not know filters.
      if (target.rabbitmq) await channel.call('queue.declare', declare);
      else {
        channel.send('queue.declare', declare);
        await channel.expectClose(406, 'PRECONDITION_FAILED - Invalid value for  x-stream-filter-size-bytes');
      }
    }
  });

  test('stream/get: be read by basic.get', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    channel.send('basic.get', { queue });
    await refused(channel, queue, 'basic.get');
  });

  test('stream/purge: be purged', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    channel.send('queue.purge', { queue });
    await refused(channel, queue, 'queue.purge');
  });

  test('stream/no-ack: be consumed without acknowledgements', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    await channel.call('basic.qos', { prefetchCount: 5 });
    channel.send('basic.consume', { queue, noAck: true });
    await refused(channel, queue, 'automatic acknowledgement');
  });

  test('stream/no-prefetch: be consumed without a prefetch', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    for (const noAck of [false, true]) {
      channel.send('basic.consume', { queue, noAck });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - consumer prefetch count is not set for 'queue '${queue}' in vhost '/''`,
      );
    }
  });

  test('stream/global-qos: be consumed under a prefetch for the whole channel', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    await channel.call('basic.qos', { prefetchCount: 5 });
    await channel.call('basic.qos', { prefetchCount: 5, global: true });
    channel.send('basic.consume', { queue });
    await channel.client.expectClose(
      540,
      `NOT_IMPLEMENTED - queue '${queue}' in vhost '/' does not support global qos`,
    );
  });

  test('stream/nack: take messages back by basic.nack, whether or not they are to be delivered again', async () => {
    for (const requeue of [true, false]) {
      const stream = await filled('m');
      const channel = await stream.read('first');
      channel.nack((await channel.delivery()).deliveryTag, { requeue });
      await refused(channel, stream.queue, 'basic.nack and basic.reject');
    }
  });

  test('stream/reject: take messages back by basic.reject', async () => {
    const stream = await filled('m');
    const channel = await stream.read('first');
    channel.reject((await channel.delivery()).deliveryTag, false);
    await refused(channel, stream.queue, 'basic.nack and basic.reject');
  });

  test('stream/nack-others: keep what a classic queue delivered to the same channel when it refuses to take messages back', async () => {
    const stream = await filled('m');
    const other = await target.channel();
    const queue = target.name('classic');
    await other.queue(queue, { exclusive: false });
    const channel = await stream.read('first');
    await channel.delivery();
    other.publish(queue, 'kept');
    await channel.consume(queue);
    channel.nack((await channel.delivery()).deliveryTag, { multiple: true });
    await refused(channel, stream.queue, 'basic.nack and basic.reject');
    channel.client.destroy();
    await other.expectCounts(queue, { messages: 1 });
    expect(await other.get(queue)).toMatchObject({ body: 'kept', redelivered: true });
  });

  test('stream/recover: deliver messages again by basic.recover', async () => {
    const stream = await filled('m');
    const channel = await stream.read('first');
    await channel.delivery();
    channel.send('basic.recover', { requeue: true });
    if (target.rabbitmq) await channel.client.expectClose(541, 'INTERNAL_ERROR');
    else await refused(channel, stream.queue, 'basic.nack and basic.reject');
  });

  test('stream/tx-nack: take messages back in a transaction', async () => {
    const stream = await filled('m');
    const channel = await stream.read('first');
    const { deliveryTag } = await channel.delivery();
    await channel.call('tx.select');
    channel.nack(deliveryTag);
    if (target.rabbitmq) channel.send('tx.commit');
    await refused(channel, stream.queue, 'basic.nack and basic.reject');
  });
});

describe('a stream', () => {
  test('stream/type: is another queue than a quorum one of the same name', async () => {
    const { queue } = await filled();
    const channel = await target.channel();
    await channel.call('queue.declare', { queue, durable: true, arguments: STREAM });
    channel.send('queue.declare', { queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue '${queue}' in vhost '/': received 'quorum' but current is 'stream'`,
    );
  });

  test('stream/redeclare: counts its own arguments when it is declared again', async () => {
    const { queue } = await TestStream.declare(target, { 'x-max-age': '7D' });
    const channel = await target.channel();
    channel.send('queue.declare', { queue, durable: true, arguments: { ...STREAM, 'x-max-age': '1h' } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'x-max-age' for queue '${queue}' in vhost '/': received '1h' but current is '7D'`,
    );
  });

  test('stream/length: counts all its messages, whoever has read them', async () => {
    const stream = await filled('a', 'b', 'c');
    const channel = await stream.read('first');
    const [, , last] = await channel.deliveries(3);
    channel.ack(last.deliveryTag, true);
    // RabbitMQ counts every few seconds only.
    await channel.expectCounts(stream.queue, { messages: 3 });
  });

  test('stream/bindings: takes what exchanges route to it', async () => {
    const stream = await TestStream.declare(target);
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'topic');
    await channel.bind(stream.queue, exchange, 'a.#');
    channel.publish('a.b', 'routed', { exchange }).publish('b.a', 'not routed', { exchange });
    channel.publish(stream.queue, 'direct');
    const reader = await stream.read('first');
    expect(await reader.deliveries(2)).toMatchObject([
      { body: 'routed', exchange, routingKey: 'a.b' },
      { body: 'direct', exchange: '', routingKey: stream.queue },
    ]);
  });

  test('stream/cc: takes a message whose CC header names it', async () => {
    const stream = await TestStream.declare(target);
    const channel = await target.channel();
    channel.publish('nowhere', 'm', { headers: { CC: [stream.queue] } });
    const [copy] = await (await stream.read('first')).deliveries(1);
    expect(copy.body).toBe('m');
    // RabbitMQ's streams keep no headers that are arrays or tables.
    if (!target.rabbitmq) expect(headersOf(copy)).toMatchObject({ CC: [stream.queue] });
  });

  test('stream/dead-letters: takes the dead letters of other queues', async () => {
    const stream = await TestStream.declare(target);
    const channel = await target.channel();
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': stream.queue };
    const queue = await channel.queue('', { arguments: args });
    channel.publish(queue, 'rejected').publish(queue, 'expired', { expiration: '0' });
    channel.reject((await channel.get(queue))!.deliveryTag, false);
    const reader = await stream.read('first');
    if (target.rabbitmq) {
      // 3.10 loses them.
      await reader.expectNothing();
      return;
    }
    const letters = await reader.deliveries(2);
    expect(letters.map((letter) => headersOf(letter)['x-first-death-reason']).sort()).toEqual(['expired', 'rejected']);
  });

  test('stream/expiration: keeps a message whatever its expiration is', async () => {
    const pass = await brokerClock(target);
    const stream = await (await TestStream.declare(target)).fill({ body: 'm', expiration: '1' });
    await pass(20);
    const [message] = await (await stream.read('first')).deliveries(1);
    expect(message).toMatchObject({ body: 'm', properties: { expiration: '1' } });
  });

  test('stream/transaction: takes the messages of a transaction at its commit', async () => {
    const stream = await TestStream.declare(target);
    const channel = await target.channel();
    await channel.call('tx.select');
    channel.publish(stream.queue, 'forgotten');
    await channel.call('tx.rollback');
    channel.publish(stream.queue, 'committed');
    await channel.call('tx.commit');
    const [message] = await (await stream.read('first')).deliveries(1);
    expect([message.body, offsetOf(message)]).toEqual(['committed', 0]);
  });

  test('stream/delete: is deleted whatever the conditions are, and its consumers are cancelled', async () => {
    const stream = await filled('m');
    const reader = await stream.read('first');
    const { consumerTag } = await reader.delivery();
    const channel = await target.channel();
    await channel.call('queue.delete', { queue: stream.queue, ifUnused: true, ifEmpty: true });
    expect(await reader.expect('basic.cancel')).toMatchObject({ consumerTag, noWait: true });
    channel.send('queue.declare', { queue: stream.queue, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${stream.queue}' in vhost '/'`);
  });

  test('stream/delete-anew: begins anew when it is declared again', async () => {
    const stream = await filled('old');
    const channel = await target.channel();
    await channel.call('queue.delete', { queue: stream.queue });
    await channel.call('queue.declare', { queue: stream.queue, durable: true, arguments: STREAM });
    await stream.fill('new');
    const [first] = await (await stream.read('first')).deliveries(1);
    expect([first.body, offsetOf(first)]).toEqual(['new', 0]);
  });

  test('stream/max-length-bytes: loses its oldest segments when it is too long', async () => {
    const limits = { 'x-max-length-bytes': 20_000, 'x-stream-max-segment-size-bytes': 5000 };
    const stream = await TestStream.declare(target, limits);
    await stream.fill(...Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(1000, '.')));
    const reader = await stream.read('first');
    const first = await reader.delivery();
    const number = Number.parseFloat(first.body);
    expect(number).toBeGreaterThan(10);
    // In RabbitMQ a segment's head takes an offset too.
    if (!target.rabbitmq) expect(offsetOf(first)).toBe(number);
    const rest = await reader.deliveries(39 - number);
    expect(bodiesOf(rest).map(Number.parseFloat)).toEqual(Array.from(rest, (_, n) => number + 1 + n));
  });
});

test('stream/delete-count: the deletion of a stream counts no messages', async () => {
  const { queue } = await filled('a', 'b', 'c');
  const channel = await target.channel();
  expect((await channel.call('queue.delete', { queue })).messageCount).toBe(0);
});

test.each(['classic', 'quorum'])('stream/offset-elsewhere: a consumer of a %s queue has no offset', async (type) => {
  const channel = await target.channel();
  const args = { 'x-queue-type': type };
  const queue = await channel.queue(target.name('q'), { durable: true, exclusive: false, arguments: args });
  channel.send('basic.consume', { queue, arguments: { 'x-stream-offset': 'first' } });
  const where = `for queue '${queue}' in vhost '/' of queue type rabbit_${type}_queue`;
  await channel.expectClose(406, `PRECONDITION_FAILED - invalid arg 'x-stream-offset' ${where}`);
});
