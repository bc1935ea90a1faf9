/** A connection's life and end: close, secrets, heartbeats (specification 1.4 and 4.2.7). */
import { describe, expect, test } from 'vitest';
import { frames } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('connection.close', () => {
  test('connection.close/ok: connection.close is answered, and the socket ends when the client ends it', async () => {
    const client = await target.connect();
    client.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' });
    await client.expect('connection.close-ok');
    client.socket.end();
    await client.expectSocketClosed();
  });

  test('connection.close/exclusive-queues-first: exclusive queues are gone before close-ok', async () => {
    const [owner, other] = [await target.channel(), await target.channel()];
    const queue = await owner.queue(target.name('q'));
    owner.client.send(0, 'connection.close', { replyCode: 200 });
    await owner.client.expect('connection.close-ok');
    other.send('queue.declare', { queue, passive: true });
    await other.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('connection.close/requeues: unacked messages of a closed connection are redelivered in order', async () => {
    const [one, two] = [await target.channel(), await target.channel()];
    const queue = await one.queue(target.name('q'), { exclusive: false });
    for (const body of ['a', 'b', 'c']) one.publish(queue, body);
    for (let n = 0; n < 3; n++) await one.get(queue);
    await one.client.close();
    const got = [await two.get(queue), await two.get(queue), await two.get(queue)];
    expect(got.map((one) => [one?.body, one?.redelivered])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
  });

  test('connection.close/socket-lost: a socket that just ends requeues and cleans up like a close', async () => {
    const [one, two] = [await target.channel(), await target.channel()];
    const queue = await one.queue(target.name('q'), { exclusive: false });
    const exclusive = await one.queue(target.name('q'));
    one.publish(queue, 'a');
    await one.get(queue);
    await two.consume(queue);
    one.client.destroy();
    expect(await two.delivery()).toMatchObject({ body: 'a', redelivered: true });
    for (;;) {
      // The broker notices the lost socket when it does: until then the name is locked (405), then it is free (404).
      two.send('queue.declare', { queue: exclusive, passive: true });
      const close = await two.expect('channel.close');
      two.send('channel.close-ok');
      await two.call('channel.open');
      if (close.replyCode === 404) break;
      expect(close.replyCode).toBe(405);
    }
  });

  test('connection.close/after-error: frames after a hard error are ignored until close-ok', async () => {
    const client = await target.connect();
    const queue = target.name('q');
    client.send(0, 'queue.declare', { queue });
    client.send(1, 'channel.open').send(1, 'queue.declare', { queue }).send(1, 'queue.declare-ok');
    await client.expectClose(504, 'CHANNEL_ERROR - unexpected method in connection state running');
    expect(client.inbox.peek(1)).toEqual([]);
    const channel = await target.channel();
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('connection.close/unanswered: who does not answer connection.close is reset after the interval of its heartbeats', async () => {
    const client = await target.connect({ tune: { heartbeat: 5 } });
    const silent = await target.connect({ tune: { heartbeat: 5 } });
    const from = Date.now();
    client.send(0, 'queue.declare', { queue: 'q' });
    await client.expect('connection.close');
    await client.expectReset();
    expect(Date.now() - from).toBeGreaterThan(4_000);
    // With heartbeats alone it would be twice the interval.
    expect(silent.inbox.closed).toBeUndefined();
  });

  test('connection.close/no-frame: what is no frame is told, and ends with a reset 3 s later', async () => {
    const client = await target.connect();
    client.write(Buffer.from('no frame at all, and the end of its octets'));
    expect((await client.expect('connection.close')).replyCode).toBe(501);
    await client.expectReset();
  });

  test('connection.update-secret/ok: update-secret is answered', async () => {
    const client = await target.connect();
    client.send(0, 'connection.update-secret', {
      newSecret: Buffer.from(decodeURIComponent(client.url.password)),
      reason: 'rotation',
    });
    await client.expect('connection.update-secret-ok');
    await client.expectAlive();
  });
});

describe.concurrent('heartbeats', () => {
  test('heartbeat/sent: an idle connection gets heartbeats at half the interval', async () => {
    const client = await target.connect({ tune: { heartbeat: 2 } });
    // Tenths of a second by a timer of this process: while the machine holds the process up, they do not go on either.
    let tenths = 0;
    const timer = setInterval(() => tenths++, 100);
    await client.inbox.until(() => (client.inbox.heartbeats >= 2 ? true : undefined), 'two heartbeats');
    clearInterval(timer);
    expect(tenths).toBeLessThan(40);
  });

  test('heartbeat/silent-client: a client that sends nothing has its socket reset without a close frame', async () => {
    const client = await target.connect({ tune: { heartbeat: 1 } });
    const from = Date.now();
    await client.expectReset();
    expect(Date.now() - from).toBeGreaterThan(1_500);
  });

  test('heartbeat/any-traffic: heartbeats and methods both keep a connection alive', async () => {
    const client = await target.connect({ tune: { heartbeat: 1 } });
    const channel = await client.channel();
    // As a client's own timer would do it; the test ends on the server's heartbeats, not on the clock.
    const timer = setInterval(() => {
      if (client.inbox.heartbeats % 2 === 0) client.write(frames.heartbeatFrame);
      else channel.send('basic.recover-async', { requeue: true });
    }, 400);
    try {
      await client.inbox.until(() => (client.inbox.heartbeats >= 9 ? true : undefined), 'nine heartbeats');
      await client.expectAlive();
    } finally {
      clearInterval(timer);
    }
  });

  test('heartbeat/zero: heartbeat 0 turns heartbeats off', async () => {
    const [silent, ticking] = [
      await target.connect({ tune: { heartbeat: 0 } }),
      await target.connect({ tune: { heartbeat: 2 } }),
    ];
    ticking.socket.on('data', () => void ticking.write(frames.heartbeatFrame));
    await ticking.inbox.until(() => (ticking.inbox.heartbeats >= 3 ? true : undefined), 'three heartbeats');
    expect(silent.inbox.heartbeats).toBe(0);
    await silent.expectAlive();
  });
});
