/** The recent history exchange. RabbitMQ needs its plugin rabbitmq_recent_history_exchange enabled to run these tests. */
import { describe, expect, test } from 'vitest';
import { bound, contents, numbers } from '../support/exchanges.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

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
