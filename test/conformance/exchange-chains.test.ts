/** Exchanges behind exchanges, by bindings and as alternates: every pair of types, what counts as routed, loops and diamonds. */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

const TYPES = ['direct', 'fanout', 'topic', 'headers'] as const;
type Type = (typeof TYPES)[number];

/** A binding of each type that takes the message published below with key `a.b` and header `h: 1`, and one that does not. */
const MATCHING: Readonly<Record<Type, readonly [key: string, args: Record<string, unknown>]>> = {
  direct: ['a.b', {}],
  fanout: ['ignored', {}],
  topic: ['a.*', {}],
  headers: ['ignored', { h: 1 }],
};
const OTHER: Readonly<Record<Exclude<Type, 'fanout'>, readonly [key: string, args: Record<string, unknown>]>> = {
  direct: ['a.*', {}],
  topic: ['a.b.c', {}],
  headers: ['a.b', { h: 2 }],
};

async function bindExchange(
  channel: AmqpChannel,
  source: string,
  destination: string,
  [routingKey, args]: readonly [string, Record<string, unknown>] = ['', {}],
): Promise<void> {
  await channel.call('exchange.bind', { source, destination, routingKey, arguments: args });
}

function withAlternate(alternate: string): { arguments: Record<string, unknown> } {
  return { arguments: { 'alternate-exchange': alternate } };
}

/** The one message of these tests; where nothing takes it, it comes back. */
function publish(channel: AmqpChannel, exchange: string, body = 'x'): void {
  channel.publish('a.b', body, { exchange, mandatory: true, headers: { h: 1 } });
}

describe('exchange to exchange', () => {
  test('exchange.bind/types: an exchange of any type passes to one of any type what both match, with its routing key', async () => {
    const channel = await target.channel();
    for (const from of TYPES) {
      for (const to of TYPES) {
        const source = await channel.exchange(target.name('x'), from);
        const destination = await channel.exchange(target.name('x'), to);
        const queue = await channel.queue();
        await channel.bind(queue, destination, ...MATCHING[to]);
        await bindExchange(channel, source, destination, MATCHING[from]);
        publish(channel, source);
        expect(await channel.get(queue, true), `${from} to ${to}`).toMatchObject({
          exchange: source,
          routingKey: 'a.b',
        });
      }
    }
  });

  test('exchange.bind/types-unmatched: what either of the two does not match is unroutable', async () => {
    const channel = await target.channel();
    for (const from of TYPES) {
      for (const to of TYPES) {
        for (const broken of ['source', 'destination'] as const) {
          const type = broken === 'source' ? from : to;
          if (type === 'fanout') continue;
          const source = await channel.exchange(target.name('x'), from);
          const destination = await channel.exchange(target.name('x'), to);
          const queue = await channel.queue();
          await channel.bind(queue, destination, ...(broken === 'destination' ? OTHER[type] : MATCHING[to]));
          await bindExchange(channel, source, destination, broken === 'source' ? OTHER[type] : MATCHING[from]);
          publish(channel, source);
          expect((await channel.returned()).replyText, `${from} to ${to}, ${broken}`).toBe('NO_ROUTE');
        }
      }
    }
  });

  test('exchange.bind/diamond: a message that reaches a queue by several ways is there once', async () => {
    const channel = await target.channel();
    const source = await channel.exchange(target.name('x'), 'fanout');
    const last = await channel.exchange(target.name('x'), 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, last);
    await channel.bind(queue, source);
    for (const type of TYPES) {
      const middle = await channel.exchange(target.name('x'), type);
      await bindExchange(channel, source, middle);
      await bindExchange(channel, middle, last, MATCHING[type]);
      await channel.bind(queue, middle, ...MATCHING[type]);
    }
    publish(channel, source);
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('exchange.bind/long-chain: a chain of a hundred exchanges passes a message from its head to its end', async () => {
    const channel = await target.channel();
    const names: string[] = [];
    for (let i = 0; i < 100; i++) names.push(await channel.exchange(target.name('x'), 'fanout'));
    for (let i = 1; i < names.length; i++) await bindExchange(channel, names[i - 1], names[i]);
    const queue = await channel.queue();
    await channel.bind(queue, names.at(-1)!);
    publish(channel, names[0]);
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('exchange.bind/self: an exchange that is bound to itself delivers once', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout', { autoDelete: false });
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    await bindExchange(channel, exchange, exchange);
    publish(channel, exchange);
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('exchange.bind/cycle-unroutable: a cycle without a queue is unroutable', async () => {
    const channel = await target.channel();
    const names: string[] = [];
    for (let i = 0; i < 3; i++) names.push(await channel.exchange(target.name('x'), 'fanout', { autoDelete: false }));
    for (let i = 0; i < 3; i++) await bindExchange(channel, names[i], names[(i + 1) % 3]);
    publish(channel, names[0]);
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('exchange.bind/change: a binding that comes or goes further down counts for the next message', async () => {
    const channel = await target.channel();
    const source = await channel.exchange(target.name('x'), 'fanout');
    const middle = await channel.exchange(target.name('x'), 'fanout', { autoDelete: false });
    const last = await channel.exchange(target.name('x'), 'fanout', { autoDelete: false });
    const queue = await channel.queue();
    await bindExchange(channel, source, middle);
    await channel.bind(queue, last);
    publish(channel, source, 'none yet');
    expect((await channel.returned()).body).toBe('none yet');
    await bindExchange(channel, middle, last);
    publish(channel, source, 'there');
    expect(await channel.drain(queue)).toEqual(['there']);
    await channel.call('exchange.unbind', { source: middle, destination: last });
    publish(channel, source, 'gone again');
    expect((await channel.returned()).body).toBe('gone again');
    await channel.call('exchange.delete', { exchange: last });
  });
});

describe('alternate exchange', () => {
  test('exchange.alternate/types: an exchange of any type falls back to one of any type', async () => {
    const channel = await target.channel();
    for (const from of TYPES) {
      for (const to of TYPES) {
        const alternate = await channel.exchange(target.name('x'), to);
        const exchange = await channel.exchange(target.name('x'), from, withAlternate(alternate));
        const queue = await channel.queue();
        await channel.bind(queue, alternate, ...MATCHING[to]);
        publish(channel, exchange, 'unmatched');
        expect(await channel.drain(queue), `${from} to ${to}`).toEqual(['unmatched']);
        const own = await channel.queue();
        await channel.bind(own, exchange, ...MATCHING[from]);
        publish(channel, exchange, 'matched');
        expect(await channel.drain(own), `${from} to ${to}`).toEqual(['matched']);
        expect(await channel.drain(queue), `${from} to ${to}`).toEqual([]);
      }
    }
  });

  test('exchange.alternate/default: the default exchange leads nowhere as an alternate', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'direct', withAlternate(''));
    const queue = await channel.queue();
    channel.publish(queue, 'x', { exchange, mandatory: true });
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('exchange.alternate/internal: an internal exchange may be the alternate', async () => {
    const channel = await target.channel();
    const alternate = await channel.exchange(target.name('x'), 'fanout', { internal: true });
    const exchange = await channel.exchange(target.name('x'), 'direct', withAlternate(alternate));
    const queue = await channel.queue();
    await channel.bind(queue, alternate);
    publish(channel, exchange);
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('exchange.alternate/behind-binding: a matching exchange binding counts as routed, and the next exchange has an alternate of its own', async () => {
    const channel = await target.channel();
    const queues = { source: await channel.queue(), destination: await channel.queue() };
    const [sourceAlternate, destinationAlternate] = [target.name('x'), target.name('x')];
    await channel.exchange(sourceAlternate, 'fanout');
    await channel.exchange(destinationAlternate, 'fanout');
    await channel.bind(queues.source, sourceAlternate);
    await channel.bind(queues.destination, destinationAlternate);
    const source = await channel.exchange(target.name('x'), 'fanout', withAlternate(sourceAlternate));
    const destination = await channel.exchange(target.name('x'), 'direct', withAlternate(destinationAlternate));
    await bindExchange(channel, source, destination);
    publish(channel, source);
    expect(await channel.drain(queues.source)).toEqual([]);
    expect(await channel.drain(queues.destination)).toEqual(['x']);
  });

  test('exchange.alternate/dead-end: what the alternate of a bound exchange cannot route either is unroutable', async () => {
    const channel = await target.channel();
    const alternate = await channel.exchange(target.name('x'), 'direct');
    const destination = await channel.exchange(target.name('x'), 'direct', withAlternate(alternate));
    const source = await channel.exchange(target.name('x'), 'fanout', withAlternate('amq.fanout'));
    await bindExchange(channel, source, destination);
    publish(channel, source);
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('exchange.alternate/self: an exchange that is its own alternate ends', async () => {
    const channel = await target.channel();
    const exchange = target.name('x');
    await channel.exchange(exchange, 'direct', withAlternate(exchange));
    publish(channel, exchange);
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('exchange.alternate/loop: a loop of an alternate and a binding ends, and delivers once on its way', async () => {
    const channel = await target.channel();
    const [first, second] = [target.name('x'), target.name('x')];
    await channel.exchange(first, 'direct', { ...withAlternate(second), autoDelete: false });
    await channel.exchange(second, 'fanout', { autoDelete: false });
    await bindExchange(channel, second, first);
    const queue = await channel.queue();
    await channel.bind(queue, second);
    for (const exchange of [first, second]) {
      publish(channel, exchange, exchange);
      expect(await channel.drain(queue)).toEqual([exchange]);
    }
  });

  test('exchange.alternate/cc: the alternate is for messages of which no routing key matches', async () => {
    const channel = await target.channel();
    const alternate = await channel.exchange(target.name('x'), 'fanout');
    const exchange = await channel.exchange(target.name('x'), 'direct', withAlternate(alternate));
    const queues = { own: await channel.queue(), alternate: await channel.queue() };
    await channel.bind(queues.own, exchange, 'cc');
    await channel.bind(queues.alternate, alternate);
    channel.publish('unknown', 'one key matches', { exchange, headers: { CC: ['cc', 'unknown too'] } });
    channel.publish('unknown', 'no key matches', { exchange, headers: { CC: ['unknown too'] } });
    expect(await channel.drain(queues.own)).toEqual(['one key matches']);
    expect(await channel.drain(queues.alternate)).toEqual(['no key matches']);
  });

  test('exchange.alternate/late: an alternate exchange that is declared later counts from then on', async () => {
    const channel = await target.channel();
    const alternate = target.name('x');
    const exchange = await channel.exchange(target.name('x'), 'direct', withAlternate(alternate));
    publish(channel, exchange, 'too early');
    expect((await channel.returned()).body).toBe('too early');
    await channel.exchange(alternate, 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, alternate);
    publish(channel, exchange, 'in time');
    expect(await channel.drain(queue)).toEqual(['in time']);
  });
});
