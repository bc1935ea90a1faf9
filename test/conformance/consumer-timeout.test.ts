/** How long a delivery may wait for its acknowledgement (RabbitMQ's page "Consumers", "Delivery Acknowledgement Timeout"). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { MessageTime } from '../support/message-time.ts';
import { type Target, useTarget } from '../support/target.ts';

const target = useTarget(undefined, new MessageTime());

/** Longer than all timeouts here, and the time between two looks for what is late, in milliseconds. */
const LATE = 1000;

/** The channel is closed with the text that names `ms`. RabbitMQ 3.10 knows a timeout of the whole broker only: there nothing comes. */
async function expectTimeout(target: Target, channel: AmqpChannel, ms: number): Promise<void> {
  if (target.rabbitmq) {
    await channel.expectNothing();
    return;
  }
  await target.time?.pass(LATE);
  const text =
    `PRECONDITION_FAILED - delivery acknowledgement on channel ${channel.number} timed out. Timeout value used: ${ms} ms. ` +
    'This timeout value can be configured, see consumers doc guide to learn more';
  expect(await channel.expectClose(406, text)).toMatchObject({ classId: 0, methodId: 0 });
}

describe('consumer timeout', () => {
  test('basic.consume/timeout: a delivery that is not acknowledged within the timeout closes its channel, and no other', async () => {
    const channel = await target.channel();
    const other = await channel.client.channel();
    const queue = await channel.queue('', { arguments: { 'x-consumer-timeout': 50 } });
    await channel.consume(queue);
    channel.publish(queue, 'acknowledged').publish(queue, 'forgotten').publish(queue, 'behind');
    const [first] = await channel.deliveries(3);
    channel.ack(first.deliveryTag);
    await expectTimeout(target, channel, 50);
    if (target.rabbitmq) return;
    for (const body of ['forgotten', 'behind']) {
      expect(await other.get(queue, true)).toMatchObject({ body, redelivered: true });
    }
    expect(await other.get(queue)).toBeUndefined();
  });

  test('consumer-timeout/get: a message taken by basic.get is to be acknowledged in time, too', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-consumer-timeout': 50 } });
    channel.publish(queue, 'm');
    await channel.expectCounts(queue, { messages: 1 });
    await channel.get(queue);
    await expectTimeout(target, channel, 50);
    if (!target.rabbitmq) expect(await channel.get(queue)).toMatchObject({ body: 'm', redelivered: true });
  });

  test("consumer-timeout/consumer: a consumer's own timeout counts before its queue's", async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-consumer-timeout': 3_600_000 } });
    await channel.consume(queue, { arguments: { 'x-consumer-timeout': 60 } });
    channel.publish(queue, 'm');
    await channel.delivery();
    await expectTimeout(target, channel, 60);
  });

  test('consumer-timeout/zero: 0 lets a delivery wait for ever', async () => {
    const ticking = await target.channel();
    const channel = await target.channel();
    const arguments_ = { 'x-consumer-timeout': 50 };
    const queue = await channel.queue('', { arguments: arguments_ });
    const own = await ticking.queue('', { arguments: arguments_ });
    await channel.consume(queue, { arguments: { 'x-consumer-timeout': 0 } });
    await ticking.consume(own);
    channel.publish(queue, 'm');
    const { deliveryTag } = await channel.delivery();
    ticking.publish(own, 'm');
    await ticking.delivery();
    // By then the time of the first delivery is over, too.
    await expectTimeout(target, ticking, 50);
    channel.ack(deliveryTag);
    await channel.expectNothing(queue);
    await channel.expectCounts(queue, { messages: 0 });
  });

  test('consumer-timeout/no-ack: what needs no acknowledgement has no timeout', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-consumer-timeout': 50 } });
    await channel.consume(queue, { noAck: true });
    channel.publish(queue, 'none');
    await channel.delivery();
    const waiting = await channel.client.channel();
    const own = await waiting.queue('', { arguments: { 'x-consumer-timeout': 50 } });
    await waiting.consume(own);
    waiting.publish(own, 'm');
    await waiting.delivery();
    await expectTimeout(target, waiting, 50);
    await channel.expectNothing(queue);
  });

  test('consumer-timeout/argument-type: a timeout that is no integer from 0 to ten years is refused', async () => {
    const channel = await target.channel();
    for (const [value, text] of [
      ['1000', `"expected integer, got longstr"`],
      [-1, '{value_negative,-1}'],
      [315_360_000_001, '{value_too_large,315360000001}'],
    ] as const) {
      const queue = target.name('q');
      channel.send('queue.declare', { queue, exclusive: true, arguments: { 'x-consumer-timeout': value } });
      if (target.rabbitmq) await channel.expect('queue.declare-ok');
      else {
        const invalid = `invalid arg 'x-consumer-timeout' for queue '${queue}' in vhost '/': ${text}`;
        await channel.expectClose(406, `PRECONDITION_FAILED - ${invalid}`);
      }
    }
    const queue = await channel.queue();
    channel.send('basic.consume', { queue, arguments: { 'x-consumer-timeout': 'soon' } });
    if (target.rabbitmq) await channel.expect('basic.consume-ok');
    else await channel.expectClose(406, /invalid arg 'x-consumer-timeout' .*"expected integer, got longstr"$/);
  });
});

describe.skipIf(!accountsPossible)('consumer timeout by policy', () => {
  const target = useTarget(undefined, new MessageTime());
  const vhost = `timeouts-${randomBytes(4).toString('hex')}`;
  beforeAll(() => target.operator.addVhost(vhost));
  afterAll(() => target.operator.deleteVhost(vhost));

  test("consumer-timeout/policy: a policy's timeout counts at once, and of it and the queue's argument the shorter one", async () => {
    const policy = { name: 'timeout', vhost, pattern: '^timed', definition: { 'consumer-timeout': 70 } };
    const channel = await target.channel({ vhost });
    const queue = await channel.queue('timed', { arguments: { 'x-consumer-timeout': 3_600_000 } });
    await channel.consume(queue);
    channel.publish(queue, 'm');
    await channel.delivery();
    if (target.rabbitmq) await expect(target.operator.setPolicy(policy)).rejects.toThrow();
    else await target.operator.setPolicy(policy);
    await expectTimeout(target, channel, 70);
  });
});
