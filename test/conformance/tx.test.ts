/** Transactions (specification 1.9, RabbitMQ's "Transactions"). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('tx', () => {
  test('tx.select/again: tx.select may be repeated', async () => {
    const channel = await target.channel();
    await channel.call('tx.select');
    await channel.call('tx.select');
  });

  test('tx.commit/not-transactional: commit and rollback without select are refused with 406', async () => {
    const channel = await target.channel();
    channel.send('tx.commit');
    expect(await channel.expectClose(406, 'PRECONDITION_FAILED - channel is not transactional')).toMatchObject({
      classId: 90,
      methodId: 20,
    });
    channel.send('tx.rollback');
    await channel.expectClose(406, 'PRECONDITION_FAILED - channel is not transactional');
  });

  test('tx.commit/publish: publishes reach their queue at commit, in order', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('tx.select');
    channel.publish(queue, 'a').publish(queue, 'b', { deliveryMode: 2 });
    expect((await channel.counts(queue)).messages).toBe(0);
    await channel.call('tx.commit');
    expect(await channel.drain(queue)).toEqual(['a', 'b']);
  });

  test('tx.commit/empty: committing nothing is no error', async () => {
    const channel = await target.channel();
    await channel.call('tx.select');
    await channel.call('tx.commit');
    await channel.call('tx.rollback');
  });

  test('tx.commit/ack: acks take effect at commit', async () => {
    const client = await target.connect();
    const [channel, other] = [await client.channel(), await client.channel()];
    const queue = await channel.queue();
    channel.publish(queue, 'a').publish(queue, 'b');
    await channel.call('tx.select');
    const [first, second] = [await channel.get(queue), await channel.get(queue)];
    channel.ack(first!.deliveryTag);
    await channel.call('tx.commit');
    channel.ack(second!.deliveryTag);
    await channel.close();
    expect(await other.drain(queue)).toEqual(['b']);
  });

  test('tx.commit/nack: rejects and requeues take effect at commit', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'back').publish(queue, 'away');
    const [back, away] = [await channel.get(queue), await channel.get(queue)];
    await channel.call('tx.select');
    channel.nack(back!.deliveryTag).reject(away!.deliveryTag, false);
    expect((await channel.counts(queue)).messages).toBe(0);
    await channel.call('tx.commit');
    expect(await channel.drain(queue)).toEqual(['back']);
  });

  test('tx.commit/return: mandatory returns are sent at commit and before commit-ok', async () => {
    const channel = await target.channel();
    await channel.call('tx.select');
    channel.publish(target.name('q'), 'back', { mandatory: true });
    await channel.expectNothing();
    channel.send('tx.commit');
    expect(await channel.returned()).toMatchObject({ body: 'back', replyCode: 312 });
    await channel.expect('tx.commit-ok');
  });

  test('tx.commit/queue-gone: a queue that is deleted before the commit takes nothing, and one of its name does', async () => {
    const channel = await target.channel();
    const [gone, other] = [await channel.queue(), await channel.queue(target.name('again'))];
    await channel.call('tx.select');
    for (const queue of [gone, other]) channel.publish(queue, 'm', { mandatory: true });
    for (const queue of [gone, other]) await channel.call('queue.delete', { queue });
    await channel.queue(other);
    channel.send('tx.commit');
    expect(await channel.returned()).toMatchObject({ routingKey: gone, replyCode: 312, replyText: 'NO_ROUTE' });
    await channel.expect('tx.commit-ok');
    expect((await channel.get(other))?.body).toBe('m');
  });

  test('tx.publish/unknown-exchange: an unknown exchange is refused at publish', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.call('tx.select');
    channel.publish('k', 'x', { exchange });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
  });

  test('tx.ack/unknown-tag: an unknown delivery tag is refused at the ack', async () => {
    const channel = await target.channel();
    await channel.call('tx.select');
    channel.ack(5);
    await channel.expectClose(406, 'PRECONDITION_FAILED - unknown delivery tag 5');
  });

  test('tx.ack/twice: a tag acked before in the same transaction is unknown', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'a');
    await channel.call('tx.select');
    const got = await channel.get(queue);
    channel.ack(got!.deliveryTag).ack(got!.deliveryTag);
    await channel.expectClose(406, 'PRECONDITION_FAILED - unknown delivery tag 1');
  });

  test('tx.rollback/publish: a rollback forgets publishes', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('tx.select');
    channel.publish(queue, 'a');
    await channel.call('tx.rollback');
    channel.publish(queue, 'b');
    await channel.call('tx.commit');
    expect(await channel.drain(queue)).toEqual(['b']);
  });

  test('tx.rollback/ack: a rollback gives acked messages back as unacked, not to the queue', async () => {
    const client = await target.connect();
    const [channel, other] = [await client.channel(), await client.channel()];
    const queue = await channel.queue();
    channel.publish(queue, 'a');
    await channel.call('tx.select');
    const got = await channel.get(queue);
    channel.ack(got!.deliveryTag);
    await channel.call('tx.rollback');
    expect((await channel.counts(queue)).messages).toBe(0);
    channel.ack(got!.deliveryTag);
    await channel.call('tx.commit');
    await channel.close();
    expect(await other.get(queue)).toBeUndefined();
  });

  test('tx.commit/refused: a message that a queue refuses closes the channel with 406, and the others are committed', async () => {
    const client = await target.connect();
    const [channel, other] = [await client.channel(), await client.channel()];
    const args = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    const [full, queue] = [await channel.queue('', { arguments: args }), await channel.queue()];
    other.publish(full, 'first').publish(queue, 'acknowledged');
    await other.expectCounts(full, { messages: 1 });
    await other.expectCounts(queue, { messages: 1 });
    await channel.call('tx.select');
    channel.ack((await channel.get(queue))!.deliveryTag);
    channel.publish(queue, 'before').publish(full, 'refused').publish(queue, 'behind');
    channel.send('tx.commit');
    const close = await channel.expectClose(406, 'PRECONDITION_FAILED - partial tx completion');
    expect(close).toMatchObject({ classId: 90, methodId: 20 });
    expect(await other.drain(full)).toEqual(['first']);
    expect(await other.drain(queue)).toEqual(['before', 'behind']);
  });

  test('tx/close: closing the channel rolls back', async () => {
    const client = await target.connect();
    const [channel, other] = [await client.channel(), await client.channel()];
    const queue = await channel.queue();
    other.publish(queue, 'a');
    await other.expectCounts(queue, { messages: 1 });
    await channel.call('tx.select');
    const got = await channel.get(queue);
    channel.ack(got!.deliveryTag).publish(queue, 'b');
    await channel.close();
    const left = await other.get(queue);
    expect(left).toMatchObject({ body: 'a', redelivered: true, messageCount: 0 });
  });
});
