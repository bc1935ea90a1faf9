/**
 * The exchange types that RabbitMQ brings as plugins and that pick a destination: x-consistent-hash, x-random, x-local-random and
 * x-modulus-hash. Which queue a hash picks is each broker's own, so these tests only ask that it be the same again.
 * RabbitMQ needs rabbitmq_consistent_hash_exchange, rabbitmq_random_exchange and rabbitmq_sharding enabled to run them.
 */
import { describe, expect, test } from 'vitest';
import type { PublishOptions } from '../support/amqp-client/index.ts';
import { bound, contents, numbers } from '../support/exchanges.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

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
