/** basic.publish, basic.return and publisher confirms (specification 1.8.3.7, RabbitMQ's "Consumer Acknowledgements and Publisher Confirms"). */
import { describe, expect, test } from 'vitest';
import { fromFieldTable } from '../../src/codec/field-table.ts';
import { frames, method } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('publish', () => {
  test('basic.publish/unknown-exchange: publishing to an unknown exchange is refused with 404', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    channel.publish('k', 'x', { exchange });
    const close = await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
    expect(close).toMatchObject({ classId: 60, methodId: 40 });
  });

  test('basic.publish/immediate: the immediate flag is refused with 540', async () => {
    const channel = await target.channel();
    channel.publish(await channel.queue(), 'x', { immediate: true });
    const close = await channel.client.expectClose(540, 'NOT_IMPLEMENTED - immediate=true');
    expect(close).toMatchObject({ classId: 60, methodId: 40 });
  });

  test('basic.publish/unroutable: an unroutable message without mandatory is dropped without a word', async () => {
    const channel = await target.channel();
    channel.publish(target.name('q'), 'lost');
    await channel.expectNothing();
  });

  test('basic.publish/order: messages of one channel keep their order in a queue', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const bodies = Array.from({ length: 200 }, (_, n) => `m${n}`);
    for (const body of bodies) channel.publish(queue, body);
    expect(await channel.drain(queue)).toEqual(bodies);
  });

  test("basic.publish/user-id: a user-id must be the connection's own user", async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'x', { userId: 'bob' });
    const user = channel.client.url.username;
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was '${user}'`,
    );
    channel.publish(queue, 'mine', { userId: user });
    expect((await channel.get(queue))?.properties.userId).toBe(user);
  });

  test('basic.publish/expiration: an expiration that is no whole number of milliseconds is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const cases = {
      abc: 'no_integer',
      '': 'no_integer',
      '-1': '{value_negative,-1}',
      '1.5': '{leftover_string,".5"}',
      '10s': '{leftover_string,"s"}',
      '315360000001': '{value_too_large,315360000001}',
    };
    for (const [expiration, detail] of Object.entries(cases)) {
      channel.publish(queue, 'x', { expiration });
      await channel.expectClose(406, `PRECONDITION_FAILED - invalid expiration '${expiration}': ${detail}`);
    }
    channel.publish(queue, 'kept', { expiration: '60000' });
    expect((await channel.get(queue))?.properties.expiration).toBe('60000');
  });

  test('basic.publish/too-large: a message beyond 128 MiB is refused with 406, the connection kept', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const size = 134_217_729;
    channel.client.write(frames.methodFrame(channel.number, method('basic.publish', { routingKey: queue })));
    channel.client.write(frames.headerFrame(channel.number, size));
    const part = frames.bodyFrame(channel.number, Buffer.alloc(131_064));
    const parts = Math.floor(size / 131_064);
    for (let n = 0; n < parts; n++) channel.client.write(part);
    channel.client.write(frames.bodyFrame(channel.number, Buffer.alloc(size - parts * 131_064)));
    await channel.expectClose(
      406,
      'PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728',
    );
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });
});

describe('return', () => {
  test('basic.return/no-route: an unroutable mandatory message comes back whole with 312', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const body = 'z'.repeat(200_000);
    channel.publish('nowhere', body, { exchange, mandatory: true, messageId: 'm', headers: { a: 1 } });
    const returned = await channel.returned();
    expect(returned).toMatchObject({ replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey: 'nowhere' });
    expect(returned.body).toBe(body);
    expect(returned.properties.messageId).toBe('m');
    expect(fromFieldTable(returned.properties.headers!)).toEqual({ a: 1 });
  });

  test('basic.return/routed: a routed mandatory message does not come back', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'x', { mandatory: true });
    await channel.expectNothing(queue);
  });
});

describe('confirms', () => {
  test('confirm.select/numbers: publishes are confirmed by their number from 1', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, 'before the select, so not numbered');
    await channel.call('confirm.select');
    for (let n = 1; n <= 50; n++) channel.publish(queue, `m${n}`);
    expect(await channel.confirmed(1, 50)).toEqual({ nacked: [] });
    channel.publish(queue, 'm51');
    await channel.confirmed(51, 51);
    await channel.expectNothing(queue);
  });

  test('confirm.select/again: a second confirm.select is no error and numbers on', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    await channel.call('confirm.select');
    channel.publish(queue, 'a');
    await channel.confirmed(1, 1);
    await channel.call('confirm.select');
    channel.publish(queue, 'b');
    await channel.confirmed(2, 2);
  });

  test('confirm.select/no-wait: confirm.select with no-wait is done and not answered', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.send('confirm.select', { noWait: true });
    channel.publish(queue, 'a');
    await channel.confirmed(1, 1);
  });

  test('confirm/unroutable: an unroutable message is confirmed', async () => {
    const channel = await target.channel();
    await channel.call('confirm.select');
    channel.publish(target.name('q'), 'lost');
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [] });
  });

  test('confirm/return-first: the return of a mandatory message precedes its confirm', async () => {
    const channel = await target.channel();
    await channel.call('confirm.select');
    channel.publish(target.name('q'), 'back', { mandatory: true });
    expect((await channel.returned()).body).toBe('back');
    await channel.confirmed(1, 1);
  });

  test('confirm/persistent: persistent messages on a durable queue are confirmed', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { exclusive: false, durable: true });
    await channel.call('confirm.select');
    for (let n = 1; n <= 100; n++) channel.publish(queue, `m${n}`, { deliveryMode: 2 });
    expect(await channel.confirmed(1, 100)).toEqual({ nacked: [] });
    expect(await channel.counts(queue)).toMatchObject({ messages: 100 });
  });

  test('confirm/several-queues: a message routed to several queues is confirmed once', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    const durable = await channel.queue(target.name('q'), { exclusive: false, durable: true });
    const transient = await channel.queue();
    for (const queue of [durable, transient]) await channel.bind(queue, exchange);
    await channel.call('confirm.select');
    channel.publish('', 'x', { exchange, deliveryMode: 2 });
    await channel.confirmed(1, 1);
    await channel.expectNothing(durable);
    expect([await channel.drain(durable), await channel.drain(transient)]).toEqual([['x'], ['x']]);
  });

  test('confirm/consumed: a message consumed and acknowledged at once is confirmed', async () => {
    const client = await target.connect();
    const [publisher, consumer] = [await client.channel(), await client.channel()];
    const queue = await publisher.queue(target.name('q'), { exclusive: false, durable: true });
    await consumer.consume(queue);
    await publisher.call('confirm.select');
    publisher.publish(queue, 'x', { deliveryMode: 2 });
    consumer.ack((await consumer.delivery()).deliveryTag);
    expect(await publisher.confirmed(1, 1)).toEqual({ nacked: [] });
  });

  test('confirm/after-close: the numbers start again at 1 on a channel opened anew', async () => {
    const client = await target.connect();
    const first = await client.channel(1);
    const queue = await first.queue();
    await first.call('confirm.select');
    first.publish(queue, 'a');
    await first.confirmed(1, 1);
    await first.close();
    const second = await client.channel(1);
    await second.call('confirm.select');
    second.publish(queue, 'b');
    await second.confirmed(1, 1);
  });

  test('confirm/failed-publish: a publish that closes the channel is not confirmed', async () => {
    const channel = await target.channel();
    await channel.call('confirm.select');
    channel.publish('k', 'x', { exchange: target.name('x') });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('confirm/tx: a channel is transactional or confirming, never both', async () => {
    const channel = await target.channel();
    await channel.call('tx.select');
    channel.send('confirm.select');
    await channel.expectClose(406, 'PRECONDITION_FAILED - cannot switch from tx to confirm mode');
    await channel.call('confirm.select');
    channel.send('tx.select');
    await channel.expectClose(406, 'PRECONDITION_FAILED - cannot switch from confirm to tx mode');
  });
});
