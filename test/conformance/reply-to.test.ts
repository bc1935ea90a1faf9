/** Direct reply-to (RabbitMQ's page "Direct Reply-to"): answers to a channel without a queue. */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const REPLY_TO = 'amq.rabbitmq.reply-to';

/** A requester and a server on connections of their own, and the address the server was given. */
async function requested(): Promise<{ requester: AmqpChannel; server: AmqpChannel; replyTo: string; tag: string }> {
  const [requester, server] = [await target.channel(), await target.channel()];
  const queue = await server.queue(target.name('q'), { exclusive: false });
  await server.consume(queue, { noAck: true });
  const tag = await requester.consume(REPLY_TO, { noAck: true });
  requester.publish(queue, 'ping', { replyTo: REPLY_TO, correlationId: '1' });
  const request = await server.delivery();
  expect(request).toMatchObject({ body: 'ping', properties: { correlationId: '1' } });
  return { requester, server, replyTo: request.properties.replyTo!, tag };
}

describe('direct reply-to', () => {
  test("reply-to/answer: the answer reaches the requester's consumer through the default exchange", async () => {
    const { requester, server, replyTo, tag } = await requested();
    expect(replyTo).toMatch(/^amq\.rabbitmq\.reply-to\../);
    server.publish(replyTo, 'pong', { correlationId: '1' });
    expect(await requester.delivery()).toMatchObject({
      body: 'pong',
      consumerTag: tag,
      exchange: '',
      routingKey: replyTo,
      redelivered: false,
      properties: { correlationId: '1' },
    });
  });

  test('reply-to/mandatory: a mandatory answer is returned once the requester is gone', async () => {
    const { requester, server, replyTo } = await requested();
    await requester.close();
    server.publish(replyTo, 'too late', { mandatory: true });
    expect(await server.returned()).toMatchObject({ body: 'too late', replyCode: 312 });
  });

  test('reply-to/answered-before: a requester that was answered and left is not reached any more', async () => {
    const { requester, server, replyTo, tag } = await requested();
    server.publish(replyTo, 'pong');
    expect(await requester.delivery()).toMatchObject({ body: 'pong' });
    await requester.call('basic.cancel', { consumerTag: tag });
    await requester.consume(REPLY_TO, { noAck: true });
    server.publish(replyTo, 'to the former', { mandatory: true });
    expect(await server.returned()).toMatchObject({ body: 'to the former', replyCode: 312 });
    await requester.expectNothing();
  });

  test('reply-to/dropped: an answer to a requester that is gone is dropped', async () => {
    const { requester, server, replyTo } = await requested();
    await requester.client.close();
    server.publish(replyTo, 'too late');
    await server.expectNothing();
  });

  test('reply-to/forged: an answer to a made-up address goes nowhere', async () => {
    const { server, replyTo } = await requested();
    server.publish(`${replyTo}x`, 'x', { mandatory: true });
    expect((await server.returned()).replyText).toBe('NO_ROUTE');
    server.publish('amq.rabbitmq.reply-to.nonsense', 'x', { mandatory: true });
    expect((await server.returned()).replyText).toBe('NO_ROUTE');
  });

  test('reply-to/manual-ack: a reply consumer that acknowledges is refused with 406', async () => {
    const channel = await target.channel();
    channel.send('basic.consume', { queue: REPLY_TO });
    await channel.expectClose(406, 'PRECONDITION_FAILED - reply consumer cannot acknowledge');
  });

  test('reply-to/twice: a second reply consumer on a channel is refused with 406', async () => {
    const channel = await target.channel();
    await channel.consume(REPLY_TO, { noAck: true });
    channel.send('basic.consume', { queue: REPLY_TO, noAck: true });
    await channel.expectClose(406, 'PRECONDITION_FAILED - reply consumer already set');
  });

  test('reply-to/no-consumer: a request without a reply consumer is refused with 406', async () => {
    const channel = await target.channel();
    channel.publish(await channel.queue(), 'x', { replyTo: REPLY_TO });
    await channel.expectClose(406, 'PRECONDITION_FAILED - fast reply consumer does not exist');
  });

  test('reply-to/cancel: a cancelled reply consumer can be set again', async () => {
    const channel = await target.channel();
    const consumerTag = await channel.consume(REPLY_TO, { noAck: true });
    await channel.call('basic.cancel', { consumerTag });
    channel.publish(await channel.queue(), 'x', { replyTo: REPLY_TO });
    await channel.expectClose(406, 'PRECONDITION_FAILED - fast reply consumer does not exist');
    await channel.consume(REPLY_TO, { noAck: true });
  });

  test('reply-to/passive: a passive declare tells whether the requester is still there', async () => {
    const { requester, server, replyTo } = await requested();
    expect(await server.counts(replyTo)).toEqual({ messages: 0, consumers: 1 });
    await requester.close();
    server.send('queue.declare', { queue: replyTo, passive: true });
    await server.expectClose(404, `NOT_FOUND - no queue '${replyTo}' in vhost '/'`);
  });

  test('reply-to/declare: the bare name may be declared', async () => {
    const channel = await target.channel();
    expect(await channel.call('queue.declare', { queue: REPLY_TO })).toMatchObject({ queue: REPLY_TO });
  });

  test('reply-to/declare-dead: an address whose requester is gone can neither be declared nor consumed', async () => {
    const channel = await target.channel();
    const queue = `${REPLY_TO}.nobody`;
    channel.send('queue.declare', { queue });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
    channel.send('basic.consume', { queue, noAck: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('reply-to/get: the bare name is no queue to get from', async () => {
    const channel = await target.channel();
    channel.send('basic.get', { queue: REPLY_TO });
    await channel.expectClose(404, `NOT_FOUND - no queue '${REPLY_TO}' in vhost '/'`);
  });

  test('reply-to/bind: the bare name is no queue to bind', async () => {
    const channel = await target.channel();
    channel.send('queue.bind', { queue: REPLY_TO, exchange: 'amq.direct', routingKey: 'k' });
    if (target.rabbitmq) await channel.expectClose(404, `NOT_FOUND - no queue '${REPLY_TO}' in vhost '/'`);
    else {
      const refusal = 'cannot bind or unbind to a volatile (direct reply-to) queue';
      await channel.expectClose(403, `ACCESS_REFUSED - ${refusal}`);
    }
  });

  test("reply-to/other-channel: another channel's reply consumer does not count", async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    await one.consume(REPLY_TO, { noAck: true });
    two.publish(await two.queue(), 'x', { replyTo: REPLY_TO });
    await two.expectClose(406, 'PRECONDITION_FAILED - fast reply consumer does not exist');
  });
});
