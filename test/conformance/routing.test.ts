/** What the exchange types deliver where (specification 3.1.3, RabbitMQ's headers and alternate exchanges). */
import { describe, expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** Which of the queues hold the message published last; empties them. */
async function reached(channel: AmqpChannel, queues: Readonly<Record<string, string>>): Promise<string[]> {
  const names: string[] = [];
  for (const [name, queue] of Object.entries(queues)) {
    const copies = await channel.drain(queue);
    expect(copies.length, `copies in ${name}`).toBeLessThanOrEqual(1);
    if (copies.length === 1) names.push(name);
  }
  return names;
}

describe('the default exchange', () => {
  test('exchange.default/queue-name: the routing key names the queue', async () => {
    const channel = await target.channel();
    const queues = { one: await channel.queue(), two: await channel.queue() };
    channel.publish(queues.two, 'x');
    expect(await reached(channel, queues)).toEqual(['two']);
  });
});

describe('direct', () => {
  test('exchange.direct/equal: a message goes to every queue bound with its routing key, the empty one too', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'direct');
    const queues = {
      a: await channel.queue(),
      a2: await channel.queue(),
      b: await channel.queue(),
      empty: await channel.queue(),
    };
    await channel.bind(queues.a, exchange, 'a');
    await channel.bind(queues.a2, exchange, 'a');
    await channel.bind(queues.b, exchange, 'b');
    await channel.bind(queues.empty, exchange, '');
    // An empty binding key with a named queue stays empty.
    const expected = { a: ['a', 'a2'], b: ['b'], '': ['empty'], 'a.b': [], A: [] };
    for (const [key, names] of Object.entries(expected)) {
      channel.publish(key, 'x', { exchange });
      expect(await reached(channel, queues), key).toEqual(names);
    }
  });
});

describe('fanout', () => {
  test('exchange.fanout/all: a message goes to every bound queue whatever its routing key', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    const queues = { one: await channel.queue(), two: await channel.queue(), unbound: await channel.queue() };
    await channel.bind(queues.one, exchange, 'a');
    await channel.bind(queues.two, exchange);
    channel.publish('anything', 'x', { exchange });
    expect(await reached(channel, queues)).toEqual(['one', 'two']);
  });
});

describe('topic', () => {
  test('exchange.topic/patterns: a star is one word, a hash any number of words', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'topic');
    const patterns = [
      'a.b',
      '*',
      'a.*',
      '*.b',
      '#',
      'a.#',
      '#.c',
      'a.#.c',
      '*.*',
      '*.#',
      '#.#',
      'a..b',
      '',
      '*.b.#',
      '#.b.*',
    ];
    const queues: Record<string, string> = {};
    for (const pattern of patterns) {
      queues[pattern] = await channel.queue();
      await channel.bind(queues[pattern], exchange, pattern);
    }
    const expected = {
      'a.b': ['a.b', 'a.*', '*.b', '#', 'a.#', '*.*', '*.#', '#.#', '*.b.#'],
      a: ['*', '#', 'a.#', '*.#', '#.#'],
      '': ['#', '#.#', ''],
      'a.c': ['a.*', '#', 'a.#', '#.c', 'a.#.c', '*.*', '*.#', '#.#'],
      'a.b.c': ['#', 'a.#', '#.c', 'a.#.c', '*.#', '#.#', '*.b.#', '#.b.*'],
      'a..b': ['#', 'a.#', '*.#', '#.#', 'a..b'],
      'x.y.b.z': ['#', '*.#', '#.#', '#.b.*'],
      '.b': ['*.b', '#', '*.*', '*.#', '#.#', '*.b.#'],
      'A.b': ['*.b', '#', '*.*', '*.#', '#.#', '*.b.#'],
    };
    for (const [key, names] of Object.entries(expected)) {
      channel.publish(key, 'x', { exchange });
      expect((await reached(channel, queues)).sort(), key).toEqual([...names].sort());
    }
  });

  test('exchange.topic/unbind: an unbound pattern matches no more and leaves its neighbours', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'topic');
    const queues = { exact: await channel.queue(), star: await channel.queue(), hash: await channel.queue() };
    await channel.bind(queues.exact, exchange, 'a.b.c');
    await channel.bind(queues.star, exchange, 'a.*.c');
    await channel.bind(queues.hash, exchange, 'a.#');
    await channel.call('queue.unbind', { queue: queues.star, exchange, routingKey: 'a.*.c' });
    channel.publish('a.b.c', 'x', { exchange });
    expect(await reached(channel, queues)).toEqual(['exact', 'hash']);
  });
});

describe('headers', () => {
  test('exchange.headers/match: all needs every pair, any needs one, x- headers count only with-x', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'headers');
    const bindings: Record<string, Record<string, unknown>> = {
      default: { a: 1, b: 'two' },
      all: { 'x-match': 'all', a: 1, b: 'two', 'x-c': 3 },
      any: { 'x-match': 'any', a: 1, b: 'two', 'x-c': 3 },
      'all-with-x': { 'x-match': 'all-with-x', a: 1, 'x-c': 3 },
      'any-with-x': { 'x-match': 'any-with-x', a: 7, 'x-c': 3 },
      present: { 'x-match': 'all', p: null },
      'no arguments': {},
      'any of nothing': { 'x-match': 'any' },
    };
    const queues: Record<string, string> = {};
    for (const [name, args] of Object.entries(bindings)) {
      queues[name] = await channel.queue();
      await channel.bind(queues[name], exchange, '', args);
    }
    const cases: [Record<string, unknown> | undefined, string[]][] = [
      [{ a: 1, b: 'two' }, ['default', 'all', 'any']],
      [{ a: 1, b: 'two', extra: 'x' }, ['default', 'all', 'any']],
      [{ a: 1 }, ['any']],
      [{ b: 'two' }, ['any']],
      [{ a: '1', b: 'three' }, []],
      [{ 'x-c': 3 }, ['any-with-x']],
      [{ a: 1, 'x-c': 3 }, ['any', 'all-with-x', 'any-with-x']],
      [{ p: 'whatever' }, ['present']],
      [{}, []],
      [undefined, []],
    ];
    for (const [headers, names] of cases) {
      channel.publish('', 'x', { exchange, ...(headers === undefined ? {} : { headers }) });
      const expected = [...names, 'no arguments'].sort();
      expect((await reached(channel, queues)).sort(), JSON.stringify(headers)).toEqual(expected);
    }
  });

  test('exchange.headers/x-match-value: an unknown x-match is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.send('queue.bind', { queue, exchange: 'amq.headers', arguments: { 'x-match': 'foo' } });
    await channel.expectClose(
      406,
      /^PRECONDITION_FAILED - Invalid x-match field value <<"foo">>; expected all, any, all-with-x, or any-with-x$/,
    );
  });

  test('exchange.headers/x-match-type: an x-match that is no string is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.send('queue.bind', { queue, exchange: 'amq.headers', arguments: { 'x-match': 5 } });
    await channel.expectClose(
      406,
      'PRECONDITION_FAILED - Invalid x-match field type signedint (value 5); expected longstr',
    );
  });

  test('exchange.headers/integer-types: integers of any width match by value', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const exchange = await channel.exchange(target.name('x'), 'headers');
    await channel.bind(queue, exchange, '', { n: 5 });
    const { contentFrames, methodFrame } = (await import('../support/amqp-client/index.ts')).frames;
    const { method } = await import('../support/amqp-client/index.ts');
    const headers = new Map([['n', { type: 'long', value: 5 } as const]]);
    channel.client.write(methodFrame(channel.number, method('basic.publish', { exchange })));
    channel.client.write(contentFrames(channel.number, Buffer.from('long'), { headers }, 4096));
    expect(await channel.drain(queue)).toEqual(['long']);
  });
});

describe('alternate exchange', () => {
  test('exchange.alternate/unroutable: what an exchange cannot route goes to its alternate, with its routing key', async () => {
    const channel = await target.channel();
    const alternate = await channel.exchange(target.name('ae'), 'topic');
    const exchange = await channel.exchange(target.name('x'), 'direct', {
      arguments: { 'alternate-exchange': alternate },
    });
    const queues = { routed: await channel.queue(), alternate: await channel.queue() };
    await channel.bind(queues.routed, exchange, 'k');
    await channel.bind(queues.alternate, alternate, '#');
    channel.publish('k', 'x', { exchange });
    expect(await reached(channel, queues)).toEqual(['routed']);
    channel.publish('lost', 'y', { exchange, mandatory: true });
    expect(await channel.get(queues.alternate, true)).toMatchObject({ body: 'y', exchange, routingKey: 'lost' });
    await channel.expectNothing();
  });

  test('exchange.alternate/chain: alternates chain, and a loop of alternates ends', async () => {
    const channel = await target.channel();
    const [one, two, three] = [target.name('x'), target.name('x'), target.name('x')];
    await channel.exchange(one, 'direct', { arguments: { 'alternate-exchange': two } });
    await channel.exchange(two, 'direct', { arguments: { 'alternate-exchange': three } });
    await channel.exchange(three, 'direct', { arguments: { 'alternate-exchange': one } });
    const queue = await channel.queue();
    await channel.bind(queue, three, 'k');
    channel.publish('k', 'end of the chain', { exchange: one });
    expect(await channel.drain(queue)).toEqual(['end of the chain']);
    channel.publish('nowhere', 'x', { exchange: one, mandatory: true });
    expect((await channel.returned()).replyText).toBe('NO_ROUTE');
  });

  test('exchange.alternate/missing: an alternate exchange that does not exist counts as no route', async () => {
    const channel = await target.channel();
    const exchange = await channel.exchange(target.name('x'), 'direct', {
      arguments: { 'alternate-exchange': target.name('never') },
    });
    channel.publish('k', 'x', { exchange, mandatory: true });
    expect(await channel.returned()).toMatchObject({ replyCode: 312, exchange, routingKey: 'k' });
  });
});

describe('CC and BCC', () => {
  test('publish.cc/keys: CC and BCC add routing keys, and only CC stays in the headers', async () => {
    const channel = await target.channel();
    const queues = { to: await channel.queue(), cc: await channel.queue(), bcc: await channel.queue() };
    channel.publish(queues.to, 'x', { headers: { CC: [queues.cc, queues.to], BCC: [queues.bcc], other: 1 } });
    const got = await channel.get(queues.bcc, true);
    expect([...got!.properties.headers!.keys()].sort()).toEqual(['CC', 'other']);
    expect(got!.routingKey).toBe(queues.to);
    expect(await reached(channel, queues)).toEqual(['to', 'cc']);
  });

  test('publish.cc/not-array: a CC that is no array is refused with 406', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    for (const header of ['CC', 'BCC']) {
      channel.publish(queue, 'x', { headers: { [header]: 'text' } });
      await channel.expectClose(
        406,
        `PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"${header}",longstr}`,
      );
    }
  });

  test('publish.cc/members: array members that are no strings are ignored', async () => {
    const channel = await target.channel();
    const queues = { to: await channel.queue(), cc: await channel.queue() };
    channel.publish(queues.to, 'x', { headers: { CC: [5, queues.cc, { a: 1 }] } });
    expect(await reached(channel, queues)).toEqual(['to', 'cc']);
  });
});
