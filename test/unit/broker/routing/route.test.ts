import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { decodeProperties } from '../../../../src/codec/properties.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { AmqpError } from '../../../../src/protocol/amqp-error.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

const owner = {};
let node: BrokerNode;
let vhost: Vhost;

beforeEach(() => {
  ({ node, vhost } = nodeInMemory());
  for (const name of ['a', 'b', 'c']) {
    vhost.declareQueue({ name, durable: false, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE });
  }
});

function exchange(name: string, type = 'direct', alternate?: string): void {
  const args = toFieldTable(alternate === undefined ? {} : { 'alternate-exchange': alternate });
  vhost.declareExchange({ name, type, durable: false, autoDelete: false, internal: false, arguments: args });
}

function bind(source: string, destination: string, routingKey = '', kind: 'queue' | 'exchange' = 'queue'): void {
  vhost.bind({ source, destinationKind: kind, destination, routingKey, arguments: EMPTY_TABLE }, owner);
}

function publish(name: string, routingKey: string, headers: Record<string, unknown> = {}): boolean {
  const properties = { headers: toFieldTable(headers) };
  const message = messageOf({ exchange: name, routingKey, properties, body: 'x' });
  return vhost.publish(message, vhost.route(vhost.existingExchange(name), message), undefined, 0);
}

/** Names of the queues that have messages, each as often as it has; they are empty then. */
function reached(): string {
  let names = '';
  for (const queue of vhost.queues) names += queue.name.repeat(queue.purge());
  return names;
}

describe('a message', () => {
  test('reaches a queue once, however many bindings lead to it', () => {
    exchange('x', 'topic');
    for (const key of ['#', 'k.*', 'k.k']) bind('x', 'a', key);
    bind('x', 'b', 'k.#');
    expect(publish('x', 'k.k')).toBe(true);
    expect(reached()).toBe('ab');
  });

  test('reaches the queue of its routing key through the default exchange', () => {
    expect([publish('', 'b'), publish('', 'nobody')]).toEqual([true, false]);
    expect(reached()).toBe('b');
  });

  test('goes through exchanges behind exchanges, with its own routing key, and ends where they form a ring', () => {
    for (const name of ['x', 'y', 'z']) exchange(name, 'topic');
    bind('x', 'y', 'k.#', 'exchange');
    bind('y', 'z', '#.end', 'exchange');
    bind('z', 'x', '#', 'exchange');
    bind('z', 'a', 'k.end');
    bind('x', 'a', '#');
    expect(publish('x', 'k.end')).toBe(true);
    expect(publish('y', 'k.end')).toBe(true);
    expect(publish('y', 'k.other')).toBe(false);
    expect(reached()).toBe('aa');
  });

  test('takes the alternate exchange where no binding matched, and only then', () => {
    exchange('x', 'direct', 'second');
    exchange('second', 'direct', 'last');
    exchange('last', 'fanout');
    bind('x', 'a', 'k');
    bind('second', 'b', 'l');
    bind('last', 'c');
    expect(['k', 'l', 'm'].map((key) => publish('x', key))).toEqual([true, true, true]);
    expect(reached()).toBe('abc');
  });

  test('is lost where alternates lead in a circle or nowhere', () => {
    exchange('x', 'direct', 'y');
    exchange('y', 'direct', 'x');
    exchange('z', 'direct', 'missing');
    expect([publish('x', 'k'), publish('z', 'k')]).toEqual([false, false]);
  });

  test('finds a changed way at once: bound, unbound, deleted', () => {
    exchange('x');
    expect(publish('x', 'k')).toBe(false);
    bind('x', 'a', 'k');
    expect(publish('x', 'k')).toBe(true);
    bind('x', 'b', 'k');
    publish('x', 'k');
    expect(reached()).toBe('aab');
    vhost.deleteQueue(vhost.queue('a')!);
    publish('x', 'k');
    expect(reached()).toBe('b');
    vhost.deleteExchange('x', false);
    expect(() => publish('x', 'k')).toThrow(new AmqpError('NOT_FOUND', "no exchange 'x' in vhost '/'"));
  });

  test('is routed by its headers each time, where an exchange asks for them', () => {
    exchange('x');
    exchange('h', 'headers');
    bind('x', 'h', 'k', 'exchange');
    const spec = { source: 'h', destinationKind: 'queue', destination: 'a', routingKey: '' } as const;
    vhost.bind({ ...spec, arguments: toFieldTable({ n: 1 }) }, owner);
    expect([1, 2, 1].map((n) => publish('x', 'k', { n }))).toEqual([true, false, true]);
    expect(reached()).toBe('aa');
  });
});

describe('the CC and BCC headers', () => {
  test('are further routing keys, and no queue gets two copies', () => {
    expect(publish('', 'a', { CC: ['b', 'a'], BCC: ['c', 'nobody'] })).toBe(true);
    expect(reached()).toBe('abc');
  });

  test('reach receivers as they were sent, but for BCC, which no receiver sees', () => {
    publish('', 'a', { CC: ['b'], BCC: ['c'], own: 1 });
    for (const name of ['a', 'b', 'c']) {
      vhost.queue(name)!.get(true, (message) => {
        const { headers } = decodeProperties(message.properties, message.propertiesStart, message.propertiesEnd);
        expect([...headers!.keys()]).toEqual(['CC', 'own']);
        expect([message.routingKey, bodyText(message)]).toEqual(['a', 'x']);
      });
    }
  });

  test('must be arrays, of which only texts count', () => {
    expect(publish('', 'nobody', { CC: [1, 'a', true] })).toBe(true);
    expect(() => publish('', 'a', { BCC: 'b' })).toThrow(
      new AmqpError('PRECONDITION_FAILED', 'invalid message: {unacceptable_type_in_header,"BCC",longstr}'),
    );
  });
});

describe('a publisher', () => {
  /** Publishes until the publisher is to rest; returns the number of messages. */
  function untilItRests(routingKey: (n: number) => string): number {
    for (let n = 1; ; n++) {
      publish('x', routingKey(n));
      if (node.throttleSignal.take()) return n;
    }
  }

  /** The way is known from here on; to find it may have taken a slow machine long enough for a rest. */
  function findWay(): void {
    publish('x', '');
    node.throttleSignal.take();
  }

  test('rests for a turn when its messages have become many copies', () => {
    exchange('x', 'fanout');
    for (const name of ['a', 'b', 'c']) bind('x', name);
    findWay();
    expect(untilItRests(() => '')).toBe(16_384 / 2 - 1);
    expect(reached()).toHaveLength(3 * (16_384 / 2));
  });

  test('rests for a turn when ways for its messages were looked for long enough', () => {
    exchange('x', 'headers');
    bind('x', 'a');
    // However fast the machine is, each search takes some of its time.
    expect(untilItRests((n) => String(n))).toBeGreaterThan(0);
  });

  test('of messages that go one way, which is known, never rests for that', () => {
    exchange('x', 'direct');
    bind('x', 'a');
    findWay();
    for (let n = 0; n < 20_000; n++) publish('x', '');
    expect(node.throttleSignal.take()).toBe(false);
  });
});

describe('a way that was found', () => {
  const declare = (name: string): void => {
    vhost.declareQueue({ name, durable: false, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE });
  };
  const known = (name: string, routingKey: string): boolean =>
    vhost.knownRoute(messageOf({ exchange: name, routingKey })) !== undefined;

  test('is known until a binding comes or goes, however many queues come and go', () => {
    exchange('x');
    bind('x', 'a', 'k');
    expect([publish('x', 'k'), publish('x', 'nobody'), publish('', 'b')]).toEqual([true, false, true]);
    declare('d');
    vhost.deleteQueue(vhost.queue('d')!);
    expect([known('x', 'k'), known('x', 'nobody'), known('', 'b')]).toEqual([true, true, true]);
    bind('x', 'a', 'nobody');
    expect([known('x', 'k'), known('x', 'nobody')]).toEqual([false, false]);
    expect(publish('x', 'nobody')).toBe(true);
    vhost.deleteQueue(vhost.queue('a')!);
    expect([known('x', 'nobody'), publish('x', 'nobody')]).toEqual([false, false]);
  });

  test('is forgotten with the queue behind the default exchange, and the next of its name is another', () => {
    expect(publish('', 'b')).toBe(true);
    vhost.deleteQueue(vhost.queue('b')!);
    expect([known('', 'b'), publish('', 'b')]).toEqual([false, false]);
    declare('b');
    expect(publish('', 'b')).toBe(true);
    expect(vhost.queue('b')!.ready).toBe(1);
  });

  test('to one who waits for a reply is not kept, as they are many and soon gone', () => {
    let replies = 0;
    const name = vhost.replyTargets.add({ reply: () => replies++ });
    expect([publish('', name), known('', name), replies]).toEqual([true, false, 1]);
    vhost.replyTargets.remove(name);
    expect([publish('', name), replies]).toEqual([false, 1]);
  });

  test('from an exchange is not taken for the way from another that the message came by', () => {
    exchange('first');
    exchange('second');
    bind('first', 'a', 'k');
    bind('second', 'b', 'k');
    const message = messageOf({ exchange: 'first', routingKey: 'k' });
    const names = ['second', 'first', 'second'].map((name) => vhost.route(vhost.existingExchange(name), message));
    expect(names.map(({ targets }) => targets)).toEqual([[vhost.queue('b')], [vhost.queue('a')], [vhost.queue('b')]]);
  });
});

test('a destination that cannot take a message has it refused, and the others have it', () => {
  const discarded: unknown[][] = [];
  node.discarded = (...what) => void discarded.push(what);
  const defect = new Error('a defect');
  vi.spyOn(vhost.queue('b')!, 'accept').mockImplementation(() => {
    throw defect;
  });
  const heard: (readonly [string, number])[] = [];
  const tracker = {
    wait: () => undefined,
    confirmed: (number: number) => heard.push(['confirmed', number]),
    rejected: (number: number) => heard.push(['rejected', number]),
  };
  exchange('all', 'fanout');
  for (const name of ['a', 'b', 'c']) bind('all', name);
  const message = messageOf({ exchange: 'all', routingKey: '', body: 'x' });
  expect(vhost.publish(message, vhost.route(vhost.existingExchange('all'), message), tracker, 7)).toBe(true);
  expect(heard).toEqual([['rejected', 7]]);
  expect(discarded).toEqual([['destination', 'b', '/', defect]]);
  expect(reached()).toBe('ac');
});
