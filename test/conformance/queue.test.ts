/** queue.bind, unbind, purge, delete (specification 1.7.2). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('queue.bind and unbind', () => {
  test('queue.bind/unknown-queue: binding an unknown queue is refused with 404', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.bind', { queue, exchange: 'amq.direct', routingKey: 'k' });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('queue.bind/unknown-exchange: binding to an unknown exchange is refused with 404', async () => {
    const channel = await target.channel();
    const [queue, exchange] = [await channel.queue(), target.name('x')];
    channel.send('queue.bind', { queue, exchange });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
  });

  test('queue.bind/both-unknown: where both are unknown the exchange is named', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    channel.send('queue.bind', { queue: target.name('q'), exchange });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
  });

  test('queue.bind/default: the default exchange can neither be bound nor unbound', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    for (const name of ['queue.bind', 'queue.unbind'] as const) {
      channel.send(name, { queue, exchange: '', routingKey: 'k' });
      await channel.expectClose(403, 'ACCESS_REFUSED - operation not permitted on the default exchange');
    }
  });

  test('queue.bind/duplicate: the same binding twice delivers once and is undone by one unbind', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const key = target.name('k');
    await channel.bind(queue, 'amq.direct', key);
    await channel.bind(queue, 'amq.direct', key);
    channel.publish(key, 'a', { exchange: 'amq.direct' });
    expect(await channel.drain(queue)).toEqual(['a']);
    await channel.call('queue.unbind', { queue, exchange: 'amq.direct', routingKey: key });
    channel.publish(key, 'b', { exchange: 'amq.direct' });
    expect(await channel.drain(queue)).toEqual([]);
  });

  test('queue.bind/arguments-distinguish: bindings that differ in arguments are two', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const key = target.name('k');
    await channel.bind(queue, 'amq.direct', key, { a: 1 });
    await channel.bind(queue, 'amq.direct', key, { a: 2 });
    await channel.call('queue.unbind', { queue, exchange: 'amq.direct', routingKey: key, arguments: { a: 1 } });
    channel.publish(key, 'still bound', { exchange: 'amq.direct' });
    expect(await channel.drain(queue)).toEqual(['still bound']);
  });

  test('queue.bind/several-bindings: two matching bindings of one queue deliver once', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const exchange = await channel.exchange(target.name('x'), 'topic');
    await channel.bind(queue, exchange, 'a.*');
    await channel.bind(queue, exchange, '#');
    channel.publish('a.b', 'once', { exchange });
    expect(await channel.drain(queue)).toEqual(['once']);
  });

  test('queue.unbind/unknown-binding: unbinding what is not bound is no error', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('queue.unbind', { queue, exchange: 'amq.direct', routingKey: 'never' });
  });

  test('queue.unbind/unknown: unbinding an unknown queue or exchange is no error', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('queue.unbind', { queue, exchange: target.name('x') });
    await channel.call('queue.unbind', { queue: target.name('q'), exchange: 'amq.direct' });
  });
});

describe('queue.purge', () => {
  test('queue.purge/counts: purge removes ready messages, counts them and leaves unacked ones', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    for (const body of ['a', 'b', 'c']) channel.publish(queue, body);
    const got = await channel.get(queue);
    expect((await channel.call('queue.purge', { queue })).messageCount).toBe(2);
    channel.nack(got!.deliveryTag);
    expect(await channel.drain(queue)).toEqual(['a']);
  });

  test('queue.purge/unknown: purging an unknown queue is refused with 404', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.purge', { queue });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });
});

describe('queue.delete', () => {
  test('queue.delete/counts: delete counts the ready messages it removed', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    for (const body of ['a', 'b', 'c']) channel.publish(queue, body);
    await channel.get(queue);
    expect((await channel.call('queue.delete', { queue })).messageCount).toBe(2);
  });

  test('queue.delete/unknown: deleting an unknown queue is no error', async () => {
    const channel = await target.channel();
    expect((await channel.call('queue.delete', { queue: target.name('q') })).messageCount).toBe(0);
  });

  test('queue.delete/if-unused: a queue with a consumer is not deleted with if-unused', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.consume(queue);
    channel.send('queue.delete', { queue, ifUnused: true });
    await channel.expectClose(406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' in use`);
    await channel.call('queue.delete', { queue, ifUnused: true });
  });

  test('queue.delete/if-empty: a queue with ready messages is not deleted with if-empty', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'a');
    channel.send('queue.delete', { queue, ifEmpty: true });
    await channel.expectClose(406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`);
    await channel.call('queue.purge', { queue });
    await channel.call('queue.delete', { queue, ifEmpty: true });
  });

  test('queue.delete/if-unused-if-empty: of both conditions if-empty is checked first', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('basic.qos', { prefetchCount: 1 });
    await channel.consume(queue);
    channel.publish(queue, 'a').publish(queue, 'b');
    await channel.delivery();
    await channel.expectCounts(queue, { messages: 1, consumers: 1 });
    channel.send('queue.delete', { queue, ifUnused: true, ifEmpty: true });
    await channel.expectClose(406, `PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`);
  });

  test('queue.delete/bindings: the bindings of a deleted queue are gone', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout', { autoDelete: false });
    const queue = await channel.queue(target.name('q'));
    await channel.bind(queue, exchange);
    await channel.call('queue.delete', { queue });
    await channel.queue(queue);
    channel.publish('', 'a', { exchange, mandatory: true });
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('queue.delete/unacked: a delivery of a deleted queue may still be acked, once', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'a').publish(queue, 'b');
    await channel.get(queue);
    await channel.get(queue);
    await channel.call('queue.delete', { queue });
    channel.ack(1).nack(2);
    await channel.expectNothing();
    channel.ack(1);
    await channel.expectClose(406, 'PRECONDITION_FAILED - unknown delivery tag 1');
  });

  test('queue.delete/cancel-notify: consumers on other channels are told by basic.cancel', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    const tag = await two.consume(queue);
    await one.call('queue.delete', { queue });
    expect(await two.expect('basic.cancel')).toMatchObject({ consumerTag: tag, noWait: true });
  });

  test("queue.delete/cancel-notify-own: the deleting channel's own consumer is told after delete-ok", async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const tag = await channel.consume(queue);
    await channel.call('queue.delete', { queue });
    expect((await channel.expect('basic.cancel')).consumerTag).toBe(tag);
    await channel.call('basic.consume', { queue: await channel.queue(), consumerTag: tag });
  });

  test('queue.delete/cancel-notify-silent: a client without the capability is not told', async () => {
    const channel = await target.channel({ capabilities: {} });
    const queue = await channel.queue();
    await channel.consume(queue);
    await channel.call('queue.delete', { queue });
    await channel.expectNothing();
    const other = await channel.queue();
    await channel.expectNothing(other);
  });
});
