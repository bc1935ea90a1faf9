/** queue.declare: names, equivalence, exclusivity, arguments (specification 1.7.2.1, RabbitMQ's texts). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';
import type { FieldTable } from '../../src/protocol/field-table.ts';

const target = useTarget();

describe('names', () => {
  test('queue.declare/ok: declare-ok names the queue and counts ready messages and consumers', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    expect(await channel.call('queue.declare', { queue, exclusive: true })).toMatchObject({
      queue,
      messageCount: 0,
      consumerCount: 0,
    });
    channel.publish(queue, 'a').publish(queue, 'b');
    await channel.get(queue);
    await channel.consume(queue, { consumerTag: 'c' });
    await channel.delivery();
    channel.publish(queue, 'c');
    await channel.delivery();
    await channel.call('basic.cancel', { consumerTag: 'c' });
    channel.publish(queue, 'd');
    await channel.expectCounts(queue, { messages: 1, consumers: 0 });
  });

  test('queue.declare/server-named: an empty name makes the server choose one', async () => {
    const channel = await target.channel();
    const [one, two] = [await channel.queue(), await channel.queue()];
    expect(one).toMatch(/^amq\.gen-[A-Za-z0-9_-]{22}$/);
    expect(two).toMatch(/^amq\.gen-[A-Za-z0-9_-]{22}$/);
    expect(one).not.toBe(two);
  });

  test('queue.declare/reserved: a new name that begins with amq. is refused with 403', async () => {
    const channel = await target.channel();
    channel.send('queue.declare', { queue: 'amq.foo' });
    const close = await channel.expectClose(
      403,
      "ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*'",
    );
    expect(close).toMatchObject({ classId: 50, methodId: 10 });
  });

  test('queue.declare/passive-unknown: a passive declare of an unknown queue is refused with 404', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('queue.declare/passive: a passive declare ignores flags and arguments', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { exclusive: false });
    await channel.call('queue.declare', {
      queue,
      passive: true,
      durable: true,
      autoDelete: true,
      arguments: { 'x-message-ttl': 1 },
    });
  });

  test('queue.declare/reserved-existing: a server-named queue cannot be declared again by name', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.send('queue.declare', { queue, exclusive: true });
    await channel.expectClose(403, `ACCESS_REFUSED - queue name '${queue}' contains reserved prefix 'amq.*'`);
    await channel.counts(queue);
  });

  test('queue.declare/passive-empty: a passive declare of the empty name is not the last declared queue', async () => {
    const channel = await target.channel();
    await channel.queue();
    channel.send('queue.declare', { queue: '', passive: true });
    await channel.expectClose(404, "NOT_FOUND - no queue '' in vhost '/'");
  });

  test("queue.declare/current: an empty name means the channel's last declared queue", async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.call('queue.bind', { queue: '', exchange, routingKey: '' });
    channel.publish(queue, 'a', { exchange });
    expect((await channel.get(''))?.body).toBe('a');
    const tag = await channel.consume('');
    await channel.call('basic.cancel', { consumerTag: tag });
    expect((await channel.call('queue.purge', { queue: '' })).messageCount).toBe(0);
    await channel.call('queue.unbind', { queue: '', exchange, routingKey: queue });
    await channel.call('queue.delete', { queue: '' });
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('queue.declare/current-none: an empty name without a declared queue is refused with 404', async () => {
    const channel = await target.channel();
    const close = () => channel.expectClose(404, 'NOT_FOUND - no previously declared queue');
    channel.send('basic.get', { queue: '' });
    await close();
    channel.send('basic.consume', { queue: '' });
    await close();
    channel.send('queue.purge', { queue: '' });
    await close();
    channel.send('queue.delete', { queue: '' });
    await close();
    channel.send('queue.bind', { queue: '', exchange: 'amq.direct', routingKey: 'k' });
    await close();
  });

  test('queue.declare/line-breaks: line breaks in a name are dropped', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    expect(await channel.queue(`${queue.slice(0, 1)}\r\n${queue.slice(1)}`)).toBe(queue);
  });

  test('queue.declare/long-name: a name of 255 octets of any characters works', async () => {
    const channel = await target.channel();
    const name = target.name('ü');
    const queue = name + 'x'.repeat(255 - Buffer.byteLength(name));
    await channel.queue(queue);
    channel.publish(queue, 'a');
    expect((await channel.get(queue))?.routingKey).toBe(queue);
  });

  test('queue.declare/no-wait: a declare with no-wait is done and not answered', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.declare', { queue, exclusive: true, noWait: true });
    expect((await channel.call('queue.declare', { queue, passive: true })).queue).toBe(queue);
    await channel.expectNothing(queue);
  });
});

describe('equivalence', () => {
  test('queue.declare/idempotent: declaring a queue again as it is is no error and keeps its messages', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'));
    channel.publish(queue, 'a');
    await channel.expectCounts(queue, { messages: 1 });
    expect((await channel.call('queue.declare', { queue, exclusive: true })).messageCount).toBe(1);
  });

  test('queue.declare/inequivalent: another durable or auto_delete is refused with 406, durable first', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { exclusive: false, durable: true });
    const text = (argument: string, received: string, current: string) =>
      `PRECONDITION_FAILED - inequivalent arg '${argument}' for queue '${queue}' in vhost '/': received '${received}' but current is '${current}'`;
    channel.send('queue.declare', { queue, durable: false, autoDelete: true });
    await channel.expectClose(406, text('durable', 'false', 'true'));
    channel.send('queue.declare', { queue, durable: true, autoDelete: true });
    await channel.expectClose(406, text('auto_delete', 'true', 'false'));
  });

  test('queue.declare/exclusive-differs: an exclusive declare of a queue that is not exclusive is refused with 405', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { exclusive: false });
    channel.send('queue.declare', { queue, exclusive: true });
    await channel.expectClose(405, locked(queue));
  });

  test('queue.declare/not-exclusive-differs: a declare without exclusive of an own exclusive queue is refused', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'));
    channel.send('queue.declare', { queue });
    await channel.expectClose(405, locked(queue));
  });

  test('queue.declare/argument-inequivalent: a known argument that differs is refused with 406', async () => {
    const channel = await target.channel();
    const [plain, ttl] = [target.name('q'), target.name('q')];
    await channel.queue(plain);
    await channel.queue(ttl, { arguments: { 'x-message-ttl': 1000 } });
    const refused = async (queue: string, args: Record<string, unknown>, text: string) => {
      channel.send('queue.declare', { queue, exclusive: true, arguments: args });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '${queue}' in vhost '/': ${text}`,
      );
    };
    await refused(ttl, { 'x-message-ttl': 2000 }, "received '2000' but current is '1000'");
    await refused(ttl, {}, "received none but current is the value '1000' of type 'signedint'");
    await refused(
      plain,
      { 'x-message-ttl': 1000 },
      "received the value '1000' of type 'signedint' but current is none",
    );
  });

  test('queue.declare/argument-integer-types: integers of any width are equal by value', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { arguments: { 'x-message-ttl': 1000 } });
    for (const type of ['short', 'signedint', 'long'] as const) {
      const args: FieldTable = new Map([['x-message-ttl', { type, value: 1000 }]]);
      await channel.call('queue.declare', { queue, exclusive: true, arguments: args });
    }
  });

  test('queue.declare/argument-unknown: arguments the broker does not know are accepted and not compared', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { arguments: { 'x-foo': 1, bar: 'baz' } });
    await channel.call('queue.declare', { queue, exclusive: true, arguments: { 'x-foo': 'two' } });
  });

  test('queue.declare/type-classic: x-queue-type classic is what a queue without the argument is', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-queue-type': 'classic' } });
    channel.publish(queue, 'a');
    expect(await channel.drain(queue)).toEqual(['a']);
  });

  test('queue.declare/argument-invalid: a known argument with an invalid value is refused with 406', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.declare', { queue, exclusive: true, arguments: { 'x-queue-type': 'nope' } });
    await channel.expectClose(406, /^PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue '.*' in vhost '\/': /);
  });
});

const locked = (queue: string) =>
  `RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`;

describe('exclusive queues', () => {
  test('queue.declare/exclusive-locked: any use from another connection is refused with 405', async () => {
    const [owner, other] = [await target.channel(), await target.channel()];
    const queue = await owner.queue(target.name('q'));
    const methods = [
      () => other.send('queue.declare', { queue, exclusive: true }),
      () => other.send('queue.declare', { queue }),
      () => other.send('queue.declare', { queue, passive: true }),
      () => other.send('basic.get', { queue }),
      () => other.send('basic.consume', { queue }),
      () => other.send('queue.bind', { queue, exchange: 'amq.direct', routingKey: 'k' }),
      () => other.send('queue.purge', { queue }),
      () => other.send('queue.delete', { queue }),
    ];
    for (const send of methods) {
      send();
      await other.expectClose(405, locked(queue));
    }
    await owner.counts(queue);
  });

  test("queue.declare/exclusive-publish: publishing to another connection's exclusive queue is allowed", async () => {
    const [owner, other] = [await target.channel(), await target.channel()];
    const queue = await owner.queue(target.name('q'));
    await owner.consume(queue, { noAck: true });
    other.publish(queue, 'hello');
    expect((await owner.delivery()).body).toBe('hello');
  });

  test('queue.declare/exclusive-other-channel: other channels of the same connection may use the queue', async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue();
    two.publish(queue, 'a');
    expect(await two.drain(queue)).toEqual(['a']);
    await two.call('queue.delete', { queue });
  });

  test('queue.declare/exclusive-durable: durable on an exclusive queue is not compared', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { durable: true });
    channel.send('queue.declare', { queue, exclusive: true, durable: false });
    await channel.expect('queue.declare-ok');
  });

  test('queue.declare/transient: a transient queue that is not exclusive may be declared', async () => {
    const [one, two] = [await target.channel(), await target.channel()];
    const queue = await one.queue(target.name('q'), { exclusive: false });
    await one.client.close();
    await two.counts(queue);
  });
});

describe('auto-delete', () => {
  test('queue.declare/auto-delete: an auto-delete queue goes when its last consumer leaves', async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('q'), { exclusive: false, autoDelete: true });
    await channel.consume(queue, { consumerTag: 'a' });
    await channel.consume(queue, { consumerTag: 'b' });
    await channel.call('basic.cancel', { consumerTag: 'a' });
    await channel.counts(queue);
    await channel.call('basic.cancel', { consumerTag: 'b' });
    channel.send('queue.declare', { queue, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
  });

  test('queue.declare/auto-delete-unused: an auto-delete queue that never had a consumer stays', async () => {
    const [one, two] = [await target.channel(), await target.channel()];
    const queue = await one.queue(target.name('q'), { exclusive: false, autoDelete: true });
    one.publish(queue, 'a');
    await one.get(queue, true);
    await one.client.close();
    await two.counts(queue);
  });

  test("queue.declare/auto-delete-channel: closing the last consumer's channel deletes an auto-delete queue", async () => {
    const client = await target.connect();
    const [one, two] = [await client.channel(), await client.channel()];
    const queue = await one.queue(target.name('q'), { exclusive: false, autoDelete: true });
    await one.consume(queue);
    await one.close();
    two.send('queue.declare', { queue, passive: true });
    await two.expectClose(404, /^NOT_FOUND/);
  });
});
