/** Opening, closing and misusing channels (specification 1.5). */
import { describe, expect, test } from 'vitest';
import { frames, method } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe("the channel's life", () => {
  test('channel/unopened: a method on a channel that is not open is refused with 504', async () => {
    const client = await target.connect();
    client.send(1, 'queue.declare', { queue: '' });
    await client.expectClose(504, "CHANNEL_ERROR - expected 'channel.open'");
  });

  test('channel/close-unopened: channel.close of a channel that is not open is refused with 504', async () => {
    const client = await target.connect();
    client.send(1, 'channel.close', { replyCode: 200 });
    await client.expectClose(504, "CHANNEL_ERROR - expected 'channel.open'");
  });

  test('channel/open-twice: a second channel.open is refused with 504', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.send(1, 'channel.open');
    await client.expectClose(504, "CHANNEL_ERROR - second 'channel.open' seen");
  });

  test('channel/reopen: the number of a closed channel can be opened again', async () => {
    const client = await target.connect();
    const channel = await client.channel(7);
    await channel.close();
    await client.channel(7);
    await client.expectAlive();
  });

  test('channel/max-counts: channel_max limits how many channels are open, not their numbers', async () => {
    const client = await target.connect({ tune: { channelMax: 2 } });
    await client.channel(1);
    await client.channel(60_000);
    client.send(3, 'channel.open');
    await client.expectClose(
      530,
      'NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2)',
    );
  });

  test('channel/max-after-close: a closed channel makes room under channel_max', async () => {
    const client = await target.connect({ tune: { channelMax: 1 } });
    for (const number of [1, 2, 3]) await (await client.channel(number)).close();
  });

  test('channel/error-others-untouched: a soft error leaves other channels and connections alone', async () => {
    const client = await target.connect();
    const bad = await client.channel();
    const good = await client.channel();
    const queue = await good.queue();
    const tag = await good.consume(queue, { noAck: true });
    bad.send('queue.declare', { queue: target.name('q'), passive: true });
    await bad.expectClose(404, /^NOT_FOUND/);
    good.publish(queue, 'still here');
    expect(await good.delivery()).toMatchObject({ body: 'still here', consumerTag: tag });
  });

  test('channel/hard-error-others-untouched: a hard error leaves other connections alone', async () => {
    const [bad, good] = [await target.connect(), await target.channel()];
    const queue = await good.queue();
    await good.consume(queue, { noAck: true });
    bad.send(9, 'basic.get', { queue });
    await bad.expectClose(504, "CHANNEL_ERROR - expected 'channel.open'");
    good.publish(queue, 'still here');
    expect((await good.delivery()).body).toBe('still here');
  });

  test('channel/first-error-only: what follows a soft error is ignored until close-ok', async () => {
    const client = await target.connect();
    const channel = await client.channel();
    const queue = target.name('q');
    channel.send('queue.declare', { queue, passive: true });
    channel.send('exchange.declare', { exchange: 'amq.nope', type: 'direct' });
    channel.send('queue.declare', { queue });
    channel.publish(queue, 'ignored', { exchange: 'nope' });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('channel/close-after-error: channel.close sent while the server closes is answered', async () => {
    const client = await target.connect();
    const channel = await client.channel(1);
    channel.send('queue.declare', { queue: target.name('q'), passive: true });
    channel.send('channel.close', { replyCode: 200 });
    await channel.expect('channel.close');
    await channel.expect('channel.close-ok');
    channel.send('channel.close-ok');
    await client.channel(1);
  });

  test('channel/close-names-the-method: channel.close names the class and method that failed', async () => {
    const channel = await target.channel();
    channel.send('queue.declare', { queue: target.name('q'), passive: true });
    expect(await channel.expectClose(404, /^NOT_FOUND/)).toMatchObject({ classId: 50, methodId: 10 });
  });

  test('channel/close-text: a reply text that is too long for a short string ends in three dots', async () => {
    const channel = await target.channel();
    const queue = 'a'.repeat(255);
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, `${`NOT_FOUND - no queue '${queue}`.slice(0, 252)}...`);
  });

  test('channel/close-requeues: closing a channel requeues its unacked messages as redelivered', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    one.publish(queue, 'a').publish(queue, 'b');
    await one.get(queue);
    await one.get(queue);
    await one.close();
    expect(await two.get(queue)).toMatchObject({ body: 'a', redelivered: true });
    expect(await two.get(queue)).toMatchObject({ body: 'b', redelivered: true });
  });

  test('channel/close-cancels-consumers: closing a channel cancels its consumers and leaves its exclusive queue', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    await one.consume(queue);
    await one.close();
    expect(await two.counts(queue)).toEqual({ messages: 0, consumers: 0 });
  });
});

describe('methods in the wrong place', () => {
  test('channel/zero: a channel method on channel 0 is refused with 504', async () => {
    const client = await target.connect();
    client.send(0, 'queue.declare');
    await client.expectClose(504, 'CHANNEL_ERROR - unexpected method in connection state running');
  });

  test('channel/zero-content: content on channel 0 is refused', async () => {
    const client = await target.connect();
    client.write(frames.headerFrame(0, 0));
    await client.expectClose(505, /^UNEXPECTED_FRAME - /);
  });

  test('connection/open-twice: a second connection.open is refused with 504', async () => {
    const client = await target.connect();
    client.send(0, 'connection.open', { virtualHost: '/' });
    await client.expectClose(504, 'CHANNEL_ERROR - unexpected method in connection state running');
  });

  test('connection/method-on-channel: a connection method on a channel is refused with 503', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.send(1, 'connection.close', { replyCode: 200 });
    await client.expectClose(503, 'COMMAND_INVALID - unimplemented method');
  });

  test('channel/server-method: a method that only servers send is refused with 503', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.send(1, 'queue.declare-ok', { queue: 'q' });
    await client.expectClose(503, 'COMMAND_INVALID - unimplemented method');
  });
});

describe('channel.flow and access.request', () => {
  test('channel.flow/active: flow with active true is answered', async () => {
    const channel = await target.channel();
    expect((await channel.call('channel.flow', { active: true })).active).toBe(true);
  });

  test('channel.flow/inactive: flow with active false is refused with 540', async () => {
    const channel = await target.channel();
    channel.send('channel.flow', { active: false });
    await channel.client.expectClose(540, 'NOT_IMPLEMENTED - active=false');
  });

  test('channel.flow/unsolicited-ok: a flow-ok nobody asked for is refused with 503', async () => {
    const channel = await target.channel();
    channel.client.write(frames.methodFrame(channel.number, method('channel.flow-ok', { active: true })));
    await channel.client.expectClose(503, /^COMMAND_INVALID - /);
  });

  test('access.request/ok: access.request is answered with a ticket', async () => {
    const channel = await target.channel();
    await channel.call('access.request', { realm: '/data', active: true });
  });
});
