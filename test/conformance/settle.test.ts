/** basic.ack, nack, reject and recover (specification 1.8.3.13 to 1.8.3.16, RabbitMQ's "Negative Acknowledgements"). */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** A channel that holds `count` unacked messages "0", "1"... of a fresh queue, got in this order. */
async function holding(count: number): Promise<{ channel: AmqpChannel; queue: string }> {
  const channel = await target.channel();
  const queue = await channel.queue(target.name('q'));
  for (let n = 0; n < count; n++) channel.publish(queue, `${n}`);
  for (let n = 0; n < count; n++) await channel.get(queue);
  return { channel, queue };
}

const unknown = (tag: number) => `PRECONDITION_FAILED - unknown delivery tag ${tag}`;

describe('ack', () => {
  test('basic.ack/one: an acked message is gone, the others stay', async () => {
    const { channel, queue } = await holding(3);
    channel.ack(2);
    await channel.call('basic.recover', { requeue: true });
    expect(await channel.drain(queue)).toEqual(['0', '2']);
  });

  test('basic.ack/multiple: multiple acks everything up to its tag', async () => {
    const { channel, queue } = await holding(4);
    channel.ack(3, true);
    await channel.call('basic.recover', { requeue: true });
    expect(await channel.drain(queue)).toEqual(['3']);
  });

  test('basic.ack/multiple-gap: multiple acks up to its tag over those settled before', async () => {
    const { channel, queue } = await holding(4);
    channel.ack(2).ack(3, true);
    await channel.call('basic.recover', { requeue: true });
    expect(await channel.drain(queue)).toEqual(['3']);
  });

  test('basic.ack/all: multiple with tag 0 acks everything, and is no error when there is nothing', async () => {
    const { channel, queue } = await holding(3);
    channel.ack(0, true).ack(0, true);
    await channel.call('basic.recover', { requeue: true });
    expect(await channel.drain(queue)).toEqual([]);
  });

  test('basic.ack/unknown-tag: an unknown delivery tag is refused with 406', async () => {
    const channel = await target.channel();
    channel.ack(1);
    expect(await channel.expectClose(406, unknown(1))).toMatchObject({ classId: 60, methodId: 80 });
  });

  test('basic.ack/twice: a second ack of a tag is refused with 406', async () => {
    const { channel } = await holding(2);
    channel.ack(1).ack(1);
    await channel.expectClose(406, unknown(1));
  });

  test('basic.ack/no-ack: acking a delivery that needs none is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'a');
    await channel.consume(queue, { noAck: true });
    channel.ack((await channel.delivery()).deliveryTag);
    await channel.expectClose(406, unknown(1));
  });

  test('basic.ack/zero: tag 0 without multiple is refused with 406', async () => {
    const { channel } = await holding(1);
    channel.ack(0);
    await channel.expectClose(406, unknown(0));
  });

  test('basic.ack/multiple-unknown: multiple with a tag that is not outstanding is refused with 406', async () => {
    const { channel } = await holding(2);
    channel.ack(3, true);
    await channel.expectClose(406, unknown(3));
  });

  test('basic.ack/multiple-settled: multiple with a tag settled before is refused with 406', async () => {
    const { channel } = await holding(3);
    channel.ack(2).ack(2, true);
    await channel.expectClose(406, unknown(2));
  });

  test('basic.ack/other-channel: a delivery can only be acked on its own channel', async () => {
    const { channel, queue } = await holding(1);
    const other = await channel.client.channel();
    other.ack(1);
    await other.expectClose(406, unknown(1));
    channel.ack(1);
    expect(await channel.drain(queue)).toEqual([]);
  });

  test('basic.ack/error-requeues: an error that closes the channel requeues what it held', async () => {
    const { channel, queue } = await holding(2);
    channel.ack(9);
    await channel.expectClose(406, unknown(9));
    expect(await channel.get(queue)).toMatchObject({ body: '0', redelivered: true });
    expect(await channel.get(queue)).toMatchObject({ body: '1', redelivered: true });
  });
});

describe('nack and reject', () => {
  test('basic.nack/requeue: a requeued message takes its old place and is marked redelivered', async () => {
    const { channel, queue } = await holding(3);
    channel.publish(queue, '3').nack(2);
    expect(await channel.get(queue)).toMatchObject({ body: '1', redelivered: true });
    expect(await channel.get(queue)).toMatchObject({ body: '3', redelivered: false });
  });

  test('basic.nack/multiple: multiple requeues everything up to its tag in order', async () => {
    const { channel, queue } = await holding(4);
    channel.nack(3, { multiple: true });
    expect(await channel.drain(queue)).toEqual(['0', '1', '2']);
  });

  test('basic.nack/all: multiple with tag 0 requeues everything', async () => {
    const { channel, queue } = await holding(3);
    channel.nack(0, { multiple: true });
    expect(await channel.drain(queue)).toEqual(['0', '1', '2']);
  });

  test('basic.nack/any-order: messages requeued in any order come back in their own order', async () => {
    const { channel, queue } = await holding(4);
    channel.nack(3).nack(1).nack(4).nack(2);
    expect(await channel.drain(queue)).toEqual(['0', '1', '2', '3']);
  });

  test('basic.nack/many: while very many are given up at once others are heard, and their channel when that is done', async () => {
    const count = 10_000;
    const [channel, other] = [await target.channel(), await target.channel()];
    const letters = await channel.queue(target.name('letters'), { exclusive: false });
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': letters };
    const queue = await channel.queue(target.name('q'), { arguments: args });
    for (let n = 0; n < count; n++) channel.publish(queue, `${n}`);
    await channel.consume(queue);
    await channel.deliveries(count);
    channel.nack(0, { multiple: true, requeue: false });
    const done = channel.counts(letters);
    let seen = 0;
    while (seen === 0) seen = (await other.counts(letters)).messages;
    expect(seen).toBeLessThan(count);
    // RabbitMQ's queues have a life of their own.
    if (target.rabbitmq) await other.expectCounts(letters, { messages: count });
    else expect((await done).messages).toBe(count);
    const order: string[] = [];
    for (let n = 0; n < 100; n++) order.push((await other.get(letters, true))!.body.toString());
    expect(order).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
  });

  test('basic.nack/discard: without requeue the message is gone', async () => {
    const { channel, queue } = await holding(3);
    channel.nack(2, { multiple: true, requeue: false });
    await channel.call('basic.recover', { requeue: true });
    expect(await channel.drain(queue)).toEqual(['2']);
  });

  test('basic.nack/unknown-tag: an unknown delivery tag is refused with 406', async () => {
    const { channel } = await holding(1);
    channel.nack(7);
    expect(await channel.expectClose(406, unknown(7))).toMatchObject({ classId: 60, methodId: 120 });
  });

  test('basic.reject/requeue: a rejected message goes back or away', async () => {
    const { channel, queue } = await holding(2);
    channel.reject(1, true).reject(2, false);
    expect(await channel.get(queue)).toMatchObject({ body: '0', redelivered: true });
    expect(await channel.get(queue)).toBeUndefined();
  });

  test('basic.reject/unknown-tag: an unknown delivery tag is refused with 406', async () => {
    const { channel } = await holding(1);
    channel.reject(7);
    expect(await channel.expectClose(406, unknown(7))).toMatchObject({ classId: 60, methodId: 90 });
  });

  test('basic.reject/other-consumer: a requeued message is delivered to whoever consumes', async () => {
    const { channel, queue } = await holding(1);
    const other = await channel.client.channel();
    await other.consume(queue);
    channel.reject(1, true);
    expect(await other.delivery()).toMatchObject({ body: '0', redelivered: true, deliveryTag: 1 });
  });
});

describe('recover', () => {
  test('basic.recover/requeue: recover requeues everything unacked and is answered', async () => {
    const { channel, queue } = await holding(3);
    await channel.call('basic.recover', { requeue: true });
    const got = [await channel.get(queue), await channel.get(queue), await channel.get(queue)];
    expect(got.map((one) => [one?.body, one?.redelivered, one?.deliveryTag])).toEqual([
      ['0', true, 4],
      ['1', true, 5],
      ['2', true, 6],
    ]);
  });

  test('basic.recover/consumer: recovered messages come again to the consumer', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.consume(queue);
    channel.publish(queue, 'a').publish(queue, 'b');
    await channel.deliveries(2);
    await channel.call('basic.recover', { requeue: true });
    const again = await channel.deliveries(2);
    expect(again.map(({ body, redelivered }) => [body, redelivered])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  test('basic.recover/no-requeue: recover without requeue is refused with 540', async () => {
    const { channel } = await holding(1);
    channel.send('basic.recover', { requeue: false });
    await channel.client.expectClose(540, 'NOT_IMPLEMENTED - requeue=false');
  });

  test('basic.recover-async/no-requeue: recover-async without requeue is refused with 540', async () => {
    const { channel } = await holding(1);
    channel.send('basic.recover-async', { requeue: false });
    const close = await channel.client.expectClose(540, 'NOT_IMPLEMENTED - requeue=false');
    expect(close).toMatchObject({ classId: 60, methodId: 100 });
  });

  test('basic.recover-async/requeue: recover-async requeues and is not answered', async () => {
    const { channel, queue } = await holding(1);
    channel.send('basic.recover-async', { requeue: true });
    expect(await channel.get(queue)).toMatchObject({ body: '0', redelivered: true });
  });
});
