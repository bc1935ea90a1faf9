/**
 * Messages that come again: by the rule of RabbitMQ's plugin rabbitmq-message-deduplication, or with x-cache-ttl by LavinMQ's. RabbitMQ
 * 3.10 without the plugin takes the arguments, and every message.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { deadLetters } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** The other rule: what a queue has seen counts for a while, whatever became of it. */
const WINDOW = { 'x-cache-ttl': 60_000 };

interface Deduplicated {
  readonly channel: AmqpChannel;
  readonly queue: string;
  /** Publishes messages of these ids, each with its id as its body, and waits for their confirms. */
  readonly publish: (...ids: readonly string[]) => Promise<void>;
  /** The bodies in the queue are these; RabbitMQ, which drops nothing, has `all`. */
  readonly expectBodies: (bodies: readonly string[], all: readonly string[]) => Promise<void>;
}

/** A channel that confirms, and a queue that deduplicates. */
async function deduplicated(args: Record<string, unknown> = {}): Promise<Deduplicated> {
  const channel = await target.channel();
  await channel.call('confirm.select');
  const queue = await channel.queue(target.name('q'), { arguments: { 'x-message-deduplication': true, ...args } });
  let published = 0;
  return {
    channel,
    queue,
    async publish(...ids) {
      for (const messageId of ids) channel.publish(queue, messageId, { messageId });
      expect(await channel.confirmed(published + 1, (published += ids.length))).toEqual({ nacked: [] });
    },
    expectBodies: async (bodies, all) => expect(await channel.drain(queue)).toEqual(target.rabbitmq ? all : bodies),
  };
}

describe('a queue that deduplicates', () => {
  test('deduplication/message-id: drops a message whose id it has seen, and confirms it as taken', async () => {
    const { publish, expectBodies } = await deduplicated();
    await publish('a', 'b', 'a', 'c', 'b');
    await expectBodies(['a', 'b', 'c'], ['a', 'b', 'a', 'c', 'b']);
  });

  test('deduplication/not-returned: a mandatory message that is dropped was routed, and is not returned', async () => {
    const { channel, queue, expectBodies } = await deduplicated();
    for (let n = 0; n < 2; n++) channel.publish(queue, 'a', { messageId: 'a', mandatory: true });
    // A return would come before the confirm.
    await channel.confirmed(1, 2);
    await expectBodies(['a'], ['a', 'a']);
  });

  test('deduplication/header: the header x-deduplication-header counts before the message id', async () => {
    const { channel, queue, expectBodies } = await deduplicated();
    const messages: [string, Record<string, unknown> | undefined, string][] = [
      ['1', { 'x-deduplication-header': 'k' }, 'a'],
      ['2', { 'x-deduplication-header': 'k' }, 'b'],
      ['3', { other: 'k' }, 'b'],
      ['4', undefined, 'b'],
      ['5', { 'x-deduplication-header': 17 }, 'b'],
      ['6', { 'x-deduplication-header': 17 }, 'c'],
    ];
    for (const [body, headers, messageId] of messages) {
      channel.publish(queue, body, { messageId, ...(headers === undefined ? {} : { headers }) });
    }
    await channel.confirmed(1, 6);
    await expectBodies(['1', '3', '5'], ['1', '2', '3', '4', '5', '6']);
  });

  test('deduplication/named-header: a queue may name the header, and then no other counts, nor does the message id', async () => {
    const { channel, queue, expectBodies } = await deduplicated({ 'x-deduplication-header': 'order' });
    channel.publish(queue, '1', { messageId: 'a', headers: { order: '7' } });
    channel.publish(queue, '2', { messageId: 'b', headers: { order: '7' } });
    channel.publish(queue, '3', { messageId: 'a', headers: { order: '8', 'x-deduplication-header': 'k' } });
    channel.publish(queue, '4', { messageId: 'a', headers: { 'x-deduplication-header': 'k' } });
    await channel.confirmed(1, 4);
    await expectBodies(['1', '3', '4'], ['1', '2', '3', '4']);
  });

  test('deduplication/no-key: takes every message that has no key', async () => {
    const { channel, queue } = await deduplicated();
    for (const body of ['a', 'a', 'b']) channel.publish(queue, body, { correlationId: 'same' });
    await channel.confirmed(1, 3);
    expect(await channel.drain(queue)).toEqual(['a', 'a', 'b']);
  });

  test('deduplication/in-queue: drops the repeat of a message that waits, or is at a consumer', async () => {
    const { channel, queue, publish, expectBodies } = await deduplicated();
    for (const settle of ['ack', 'reject'] as const) {
      await publish('a', 'a');
      const { deliveryTag } = (await channel.get(queue))!;
      await publish('a', 'b');
      channel[settle](deliveryTag, false);
      await publish('a');
      await expectBodies(['b', 'a'], ['a', 'a', 'b', 'a']);
    }
  });

  test('deduplication/left: takes a message again when the first has left the queue, whatever the way', async () => {
    const letters = await deadLetters(target);
    const { channel, queue, publish, expectBodies } = await deduplicated({ 'x-max-length': 1, ...letters.arguments });
    await publish('a');
    expect((await channel.get(queue, true))?.body).toBe('a');
    await publish('a', 'b', 'a');
    for (const body of ['a', 'b']) expect((await letters.next()).body).toBe(body);
    channel.publish(queue, 'b', { messageId: 'b', expiration: '20' });
    for (const body of ['a', 'b']) expect((await letters.next()).body).toBe(body);
    channel.publish(queue, 'b', { messageId: 'b' });
    await channel.confirmed(5, 6);
    await expectBodies(['b'], ['b']);
    const direct = await deduplicated();
    const consumer = await direct.channel.client.channel();
    await consumer.consume(direct.queue, { noAck: true });
    await direct.publish('a', 'a');
    for (let n = 0; n < 2; n++) expect((await consumer.delivery()).body).toBe('a');
  });

  test('deduplication/gone: drops the repeat of a message that was consumed and acknowledged, too', async () => {
    const { channel, queue, publish, expectBodies } = await deduplicated(WINDOW);
    await publish('a');
    expect((await channel.get(queue, true))?.body).toBe('a');
    await publish('a', 'b');
    await expectBodies(['b'], ['a', 'b']);
  });

  test('deduplication/delivered-at-once: drops the repeat of a message that went to a waiting consumer', async () => {
    const { channel, queue, publish } = await deduplicated(WINDOW);
    const consumer = await channel.client.channel();
    await consumer.consume(queue, { noAck: true });
    await publish('a', 'a', 'b');
    expect((await consumer.deliveries(target.rabbitmq ? 3 : 2)).map(({ body }) => body)).toEqual(
      target.rabbitmq ? ['a', 'a', 'b'] : ['a', 'b'],
    );
  });

  test('deduplication/window: takes a message again when x-cache-ttl is over since the first', async () => {
    const { channel, queue, publish } = await deduplicated({ 'x-cache-ttl': 40 });
    const published = performance.now();
    await publish('a');
    for (let messages = 1; messages < 2;) {
      await publish('a');
      ({ messages } = await channel.counts(queue));
    }
    // Both clocks count whole milliseconds, not the same ones.
    if (!target.rabbitmq) expect(performance.now() - published).toBeGreaterThan(38);
  });

  test('deduplication/size: remembers as many keys as x-cache-size says, and forgets the oldest', async () => {
    const { publish, expectBodies } = await deduplicated({ 'x-cache-size': 2 });
    await publish('a', 'b', 'a', 'c', 'a');
    await expectBodies(['a', 'b', 'c', 'a'], ['a', 'b', 'a', 'c', 'a']);
  });

  test('deduplication/requeue: what comes back from a consumer is no other message', async () => {
    const { channel, queue, publish, expectBodies } = await deduplicated();
    await publish('a');
    channel.nack((await channel.get(queue))!.deliveryTag);
    expect((await channel.get(queue))?.redelivered).toBe(true);
    await channel.call('basic.recover', { requeue: true });
    await publish('a');
    await expectBodies(['a'], ['a', 'a']);
  });

  test('deduplication/one-queue: is about itself only: other queues get every message', async () => {
    const { channel, queue, expectBodies } = await deduplicated();
    const other = await channel.queue();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    for (const each of [queue, other]) await channel.bind(each, exchange);
    for (let n = 0; n < 2; n++) channel.publish('', 'a', { exchange, messageId: 'a' });
    await channel.confirmed(1, 2);
    await expectBodies(['a'], ['a', 'a']);
    expect(await channel.drain(other)).toEqual(['a', 'a']);
  });

  test('deduplication/purge: forgets what it has seen when it is purged', async () => {
    const { channel, queue, publish, expectBodies } = await deduplicated();
    await publish('a', 'b');
    await channel.call('queue.purge', { queue });
    await publish('b', 'a', 'b');
    await expectBodies(['b', 'a'], ['b', 'a', 'b']);
  });

  test('deduplication/refused: a message that is refused may come again; a repeat is not refused', async () => {
    const { channel, queue, expectBodies } = await deduplicated({ 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    for (const messageId of ['a', 'b', 'a']) channel.publish(queue, messageId, { messageId });
    expect(await channel.confirmed(1, 3)).toEqual({ nacked: target.rabbitmq ? [2, 3] : [2] });
    await expectBodies(['a'], ['a']);
    channel.publish(queue, 'b', { messageId: 'b' });
    expect(await channel.confirmed(4, 4)).toEqual({ nacked: [] });
    await expectBodies(['b'], ['b']);
  });

  test('deduplication/tx: a transaction that is rolled back leaves no key behind', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-message-deduplication': true } });
    await channel.call('tx.select');
    channel.publish(queue, 'a', { messageId: 'a' });
    await channel.call('tx.rollback');
    for (let n = 0; n < 2; n++) channel.publish(queue, 'a', { messageId: 'a' });
    await channel.call('tx.commit');
    expect(await channel.drain(queue)).toEqual(target.rabbitmq ? ['a', 'a'] : ['a']);
  });

  test('deduplication/dead-letter: drops dead letters as it drops other messages', async () => {
    const letters = await deduplicated();
    const dying = await letters.channel.queue('', {
      arguments: { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': letters.queue },
    });
    for (const messageId of ['a', 'a', 'b']) letters.channel.publish(dying, messageId, { messageId });
    await letters.channel.confirmed(1, 3);
    await letters.channel.expectCounts(letters.queue, { messages: target.rabbitmq ? 3 : 2 });
    await letters.expectBodies(['a', 'b'], ['a', 'a', 'b']);
  });

  test('deduplication/dead-letter-returns: takes a dead letter back that died in it, as retries by way of another queue do', async () => {
    const name = target.name('q');
    const setup = await target.channel();
    const wait = await setup.queue('', {
      arguments: { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': name },
    });
    const queue = await setup.queue(name, {
      arguments: { 'x-message-deduplication': true, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': wait },
    });
    await setup.consume(queue);
    setup.publish(queue, 'a', { messageId: 'a' });
    for (let n = 0; n < 3; n++) {
      const { body, deliveryTag } = await setup.delivery();
      expect(body).toBe('a');
      setup.reject(deliveryTag, false);
    }
    setup.ack((await setup.delivery()).deliveryTag);
  });

  test('deduplication/expired: remembers what it dead-letters at once, too', async () => {
    const letters = await deadLetters(target);
    const { channel, queue } = await deduplicated({ ...WINDOW, 'x-message-ttl': 0, ...letters.arguments });
    for (const messageId of ['a', 'a', 'b']) channel.publish(queue, messageId, { messageId });
    await channel.confirmed(1, 3);
    const bodies = target.rabbitmq ? ['a', 'a', 'b'] : ['a', 'b'];
    for (const body of bodies) expect((await letters.next()).body).toBe(body);
    await letters.none();
  });

  test('deduplication/priority: drops a repeat whatever its priority', async () => {
    const { channel, queue, expectBodies } = await deduplicated({ 'x-max-priority': 5 });
    for (const [messageId, priority] of [
      ['a', 1],
      ['b', 5],
      ['a', 5],
    ] as const) {
      channel.publish(queue, messageId, { messageId, priority });
    }
    await channel.confirmed(1, 3);
    if (target.rabbitmq) expect((await channel.drain(queue)).length).toBe(3);
    else await expectBodies(['b', 'a'], []);
  });

  test('deduplication/arguments: refuses arguments that are not what they should be', async () => {
    const channel = await target.channel();
    for (const [name, value, text] of [
      ['x-message-deduplication', 'yes', '{unacceptable_type,longstr}'],
      ['x-cache-size', 0, '{value_zero,0}'],
      ['x-cache-size', 10_000_001, '{max_value_exceeded,10000001}'],
      ['x-cache-ttl', -1, '{value_negative,-1}'],
      ['x-cache-ttl', 'long', '"expected integer, got longstr"'],
      ['x-deduplication-header', 7, '{unacceptable_type,signedint}'],
    ] as const) {
      const queue = target.name('q');
      channel.send('queue.declare', { queue, exclusive: true, arguments: { [name]: value } });
      if (target.rabbitmq) await channel.expect('queue.declare-ok');
      else
        await channel.expectClose(
          406,
          new RegExp(`^PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}'.*: ${text}$`),
        );
    }
  });
});

describe.skipIf(!accountsPossible)('deduplication by policy', () => {
  const target = useTarget();
  const vhost = `seen-${randomBytes(4).toString('hex')}`;
  beforeAll(() => target.operator.addVhost(vhost));
  afterAll(() => target.operator.deleteVhost(vhost));

  test('deduplication/policy: a policy begins it for queues that are there, and ends it', async () => {
    const channel = await target.channel({ vhost });
    await channel.call('confirm.select');
    const queue = await channel.queue('by-policy');
    const definition = { 'message-deduplication': true, 'cache-ttl': 60_000, 'deduplication-header': 'order' };
    const policy = { name: 'once', vhost, pattern: '^by-policy$', definition };
    const publish = (body: string) => channel.publish(queue, body, { headers: { order: 7 } });
    await publish('before').confirmed(1, 1);
    if (target.rabbitmq) {
      await expect(target.operator.setPolicy(policy)).rejects.toThrow();
      return;
    }
    await target.operator.setPolicy(policy);
    await publish('first')
      .publish(queue, 'repeat', { headers: { order: 7 } })
      .confirmed(2, 3);
    await target.operator.clearPolicy({ name: 'once', vhost });
    await publish('after').confirmed(4, 4);
    expect(await channel.drain(queue)).toEqual(['before', 'first', 'after']);
  });
});
