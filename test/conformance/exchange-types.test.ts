/**
 * The exchange types that RabbitMQ brings as plugins: x-consistent-hash, x-random, x-local-random, x-modulus-hash and
 * x-recent-history. Which queue a hash picks is each broker's own, so these tests only ask that it be the same again.
 * RabbitMQ needs rabbitmq_consistent_hash_exchange, rabbitmq_random_exchange, rabbitmq_sharding and
 * rabbitmq_recent_history_exchange enabled to run them.
 */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel, PublishOptions } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** Declares one queue a binding key and binds it; gives the queues in that order. */
async function bound(channel: AmqpChannel, exchange: string, bindingKeys: readonly string[]): Promise<string[]> {
  const queues: string[] = [];
  for (const key of bindingKeys) {
    const queue = await channel.queue();
    await channel.bind(queue, exchange, key);
    queues.push(queue);
  }
  return queues;
}

/** What each queue holds; empties them. */
async function contents(channel: AmqpChannel, queues: readonly string[]): Promise<string[][]> {
  const all: string[][] = [];
  for (const queue of queues) all.push(await channel.drain(queue));
  return all;
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

describe('x-consistent-hash', () => {
  test('consistent-hash/one-destination: each message goes to one queue, and the same routing key to the same', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash');
    const queues = await bound(channel, exchange, ['10', '10', '10']);
    for (let round = 0; round < 2; round++) for (const key of numbers(100)) channel.publish(key, key, { exchange });
    const held = await contents(channel, queues);
    expect(held.flat().sort()).toEqual([...numbers(100), ...numbers(100)].sort());
    for (const bodies of held)
      expect(bodies.filter((body) => bodies.indexOf(body) === bodies.lastIndexOf(body))).toEqual([]);
  });

  test('consistent-hash/weights: a queue gets a share as large as its binding key', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash');
    const queues = await bound(channel, exchange, ['1', '9']);
    for (const key of numbers(1000)) channel.publish(key, '', { exchange });
    const [light, heavy] = (await contents(channel, queues)).map(({ length }) => length);
    expect(light + heavy).toBe(1000);
    // 100 on average, and three times less or more by a chance below one in 10^20.
    expect(light).toBeGreaterThan(30);
    expect(light).toBeLessThan(300);
  });

  test('consistent-hash/binding-gone: messages move only away from a queue that was unbound', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash');
    // RabbitMQ's jump hash keeps its promise only for the binding that came last.
    const queues = await bound(channel, exchange, ['5', '5', '5']);
    const round = async (): Promise<string[][]> => {
      for (const key of numbers(200)) channel.publish(key, key, { exchange });
      return contents(channel, queues);
    };
    const before = await round();
    await channel.call('queue.unbind', { queue: queues[2], exchange, routingKey: '5' });
    const after = await round();
    expect(after[2]).toEqual([]);
    expect(after.flat().sort()).toEqual(numbers(200).sort());
    for (const index of [0, 1]) expect(after[index]).toEqual(expect.arrayContaining(before[index]));
  });

  const equalHash: readonly [string, Record<string, unknown>, (value: string) => PublishOptions][] = [
    ['a header', { 'hash-header': 'customer' }, (customer) => ({ headers: { customer, other: Math.random() } })],
    ['correlation_id', { 'hash-property': 'correlation_id' }, (correlationId) => ({ correlationId })],
    ['message_id', { 'hash-property': 'message_id' }, (messageId) => ({ messageId })],
    ['timestamp', { 'hash-property': 'timestamp' }, (value) => ({ timestamp: 1_700_000_000 + Number(value.slice(1)) })],
  ];
  test('consistent-hash/source: a header or a property may be hashed instead of the routing key', async () => {
    const channel = await target.channel();
    for (const [what, args, properties] of equalHash) {
      const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash', { arguments: args });
      const queues = await bound(channel, exchange, ['10', '10']);
      for (let round = 0; round < 3; round++) {
        for (const value of numbers(40)) channel.publish(`key ${round}`, value, { exchange, ...properties(value) });
      }
      const held = await contents(channel, queues);
      const kinds = held.map((bodies) => new Set(bodies));
      expect(held.flat().length, what).toBe(120);
      expect(kinds[0].size + kinds[1].size, `${what}: no value in both queues`).toBe(40);
      expect(Math.min(kinds[0].size, kinds[1].size), `${what}: some values in each queue`).toBeGreaterThan(0);
    }
  });

  test('consistent-hash/source-missing: messages without the hashed header all go one way', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash', {
      arguments: { 'hash-header': 'customer' },
    });
    const queues = await bound(channel, exchange, ['10', '10']);
    for (const key of numbers(40)) channel.publish(key, '', { exchange, headers: { other: key } });
    expect((await contents(channel, queues)).map(({ length }) => length).sort()).toEqual([0, 40]);
  });

  test('consistent-hash/cc: further routing keys do not add a destination', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash');
    const queues = await bound(channel, exchange, ['10', '10', '10']);
    channel.publish('a', 'x', { exchange, headers: { CC: numbers(20) } });
    expect((await contents(channel, queues)).flat()).toEqual(['x']);
  });

  test('consistent-hash/weight-refused: a binding key that is no integer above 0 is refused with 406', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash');
    const queue = await channel.queue();
    const refusals = {
      heavy: 'The binding key must be an integer: <<"heavy">>',
      '': 'The binding key must be an integer: <<>>',
      '1.5': 'The binding key must be an integer: <<"1.5">>',
      ' 1': 'The binding key must be an integer: <<" 1">>',
      '0': 'The binding key must be greater than 0',
      '-3': 'The binding key must be greater than 0',
    };
    for (const [routingKey, text] of Object.entries(refusals)) {
      channel.send('queue.bind', { queue, exchange, routingKey });
      await channel.expectClose(406, `PRECONDITION_FAILED - ${text}`);
    }
    await channel.bind(queue, exchange, '+2');
  });

  test('consistent-hash/arguments-refused: both sources, or an unknown property, are refused with 406', async () => {
    const channel = await target.channel();
    const refusals: [Record<string, unknown>, string][] = [
      [{ 'hash-header': 'h', 'hash-property': 'message_id' }, 'hash-header and hash-property are mutually exclusive'],
      [{ 'hash-header': 'h', 'hash-property': 'nonsense' }, 'hash-header and hash-property are mutually exclusive'],
      [{ 'hash-property': 'app_id' }, 'Unsupported property: app_id'],
    ];
    for (const [args, text] of refusals) {
      channel.send('exchange.declare', { exchange: target.name('x'), type: 'x-consistent-hash', arguments: args });
      await channel.expectClose(406, `PRECONDITION_FAILED - ${text}`);
    }
  });

  test('consistent-hash/argument-type: a source that is no string is refused', async () => {
    const channel = await target.channel();
    channel.send('exchange.declare', {
      exchange: target.name('x'),
      type: 'x-consistent-hash',
      arguments: { 'hash-header': 5 },
    });
    if (target.rabbitmq) await channel.client.expectClose(541, /^INTERNAL_ERROR/);
    else {
      await channel.expectClose(
        406,
        "PRECONDITION_FAILED - Invalid argument 5, 'hash-header' must be a string, got signedint",
      );
    }
  });

  test('consistent-hash/redeclare: arguments of the type are not compared', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-consistent-hash', {
      arguments: { 'hash-header': 'a' },
    });
    await channel.exchange(exchange, 'x-consistent-hash', { arguments: { 'hash-property': 'nonsense' } });
  });
});

describe('x-random', () => {
  test('random/one-destination: each message goes to one binding, whatever the keys, and every binding gets some', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-random');
    const queues = await bound(channel, exchange, ['', 'a', 'b']);
    // One routing key, because a route that was remembered by it would be no chance.
    for (const body of numbers(200)) channel.publish('k', body, { exchange });
    const held = await contents(channel, queues);
    expect(held.flat().sort()).toEqual(numbers(200).sort());
    for (const bodies of held) expect(bodies.length).toBeGreaterThan(20);
  });

  test('random/unroutable: without a binding a message is unroutable', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-random');
    channel.publish('k', 'x', { exchange, mandatory: true });
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('random/behind: chance decides behind another exchange too', async () => {
    const channel = await target.channel();
    const source = await channel.exchange(target.name('x'), 'direct');
    const random = await channel.exchange(target.name('x'), 'x-random');
    const queues = await bound(channel, random, ['', '']);
    await channel.call('exchange.bind', { destination: random, source, routingKey: 'k' });
    for (const body of numbers(100)) channel.publish('k', body, { exchange: source });
    const held = await contents(channel, queues);
    expect(held.flat().sort()).toEqual(numbers(100).sort());
    for (const bodies of held) expect(bodies.length).toBeGreaterThan(10);
  });
});

/** RabbitMQ has the type from 4.0 on. */
async function hasLocalRandom(): Promise<boolean> {
  if (!target.rabbitmq) return true;
  const channel = await target.channel();
  channel.send('exchange.declare', { exchange: target.name('x'), type: 'x-local-random' });
  await channel.client.expectClose(503, "COMMAND_INVALID - unknown exchange type 'x-local-random'");
  return false;
}

describe('x-local-random', () => {
  test('local-random/one-destination: each message goes to one of the queues', async () => {
    if (!(await hasLocalRandom())) return;
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-local-random');
    const queues = await bound(channel, exchange, ['', '']);
    for (const body of numbers(100)) channel.publish('any key', body, { exchange });
    const held = await contents(channel, queues);
    expect(held.flat().sort()).toEqual(numbers(100).sort());
    for (const bodies of held) expect(bodies.length).toBeGreaterThan(10);
  });

  test('local-random/binding-refused: a binding key, an exchange or a queue that is not classic is refused with 406', async () => {
    if (!(await hasLocalRandom())) return;
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-local-random');
    const queue = await channel.queue();
    channel.send('queue.bind', { queue, exchange, routingKey: 'k' });
    await channel.expectClose(406, "PRECONDITION_FAILED - Non empty binding 'k' key not permitted");
    channel.send('exchange.bind', { destination: 'amq.fanout', source: exchange });
    await channel.expectClose(406, 'PRECONDITION_FAILED - Destination not found');
    const quorum = await channel.queue(target.name('q'), {
      exclusive: false,
      durable: true,
      arguments: { 'x-queue-type': 'quorum' },
    });
    channel.send('queue.bind', { queue: quorum, exchange });
    await channel.expectClose(
      406,
      'PRECONDITION_FAILED - Queue type rabbit_quorum_queue not valid for this exchange type',
    );
  });
});

describe('x-modulus-hash', () => {
  test('modulus-hash/one-destination: each message goes to one binding, the same routing key to the same', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-modulus-hash');
    const queues = await bound(channel, exchange, ['', 'ignored', '']);
    for (let round = 0; round < 2; round++) for (const key of numbers(100)) channel.publish(key, key, { exchange });
    const held = await contents(channel, queues);
    const kinds = held.map((bodies) => new Set(bodies).size);
    expect(held.flat().length).toBe(200);
    expect(kinds.reduce((sum, kind) => sum + kind)).toBe(100);
    for (const kind of kinds) expect(kind).toBeGreaterThan(10);
  });

  test('modulus-hash/unroutable: without a binding a message is unroutable', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-modulus-hash');
    channel.publish('k', 'x', { exchange, mandatory: true });
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });
});

describe('x-recent-history', () => {
  test('recent-history/replay: a queue that is bound later gets the last messages, the oldest first', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history', {
      arguments: { 'x-recent-history-length': 3 },
    });
    for (const body of ['1', '2', '3', '4']) {
      channel.publish(`key ${body}`, body, { exchange, messageId: `id ${body}`, headers: { number: body } });
    }
    const queue = await channel.queue();
    await channel.bind(queue, exchange, 'whatever');
    channel.publish('key 5', '5', { exchange });
    const first = await channel.get(queue, true);
    expect(first).toMatchObject({ body: '2', exchange, routingKey: 'key 2', redelivered: false });
    expect(first!.properties.messageId).toBe('id 2');
    expect(first!.properties.headers!.get('number')).toMatchObject({ type: 'longstr' });
    expect(await channel.drain(queue)).toEqual(['3', '4', '5']);
  });

  test('recent-history/default-length: twenty messages are kept where no length is set', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    for (const body of numbers(25)) channel.publish('', body, { exchange });
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    expect(await channel.drain(queue)).toEqual(numbers(25).slice(5));
  });

  test('recent-history/fanout: messages go to every binding whatever the keys, and are kept all the same', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const queues = await bound(channel, exchange, ['a', 'b']);
    channel.publish('k', 'x', { exchange });
    expect(await contents(channel, queues)).toEqual([['x'], ['x']]);
    const late = await channel.queue();
    await channel.bind(late, exchange);
    expect(await channel.drain(late)).toEqual(['x']);
  });

  test('recent-history/cc: a message with several routing keys is kept once, without its BCC', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    channel.publish('k', 'x', { exchange, headers: { CC: ['a', 'b'], BCC: ['c'] } });
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    const got = await channel.get(queue, true);
    expect([...got!.properties.headers!.keys()]).toEqual(['CC']);
    expect(await channel.drain(queue)).toEqual([]);
  });

  test('recent-history/no-store: a message that says so is routed and not kept', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    channel.publish('', 'not kept', { exchange, headers: { 'x-recent-history-no-store': true } });
    channel.publish('', 'kept', { exchange, headers: { 'x-recent-history-no-store': false } });
    channel.publish('', 'kept too', { exchange, headers: { 'x-recent-history-no-store': 'true' } });
    expect(await channel.drain(queue)).toEqual(['not kept', 'kept', 'kept too']);
    const late = await channel.queue();
    await channel.bind(late, exchange);
    expect(await channel.drain(late)).toEqual(['kept', 'kept too']);
  });

  test('recent-history/bind-exchange: an exchange that is bound later routes the last messages on', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const next = await channel.exchange(target.name('x'), 'topic');
    const queue = await channel.queue();
    await channel.bind(queue, next, 'order.*');
    channel.publish('order.paid', 'x', { exchange });
    await channel.call('exchange.bind', { destination: next, source: exchange });
    expect(await channel.drain(queue)).toEqual(['x']);
  });

  test('recent-history/bind-exchange-order: an exchange that is bound later gets the oldest message first', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const next = await channel.exchange(target.name('x'), 'fanout');
    const queue = await channel.queue();
    await channel.bind(queue, next);
    channel.publish('', 'older', { exchange }).publish('', 'newer', { exchange });
    await channel.call('exchange.bind', { destination: next, source: exchange });
    expect(await channel.drain(queue)).toEqual(target.rabbitmq ? ['newer', 'older'] : ['older', 'newer']);
  });

  test('recent-history/bind-exchange-unroutable: an exchange that routes nothing may be bound', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const next = await channel.exchange(target.name('x'), 'fanout');
    channel.publish('', 'x', { exchange });
    channel.send('exchange.bind', { destination: next, source: exchange });
    if (target.rabbitmq) await channel.client.expectClose(541, 'INTERNAL_ERROR');
    else await channel.expect('exchange.bind-ok');
  });

  test('recent-history/bind-again: a binding that is there already gets nothing again', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history');
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    channel.publish('', 'once', { exchange });
    await channel.bind(queue, exchange);
    expect(await channel.drain(queue)).toEqual(['once']);
  });

  test('recent-history/behind: an exchange keeps what reaches it through others', async () => {
    const channel = await target.channel();
    const history = await channel.exchange(target.name('x'), 'x-recent-history');
    const source = await channel.exchange(target.name('x'), 'fanout', { arguments: { 'alternate-exchange': history } });
    channel.publish('', 'by alternate', { exchange: source });
    await channel.call('exchange.bind', { destination: history, source });
    channel.publish('', 'by binding', { exchange: source });
    const queue = await channel.queue();
    await channel.bind(queue, history);
    expect(await channel.drain(queue)).toEqual(['by alternate', 'by binding']);
  });

  test('recent-history/length-refused: a length that is no integer above 0 is refused with 406', async () => {
    const channel = await target.channel();
    for (const [length, printed] of [
      [0, '0'],
      [-1, '-1'],
      ['5', '<<"5">>'],
      [true, 'true'],
    ] as const) {
      channel.send('exchange.declare', {
        exchange: target.name('x'),
        type: 'x-recent-history',
        arguments: { 'x-recent-history-length': length },
      });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - Invalid argument ${printed}, 'x-recent-history-length' must be a positive integer`,
      );
    }
  });

  test('recent-history/loop: an exchange that is bound to itself replays its messages once', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'x-recent-history', { autoDelete: false });
    const queue = await channel.queue();
    await channel.bind(queue, exchange);
    channel.publish('', 'x', { exchange });
    await channel.call('exchange.bind', { destination: exchange, source: exchange });
    expect(await channel.drain(queue)).toEqual(['x', 'x']);
  });
});
