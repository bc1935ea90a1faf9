/** Reading streams: offsets, credit and filters (RabbitMQ's page "Streams"). */
import { describe, expect, test } from 'vitest';
import { brokerClock, headersOf } from '../support/dead-letters.ts';
import { bodiesOf, offsetOf, TestStream } from '../support/streams.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const LETTERS = ['a', 'b', 'c', 'd', 'e'];

async function filled(...bodies: readonly string[]): Promise<TestStream> {
  return (await TestStream.declare(target)).fill(...bodies);
}

describe('a consumer of a stream', () => {
  test('stream/offset-first: reads from the oldest message on, and tells in x-stream-offset where it is', async () => {
    const reader = await (await filled(...LETTERS)).read('first');
    const all = await reader.deliveries(5);
    expect(bodiesOf(all)).toEqual(LETTERS);
    expect(all.map(offsetOf)).toEqual([0, 1, 2, 3, 4]);
    expect(all.map(({ redelivered }) => redelivered)).toEqual(LETTERS.map(() => false));
    expect(all[0].properties.headers!.get('x-stream-offset')!.type).toBe('long');
  });

  test('stream/offset-last: reads the newest message and what comes then', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read('last');
    if (target.rabbitmq) {
      // It begins with the newest batch, and where that begins is its own affair.
      while ((await reader.delivery()).body !== 'e');
    } else expect(await reader.delivery()).toMatchObject({ body: 'e' });
    await stream.fill('f');
    expect((await reader.delivery()).body).toBe('f');
  });

  test('stream/offset-next: reads only what comes from now on', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read('next');
    await stream.fill('f');
    const next = await reader.delivery();
    expect([next.body, offsetOf(next)]).toEqual(['f', 5]);
  });

  test('stream/offset-default: reads only what comes from now on where it names no offset', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read();
    await stream.fill('f');
    expect((await reader.delivery()).body).toBe('f');
  });

  test('stream/initial-offset: the first message of a stream has the offset that its declaration named', async () => {
    const stream = await TestStream.declare(target, { 'x-stream-initial-offset': 1000 });
    const [first, next] = [await stream.read('first'), await stream.read('next')];
    await stream.fill('a', 'b');
    const begin = target.rabbitmq ? 0 : 1000;
    for (const reader of [first, next, await stream.read('first'), await stream.read(begin + 1)]) {
      const { body, ...delivery } = await reader.delivery();
      expect(offsetOf({ body, ...delivery })).toBe(body === 'a' ? begin : begin + 1);
    }
    if (target.rabbitmq) return;
    const args = { 'x-queue-type': 'stream', 'x-stream-initial-offset': 5 };
    const other = await target.channel();
    other.send('queue.declare', { queue: stream.queue, durable: true, arguments: args });
    await other.expectClose(
      406,
      `PRECONDITION_FAILED - inequivalent arg 'x-stream-initial-offset' for queue '${stream.queue}' in vhost '/': received '5' but current is '1000'`,
    );
  });

  test('stream/offset-number: reads from an offset on', async () => {
    const stream = await filled(...LETTERS);
    for (const type of ['byte', 'short', 'signedint', 'long'] as const) {
      const reader = await target.channel();
      await reader.call('basic.qos', { prefetchCount: 100 });
      await reader.consume(stream.queue, { arguments: new Map([['x-stream-offset', { type, value: 3 }]]) });
      const both = await reader.deliveries(2);
      expect(both.map(offsetOf)).toEqual([3, 4]);
      expect(bodiesOf(both)).toEqual(['d', 'e']);
    }
  });

  test('stream/offset-negative: reads from the oldest message on where its offset is below that', async () => {
    const reader = await (await filled(...LETTERS)).read(-1);
    expect((await reader.delivery()).body).toBe('a');
  });

  test('stream/offset-ahead: waits for an offset that is not there yet', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read(7);
    await stream.fill('f', 'g', 'h', 'i');
    const both = await reader.deliveries(2);
    expect(both.map(offsetOf)).toEqual([7, 8]);
    expect(bodiesOf(both)).toEqual(['h', 'i']);
  });

  test('stream/offset-timestamp: reads what came at a moment and after it', async () => {
    const stream = await filled(...LETTERS);
    expect((await (await stream.read(new Date(Date.now() - 60_000))).delivery()).body).toBe('a');
    const later = await stream.read(new Date(Date.now() + 60_000));
    await stream.fill('f');
    expect((await later.delivery()).body).toBe('f');
  });

  test('stream/offset-interval: reads what came within an interval', async () => {
    const pass = await brokerClock(target);
    const stream = await filled('old');
    await pass(1100);
    await stream.fill('new');
    expect((await (await stream.read('1s')).delivery()).body).toBe('new');
    for (const interval of ['1Y', '2M', '3D', '4h', '5m', '60s']) {
      expect((await (await stream.read(interval)).delivery()).body).toBe('old');
    }
  });

  test('stream/offset-invalid: is refused for an offset that is none', async () => {
    const { queue } = await filled();
    const channel = await target.channel();
    await channel.call('basic.qos', { prefetchCount: 5 });
    const text = (what: string): string =>
      `PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue '${queue}' in vhost '/': {invalid_stream_offset_arg,${what}}`;
    for (const offset of ['1x', '5', '0s']) {
      channel.send('basic.consume', { queue, arguments: { 'x-stream-offset': offset } });
      await channel.expectClose(406, text(`{longstr,<<"${offset}">>}`));
      await channel.call('basic.qos', { prefetchCount: 5 });
    }
  });

  test('stream/offset-nonsense: is refused for what is no offset at all', async () => {
    const { queue } = await filled();
    const cases = [
      ['nope', '{longstr,<<"nope">>}'],
      ['First', '{longstr,<<"First">>}'],
      [true, '{bool,true}'],
    ] as const;
    for (const [offset, printed] of cases) {
      const channel = await target.channel();
      await channel.call('basic.qos', { prefetchCount: 5 });
      channel.send('basic.consume', { queue, arguments: { 'x-stream-offset': offset } });
      if (target.rabbitmq) await channel.client.expectClose(541, 'INTERNAL_ERROR');
      else {
        await channel.expectClose(
          406,
          `PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue '${queue}' in vhost '/': {invalid_stream_offset_arg,${printed}}`,
        );
      }
    }
  });

  test('stream/headers: gets the message as it was published, with its offset in place of one that it had', async () => {
    const stream = await TestStream.declare(target);
    await stream.fill(
      { body: 'bare' },
      { body: 'typed', contentType: 'text/plain', contentEncoding: 'identity', messageId: 'id', deliveryMode: 1 },
      { body: 'with', headers: { own: 1, other: 'x' }, priority: 3, timestamp: 77 },
      { body: 'from elsewhere', headers: { before: 1, 'x-stream-offset': 99, behind: 2 } },
      { body: 'of another type', headers: { 'x-stream-offset': 'text' } },
    );
    const reader = await stream.read('first');
    const [bare, typed, withHeaders, moved, other] = await reader.deliveries(5);
    expect(headersOf(bare)).toEqual({ 'x-stream-offset': 0 });
    expect(typed.properties).toMatchObject({ contentType: 'text/plain', contentEncoding: 'identity', messageId: 'id' });
    expect(headersOf(typed)).toEqual({ 'x-stream-offset': 1 });
    expect(headersOf(withHeaders)).toEqual({ own: 1, other: 'x', 'x-stream-offset': 2 });
    expect(withHeaders.properties).toMatchObject({ priority: 3, timestamp: 77 });
    expect(headersOf(moved)).toEqual({ before: 1, behind: 2, 'x-stream-offset': 3 });
    expect(headersOf(other)).toEqual({ 'x-stream-offset': 4 });
  });

  test('stream/replay: reads everything, whoever has read and acknowledged it before', async () => {
    const stream = await filled(...LETTERS);
    for (let time = 0; time < 3; time++) {
      const reader = await stream.read('first');
      const all = await reader.deliveries(5);
      expect(bodiesOf(all)).toEqual(LETTERS);
      reader.ack(all.at(-1)!.deliveryTag, true);
      await reader.close();
    }
  });

  test('stream/readers: reads at its own place, beside others at theirs', async () => {
    const stream = await filled(...LETTERS);
    const [slow, fast] = [await stream.read('first', { prefetch: 1 }), await stream.read(2)];
    expect(bodiesOf(await fast.deliveries(3))).toEqual(['c', 'd', 'e']);
    await stream.fill('f');
    expect((await fast.delivery()).body).toBe('f');
    for (const body of [...LETTERS, 'f']) {
      const delivery = await slow.delivery();
      expect(delivery.body).toBe(body);
      slow.ack(delivery.deliveryTag);
    }
  });

  test('stream/credit: gets as many messages as its prefetch has room for, and more for each acknowledgement', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read('first', { prefetch: 2 });
    const [, second] = await reader.deliveries(2);
    await reader.expectNothing(stream.queue);
    reader.ack(second.deliveryTag);
    const third = await reader.delivery();
    expect(third.body).toBe('c');
    await reader.expectNothing(stream.queue);
    reader.ack(third.deliveryTag, true);
    expect(bodiesOf(await reader.deliveries(2))).toEqual(['d', 'e']);
  });

  test('stream/unacked: is delivered again what it had not acknowledged, by its own choice of an offset', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read('first', { prefetch: 3 });
    await reader.deliveries(3);
    await reader.close();
    const again = await (await stream.read(1)).deliveries(4);
    expect(again.map(({ body, redelivered }) => [body, redelivered])).toEqual(
      ['b', 'c', 'd', 'e'].map((body) => [body, false]),
    );
  });

  test('stream/exclusive-consumer: may ask to be alone, and is not', async () => {
    const { queue } = await filled('m');
    const channel = await target.channel();
    await channel.call('basic.qos', { prefetchCount: 5 });
    for (const consumerTag of ['one', 'two']) {
      await channel.consume(queue, { consumerTag, exclusive: true, arguments: { 'x-stream-offset': 'first' } });
      expect(await channel.delivery()).toMatchObject({ body: 'm', consumerTag });
    }
  });

  test('stream/cancel: gets nothing more once it is cancelled', async () => {
    const stream = await filled(...LETTERS);
    const reader = await stream.read('first', { prefetch: 1 });
    const { consumerTag, deliveryTag } = await reader.delivery();
    await reader.call('basic.cancel', { consumerTag });
    reader.ack(deliveryTag);
    await stream.fill('f');
    await reader.expectNothing(stream.queue);
  });

  test('stream/filter: gets the messages with a value that it asked for', async () => {
    const stream = await TestStream.declare(target);
    const of = (body: string, value?: string) =>
      value === undefined ? body : { body, headers: { 'x-stream-filter-value': value } };
    await stream.fill(of('1', 'eu'), of('2', 'us'), of('3'), of('4', 'eur'), of('5', 'asia'), of('6', 'eu'));
    // 3.10 has no filters and delivers everything; a client has to look again at what it gets from any version.
    const everything = ['1', '2', '3', '4', '5', '6'];
    const cases = [
      [{ 'x-stream-filter': 'eu' }, ['1', '6']],
      [{ 'x-stream-filter': ['us', 'asia'] }, ['2', '5']],
      [{ 'x-stream-filter': 'us', 'x-stream-match-unfiltered': true }, ['2', '3']],
      [{ 'x-stream-filter': [], 'x-stream-match-unfiltered': true }, ['3']],
    ] as const;
    for (const [args, wanted] of cases) {
      const reader = await stream.read('first', { args });
      const expected = target.rabbitmq ? everything : wanted;
      const got = await reader.deliveries(expected.length);
      expect(bodiesOf(got)).toEqual(expected);
      expect(got.map(offsetOf)).toEqual(expected.map((body) => Number(body) - 1));
      await reader.expectNothing(stream.queue);
    }
  });
});
