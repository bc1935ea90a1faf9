/**
 * Messages that come back wait before they go out again: RabbitMQ 4.3's delayed retry of quorum queues, on every queue. RabbitMQ
 * 3.10 knows none of it and delivers them at once.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AmqpChannel, Delivery } from '../support/amqp-client/index.ts';
import { brokerClock, deadLetters, headersOf } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** Arguments by their names without their prefix. */
function retry(said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [`x-delayed-retry-${name}`, value]));
}

/** A queue that is consumed, one message at a time. */
async function consumed(args: Record<string, unknown>): Promise<{ channel: AmqpChannel; queue: string }> {
  const channel = await target.channel();
  const quorum = args['x-queue-type'] === 'quorum';
  const options = quorum ? { exclusive: false, durable: true } : {};
  const queue = await channel.queue(target.name('retry'), { ...options, arguments: args });
  await channel.call('basic.qos', { prefetchCount: 1 });
  await channel.consume(queue);
  return { channel, queue };
}

/** Expects the next delivery, and that it comes so many milliseconds after `act`; two clocks count whole ones. */
async function expectAfter(ms: number, channel: AmqpChannel, act: () => void): Promise<Delivery> {
  const begin = Date.now();
  act();
  const delivery = await channel.delivery();
  if (!target.rabbitmq) expect(Date.now() - begin).toBeGreaterThanOrEqual(ms - 1);
  return delivery;
}

describe.each(['classic', 'quorum'])('a message that comes back to a %s queue', (type) => {
  test('delayed-retry/exponential: waits longer each time, by the multiplier and up to the maximum', async () => {
    const said = retry({ type: 'all', min: 30, multiplier: 2, max: 80 });
    const { channel, queue } = await consumed({ 'x-queue-type': type, ...said });
    channel.publish(queue, 'm');
    let delivery = await channel.delivery();
    for (const [times, delay] of [30, 60, 80, 80].entries()) {
      delivery = await expectAfter(delay, channel, () => channel.nack(delivery.deliveryTag));
      expect(delivery).toMatchObject({ body: 'm', redelivered: true });
      if (!target.rabbitmq) expect(headersOf(delivery)).toEqual({ 'x-delivery-count': times + 1 });
    }
  });

  test('delayed-retry/linear: waits longer by the minimum each time where no multiplier is set', async () => {
    const { channel, queue } = await consumed({ 'x-queue-type': type, ...retry({ type: 'all', min: 30, max: 70 }) });
    channel.publish(queue, 'm');
    let delivery = await channel.delivery();
    for (const delay of [30, 60, 70]) {
      delivery = await expectAfter(delay, channel, () => channel.reject(delivery.deliveryTag));
    }
  });

  test('delayed-retry/limit: is dead-lettered when it came back more often than x-delivery-limit', async () => {
    if (target.rabbitmq && type === 'classic') return;
    const letters = await deadLetters(target);
    const said = { ...retry({ type: 'all', min: 20 }), 'x-delivery-limit': 2, ...letters.arguments };
    const { channel, queue } = await consumed({ 'x-queue-type': type, ...said });
    channel.publish(queue, 'm');
    for (let times = 0; times <= 2; times++) channel.nack((await channel.delivery()).deliveryTag);
    const letter = await letters.next();
    expect(headersOf(letter)).toMatchObject({ 'x-first-death-reason': 'delivery_limit', 'x-first-death-queue': queue });
  });
});

describe('a message that comes back', () => {
  test.each([
    ['failed', 'reject', true],
    ['failed', 'nack', false],
    ['returned', 'reject', false],
    ['returned', 'nack', true],
  ] as const)('delayed-retry/types: of the type %s waits after a %s: %s', async (type, how, waits) => {
    const { channel, queue } = await consumed(retry({ type, min: 3_600_000 }));
    channel.publish(queue, 'comes back');
    const { deliveryTag } = await channel.delivery();
    channel.publish(queue, 'next');
    channel[how](deliveryTag);
    expect((await channel.delivery()).body).toBe(waits && !target.rabbitmq ? 'next' : 'comes back');
  });

  test('delayed-retry/channel: waits as one that its consumer failed at when the channel ends', async () => {
    const reader = await target.channel();
    const args = retry({ type: 'failed', min: 60 });
    const queue = await reader.queue(target.name('retry'), { exclusive: false, arguments: args });
    const channel = await target.channel();
    channel.publish(queue, 'm');
    await channel.expectCounts(queue, { messages: 1 });
    await channel.get(queue);
    const closed = Date.now();
    await channel.close();
    await reader.consume(queue);
    expect(await reader.delivery()).toMatchObject({ body: 'm', redelivered: true });
    if (!target.rabbitmq) expect(Date.now() - closed).toBeGreaterThanOrEqual(59);
  });

  test('delayed-retry/others: lets others pass while it waits, and comes back to its own place', async () => {
    const { channel, queue } = await consumed(retry({ type: 'all', min: 100 }));
    for (const body of ['a', 'b', 'c', 'd']) channel.publish(queue, body);
    channel.nack((await channel.delivery()).deliveryTag);
    const b = await channel.delivery();
    if (target.rabbitmq) return;
    expect(b.body).toBe('b');
    const pass = await brokerClock(target);
    await pass(150);
    channel.ack(b.deliveryTag);
    const bodies: string[] = [];
    while (bodies.length < 3) {
      const { body, deliveryTag } = await channel.delivery();
      bodies.push(body);
      channel.ack(deliveryTag);
    }
    expect(bodies).toEqual(['a', 'c', 'd']);
  });

  test('delayed-retry/counts: is not ready while it waits, but its queue is not empty, and a purge removes it', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: retry({ type: 'all', min: 3_600_000 }) });
    for (const body of ['a', 'b']) channel.publish(queue, body);
    await channel.expectCounts(queue, { messages: 2 });
    channel.nack((await channel.get(queue))!.deliveryTag);
    if (!target.rabbitmq) await channel.expectCounts(queue, { messages: 1 });
    expect(await channel.call('queue.purge', { queue })).toMatchObject({ messageCount: 2 });
    channel.publish(queue, 'c');
    await channel.expectCounts(queue, { messages: 1 });
    channel.nack((await channel.get(queue))!.deliveryTag);
    channel.send('queue.delete', { queue, ifEmpty: true });
    await channel.expectClose(406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`);
  });

  test('delayed-retry/delete: counts where its queue is deleted while it waits', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: retry({ type: 'all', min: 3_600_000 }) });
    for (const body of ['a', 'b']) channel.publish(queue, body);
    await channel.expectCounts(queue, { messages: 2 });
    channel.nack((await channel.get(queue))!.deliveryTag);
    expect(await channel.call('queue.delete', { queue })).toMatchObject({ messageCount: 2 });
  });

  test('delayed-retry/expired: expires when its delay is over, if its time was over before', async () => {
    const letters = await deadLetters(target);
    const args = { ...retry({ type: 'all', min: 80 }), 'x-message-ttl': 20, ...letters.arguments };
    const { channel, queue } = await consumed(args);
    channel.publish(queue, 'm');
    const { deliveryTag } = await channel.delivery();
    const pass = await brokerClock(target);
    await pass(40);
    channel.nack(deliveryTag);
    expect(headersOf(await letters.next())).toMatchObject({ 'x-first-death-reason': 'expired' });
  });

  test('delayed-retry/disabled: goes out at once where the type is disabled or not set', async () => {
    for (const said of [{ type: 'disabled', min: 3_600_000 }, { min: 3_600_000 }]) {
      const { channel, queue } = await consumed(retry(said));
      channel.publish(queue, 'm');
      channel.nack((await channel.delivery()).deliveryTag);
      expect(headersOf(await channel.delivery())).toEqual({});
    }
  });

  test('delayed-retry/policy: waits as a policy says, from then on', async () => {
    if (target.rabbitmq) return;
    const { channel, queue } = await consumed({});
    const letters = await deadLetters(target);
    channel.publish(queue, 'm');
    channel.nack((await channel.delivery()).deliveryTag);
    const { deliveryTag } = await channel.delivery();
    const policy = { name: randomBytes(4).toString('hex'), vhost: '/', pattern: `^${queue}$` };
    const definition = {
      'delayed-retry-type': 'all',
      'delayed-retry-min': 50,
      'delayed-retry-multiplier': 1.5,
      'delivery-limit': 1,
      'dead-letter-exchange': '',
      'dead-letter-routing-key': letters.queue,
    };
    await target.operator.setPolicy({ ...policy, definition });
    const second = await expectAfter(50, channel, () => channel.nack(deliveryTag));
    channel.nack(second.deliveryTag);
    expect(headersOf(await letters.next())).toMatchObject({ 'x-first-death-reason': 'delivery_limit' });
    await target.operator.clearPolicy(policy);
  });
});

test('delayed-retry/arguments: wrong arguments are refused, and a delivery limit of a classic queue without them', async () => {
  const channel = await target.channel();
  const cases: [Record<string, unknown>, string][] = [
    [retry({ type: 'never' }), `: "unsupported delayed retry type 'never'"`],
    [retry({ type: 5 }), ': {unacceptable_type,signedint}'],
    [retry({ min: -1 }), ': {value_negative,-1}'],
    [retry({ max: 'long' }), ': "expected integer, got longstr"'],
    [retry({ max: 315_360_000_001 }), ': {value_too_large,315360000001}'],
    [retry({ multiplier: 0.5 }), ': {value_out_of_range,0.5}'],
    [retry({ multiplier: 'two' }), ': "expected number, got longstr"'],
    [{ 'x-delivery-limit': 3 }, ' of queue type rabbit_classic_queue'],
  ];
  for (const [args, detail] of cases) {
    const [name] = Object.keys(args);
    const queue = target.name('retry');
    channel.send('queue.declare', { queue, exclusive: true, arguments: args });
    if (target.rabbitmq && name !== 'x-delivery-limit') await channel.expect('queue.declare-ok');
    else {
      const text = `PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}' in vhost '/'${detail}`;
      await channel.expectClose(406, text);
    }
  }
});
