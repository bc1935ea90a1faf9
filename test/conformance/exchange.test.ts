/** exchange.declare, delete, bind, unbind (specification 1.6 and RabbitMQ's exchange-to-exchange bindings). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('exchange.declare', () => {
  test('exchange.declare/predeclared: the standard exchanges exist in every virtual host', async () => {
    const channel = await target.channel();
    for (const exchange of [
      'amq.direct',
      'amq.fanout',
      'amq.topic',
      'amq.headers',
      'amq.match',
      'amq.rabbitmq.trace',
    ]) {
      await channel.call('exchange.declare', { exchange, passive: true });
    }
  });

  test('exchange.declare/predeclared-equal: an amq. exchange may be declared again as it is', async () => {
    const channel = await target.channel();
    await channel.call('exchange.declare', { exchange: 'amq.direct', type: 'direct', durable: true });
  });

  test('exchange.declare/idempotent: declaring an exchange again as it is is no error', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.exchange(exchange, 'topic', { durable: true, autoDelete: false });
    await channel.exchange(exchange, 'topic', { durable: true, autoDelete: false });
  });

  test('exchange.declare/inequivalent: another type, durable, auto_delete or internal is refused with 406', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.exchange(exchange, 'direct', { durable: false, autoDelete: false });
    const refused = async (fields: object, argument: string, received: string, current: string) => {
      channel.send('exchange.declare', { exchange, type: 'direct', ...fields });
      const text = `inequivalent arg '${argument}' for exchange '${exchange}' in vhost '/': received '${received}' but current is '${current}'`;
      expect(await channel.expectClose(406, `PRECONDITION_FAILED - ${text}`)).toMatchObject({
        classId: 40,
        methodId: 10,
      });
    };
    await refused({ type: 'fanout' }, 'type', 'fanout', 'direct');
    await refused({ durable: true }, 'durable', 'true', 'false');
    await refused({ autoDelete: true }, 'auto_delete', 'true', 'false');
    await refused({ internal: true }, 'internal', 'true', 'false');
    await refused({ type: 'topic', durable: true, autoDelete: true }, 'type', 'topic', 'direct');
  });

  test('exchange.declare/alternate-inequivalent: another alternate exchange is refused with 406', async () => {
    const channel = await target.channel();
    const [plain, withAe] = [target.name('x'), target.name('x')];
    await channel.exchange(plain);
    await channel.exchange(withAe, 'direct', { arguments: { 'alternate-exchange': 'foo' } });
    channel.send('exchange.declare', {
      exchange: plain,
      type: 'direct',
      autoDelete: true,
      arguments: { 'alternate-exchange': 'foo' },
    });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange '${plain}' in vhost '/': received the value 'foo' of type 'longstr' but current is none`,
    );
    channel.send('exchange.declare', { exchange: withAe, type: 'direct', autoDelete: true });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange '${withAe}' in vhost '/': received none but current is the value 'foo' of type 'longstr'`,
    );
  });

  test('exchange.declare/other-arguments: arguments besides alternate-exchange are not compared', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.exchange(exchange, 'direct', { arguments: { 'x-foo': 1 } });
    await channel.exchange(exchange, 'direct', { arguments: { 'x-foo': 2 } });
  });

  test('exchange.declare/alternate-type: an alternate exchange that is no string is refused with 406', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    channel.send('exchange.declare', { exchange, type: 'direct', arguments: { 'alternate-exchange': 5 } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange '${exchange}' in vhost '/'`,
    );
  });

  test('exchange.declare/unknown-type: an unknown exchange type is refused', async () => {
    const channel = await target.channel();
    channel.send('exchange.declare', { exchange: target.name('x'), type: 'nonsense' });
    if (target.rabbitmq) await channel.client.expectClose(503, "COMMAND_INVALID - unknown exchange type 'nonsense'");
    else await channel.expectClose(406, "PRECONDITION_FAILED - unknown exchange type 'nonsense'");
  });

  test('exchange.declare/default: the default exchange cannot be declared', async () => {
    const channel = await target.channel();
    channel.send('exchange.declare', { exchange: '', type: 'direct', durable: true });
    await channel.expectClose(403, 'ACCESS_REFUSED - operation not permitted on the default exchange');
  });

  test('exchange.declare/reserved: a new name that begins with amq. is refused with 403', async () => {
    const channel = await target.channel();
    channel.send('exchange.declare', { exchange: 'amq.new', type: 'direct' });
    await channel.expectClose(403, "ACCESS_REFUSED - exchange name 'amq.new' contains reserved prefix 'amq.*'");
  });

  test('exchange.declare/passive-unknown: a passive declare of an unknown exchange is refused with 404', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    channel.send('exchange.declare', { exchange, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
  });

  test('exchange.declare/passive: a passive declare ignores type and flags', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'topic');
    await channel.call('exchange.declare', { exchange, type: 'fanout', durable: true, passive: true });
  });

  test('exchange.declare/line-breaks: line breaks in a name are dropped', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.exchange(`${exchange.slice(0, 1)}\r\n${exchange.slice(1)}`);
    await channel.call('exchange.declare', { exchange, passive: true });
  });

  test('exchange.declare/no-wait: a declare with no-wait is done and not answered', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    channel.send('exchange.declare', { exchange, type: 'direct', autoDelete: true, noWait: true });
    await channel.call('exchange.declare', { exchange, passive: true });
    await channel.expectNothing();
  });
});

describe('exchange.delete', () => {
  test('exchange.delete/ok: a deleted exchange and its bindings are gone', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.bind(queue, exchange, 'k');
    await channel.call('exchange.delete', { exchange });
    channel.publish('k', 'lost', { exchange });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
    await channel.exchange(exchange);
    channel.publish('k', 'unroutable', { exchange, mandatory: true });
    expect((await channel.returned()).replyCode).toBe(312);
  });

  test('exchange.delete/unknown: deleting an unknown exchange is no error', async () => {
    const channel = await target.channel();
    await channel.call('exchange.delete', { exchange: target.name('x') });
  });

  test('exchange.delete/if-unused: an exchange with bindings is not deleted with if-unused', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    channel.send('exchange.delete', { exchange, ifUnused: true });
    await channel.expectClose(406, `PRECONDITION_FAILED - exchange '${exchange}' in vhost '/' in use`);
    await channel.call('queue.unbind', { queue, exchange });
    channel.send('exchange.declare', { exchange, passive: true });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('exchange.delete/if-unused-free: an exchange without bindings is deleted with if-unused', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    await channel.call('exchange.delete', { exchange, ifUnused: true });
    channel.send('exchange.declare', { exchange, passive: true });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('exchange.delete/default: the default exchange cannot be deleted', async () => {
    const channel = await target.channel();
    channel.send('exchange.delete', { exchange: '' });
    await channel.expectClose(403, 'ACCESS_REFUSED - operation not permitted on the default exchange');
  });

  test('exchange.delete/system: an amq. exchange cannot be deleted', async () => {
    const channel = await target.channel();
    channel.send('exchange.delete', { exchange: 'amq.direct' });
    await channel.expectClose(
      403,
      "ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed",
    );
  });
});

describe('system exchanges', () => {
  test('exchange.delete/system-unknown: deleting an amq. exchange that is not there is refused all the same', async () => {
    const channel = await target.channel();
    channel.send('exchange.delete', { exchange: 'amq.nonexistent' });
    await channel.expectClose(
      403,
      "ACCESS_REFUSED - deletion of system exchange 'amq.nonexistent' in vhost '/' not allowed",
    );
  });

  test('exchange.declare/passive-default: a passive declare of the default exchange is refused too', async () => {
    const channel = await target.channel();
    channel.send('exchange.declare', { exchange: '', passive: true });
    await channel.expectClose(403, 'ACCESS_REFUSED - operation not permitted on the default exchange');
  });

  test('exchange.declare/internal-trace: a client cannot publish to amq.rabbitmq.trace', async () => {
    const channel = await target.channel();
    channel.publish('k', 'x', { exchange: 'amq.rabbitmq.trace' });
    await channel.expectClose(
      403,
      "ACCESS_REFUSED - cannot publish to internal exchange 'amq.rabbitmq.trace' in vhost '/'",
    );
  });
});

describe('auto-delete and internal', () => {
  test('exchange.declare/auto-delete: an auto-delete exchange goes with its last binding and not before it had one', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.bind(queue, exchange, 'a');
    await channel.bind(queue, exchange, 'b');
    await channel.call('queue.unbind', { queue, exchange, routingKey: 'a' });
    await channel.call('exchange.declare', { exchange, passive: true });
    await channel.call('queue.unbind', { queue, exchange, routingKey: 'b' });
    channel.send('exchange.declare', { exchange, passive: true });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
  });

  test('exchange.declare/auto-delete-queue: deleting the last bound queue deletes an auto-delete exchange', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    await channel.call('queue.delete', { queue });
    channel.send('exchange.declare', { exchange, passive: true });
    await channel.expectClose(404, /^NOT_FOUND/);
  });

  test('exchange.declare/auto-delete-source: only bindings where it is the source keep an auto-delete exchange', async () => {
    const channel = await target.channel();
    const [source, middle] = [await channel.exchange(target.name('x')), await channel.exchange(target.name('x'))];
    const queue = await channel.queue();
    await channel.call('exchange.bind', { destination: middle, source });
    await channel.bind(queue, middle);
    await channel.call('queue.unbind', { queue, exchange: middle });
    for (const exchange of [middle, source]) {
      // The middle goes with its last binding as a source; so its binding to the source goes, and the source with it.
      channel.send('exchange.declare', { exchange, passive: true });
      await channel.expectClose(404, `NOT_FOUND - no exchange '${exchange}' in vhost '/'`);
    }
  });

  test('exchange.declare/internal: a client cannot publish to an internal exchange', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout', { internal: true });
    channel.publish('', 'x', { exchange });
    await channel.expectClose(403, `ACCESS_REFUSED - cannot publish to internal exchange '${exchange}' in vhost '/'`);
  });

  test('exchange.declare/internal-binding: an internal exchange routes what another exchange passes on', async () => {
    const channel = await target.channel();
    const internal = await channel.exchange(target.name('x'), 'fanout', { internal: true });
    const source = await channel.exchange(target.name('x'), 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, internal);
    await channel.call('exchange.bind', { destination: internal, source });
    channel.publish('', 'through', { exchange: source });
    expect(await channel.drain(queue)).toEqual(['through']);
  });
});

describe('exchange.bind and unbind', () => {
  test('exchange.bind/route: a message passes from source to destination to queue, once', async () => {
    const channel = await target.channel();
    const [source, destination] = [await channel.exchange(target.name('x')), await channel.exchange(target.name('x'))];
    const queue = await channel.queue();
    await channel.bind(queue, destination, 'k');
    await channel.bind(queue, source, 'k');
    await channel.call('exchange.bind', { destination, source, routingKey: 'k' });
    channel.publish('k', 'once', { exchange: source }).publish('other', 'none', { exchange: source });
    expect(await channel.drain(queue)).toEqual(['once']);
  });

  test('exchange.bind/cycle: a cycle of exchange bindings delivers once', async () => {
    const channel = await target.channel();
    const [one, two] = [
      await channel.exchange(target.name('x'), 'fanout'),
      await channel.exchange(target.name('x'), 'fanout'),
    ];
    const queue = await channel.queue();
    await channel.call('exchange.bind', { destination: one, source: two });
    await channel.call('exchange.bind', { destination: two, source: one });
    await channel.bind(queue, two);
    channel.publish('', 'x', { exchange: one });
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('exchange.bind/unknown: an unknown source or destination is refused with 404', async () => {
    const channel = await target.channel();
    const [known, unknown] = [await channel.exchange(target.name('x')), target.name('x')];
    channel.send('exchange.bind', { destination: known, source: unknown });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${unknown}' in vhost '/'`);
    channel.send('exchange.bind', { destination: unknown, source: known });
    await channel.expectClose(404, `NOT_FOUND - no exchange '${unknown}' in vhost '/'`);
  });

  test('exchange.bind/default: the default exchange can neither be bound nor unbound', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'));
    const refusal = 'ACCESS_REFUSED - operation not permitted on the default exchange';
    for (const [destination, source] of [
      [exchange, ''],
      ['', exchange],
    ]) {
      channel.send('exchange.bind', { destination: destination, source: source });
      await channel.expectClose(403, refusal);
      channel.send('exchange.unbind', { destination: destination, source: source });
      await channel.expectClose(403, refusal);
    }
  });

  test('exchange.unbind/ok: an unbound exchange gets nothing any more', async () => {
    const channel = await target.channel();
    const source = await channel.exchange(target.name('x'), 'fanout', { autoDelete: false });
    const destination = await channel.exchange(target.name('x'), 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, destination);
    await channel.call('exchange.bind', { destination, source });
    await channel.call('exchange.unbind', { destination, source });
    channel.publish('', 'x', { exchange: source });
    expect(await channel.drain(queue)).toEqual([]);
  });

  test('exchange.unbind/unknown-binding: unbinding what is not bound is no error', async () => {
    const channel = await target.channel();
    const [source, destination] = [await channel.exchange(target.name('x')), await channel.exchange(target.name('x'))];
    await channel.call('exchange.unbind', { destination, source, routingKey: 'never' });
  });
});
