/** What becomes of a dead letter that comes back to where it died (RabbitMQ's page "Dead Letter Exchanges", "Dead-Lettering Effects on Messages"). */
import { describe, expect, test } from 'vitest';
import { brokerClock, deadLetters, deathsOf } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('a dead letter in a circle', () => {
  test('dead-letter/cycle: is dropped where nobody rejected it on its way', async () => {
    const channel = await target.channel();
    const pass = await brokerClock(target);
    const queue = target.name('circle');
    await channel.queue(queue, {
      arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue, 'x-message-ttl': 20 },
    });
    channel.publish(queue, 'm');
    await pass(60);
    await channel.expectCounts(queue, { messages: 0 });
  });

  test('dead-letter/cycle-two: is dropped where the circle has two queues', async () => {
    const channel = await target.channel();
    const pass = await brokerClock(target);
    const [first, second] = [target.name('first'), target.name('second')];
    const ring = [
      [first, second],
      [second, first],
    ];
    for (const [queue, next] of ring) {
      await channel.queue(queue, {
        arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': next, 'x-message-ttl': 20 },
      });
    }
    channel.publish(first, 'm');
    await pass(100);
    await channel.expectCounts(first, { messages: 0 });
    await channel.expectCounts(second, { messages: 0 });
  });

  test('dead-letter/cycle-rejected: goes on where it was rejected', async () => {
    const channel = await target.channel();
    const queue = target.name('circle');
    await channel.queue(queue, {
      arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue },
    });
    await channel.consume(queue);
    channel.publish(queue, 'm');
    for (let times = 0; times < 3; times++) {
      const delivery = await channel.delivery();
      expect(deathsOf(delivery)?.[0]?.['count'] ?? 0).toBe(times);
      channel.reject(delivery.deliveryTag, false);
    }
    const delivery = await channel.delivery();
    channel.ack(delivery.deliveryTag);
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('dead-letter/cycle-other: reaches the other queues of its exchange all the same', async () => {
    const letters = await deadLetters(target);
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('dlx'), 'fanout');
    const queue = await channel.queue('', { arguments: { 'x-dead-letter-exchange': exchange, 'x-message-ttl': 20 } });
    await channel.bind(queue, exchange);
    await channel.bind(letters.queue, exchange);
    channel.publish(queue, 'm');
    expect((await letters.next()).body).toBe('m');
    await channel.expectCounts(queue, { messages: 0 });
    await letters.none();
  });
});
