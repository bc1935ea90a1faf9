/** What the one observer of a broker is told, and that what it is told adds up. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerEvent } from '../../../../src/broker/events/observer.ts';
import { type AmqpChannel, AmqpClient } from '../../../support/amqp-client/index.ts';
import { MemoryBroker } from '../../../support/memory-broker.ts';
import { messageTotals } from '../../../support/message-totals.ts';

let broker: MemoryBroker;
let client: AmqpClient;
let channel: AmqpChannel;
let events: BrokerEvent[];
let unobserve: () => void;

beforeEach(async () => {
  events = [];
  broker = await MemoryBroker.start();
  unobserve = broker.node.observe((event) => events.push(event));
  client = await broker.connect();
  channel = await client.channel();
});

afterEach(async () => {
  client.destroy();
  await broker[Symbol.asyncDispose]();
});

/** All that the channel sent is done. */
const done = () => channel.call('basic.qos', { prefetchCount: 0 });

const types = () => events.map(({ type }) => type);

const count = (type: BrokerEvent['type']) => events.filter((event) => event.type === type).length;

describe('an observer', () => {
  it('sees connections and channels come and go, by the names that RabbitMQ gives them', async () => {
    await channel.close();
    client.destroy();
    await expect.poll(types).toContain('connection-closed');
    const connection = expect.stringMatching(/^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/) as string;
    const by = { connection, channel: 1, user: 'guest' };
    expect(events).toEqual([
      { type: 'connection-opened', vhost: '/', connection, user: 'guest' },
      { type: 'channel-opened', vhost: '/', by },
      { type: 'channel-closed', vhost: '/', by },
      { type: 'connection-closed', vhost: '/', connection, user: 'guest' },
    ]);
  });

  it('that throws is told of, and nothing else comes of it', async () => {
    const faults: unknown[] = [];
    broker.node.fault = (error) => faults.push((error as Error).message);
    const end = broker.node.observe((event) => {
      throw new Error(event.type);
    });
    await channel.queue('q');
    await channel.consume('q');
    channel.publish('q', 'body');
    expect((await channel.delivery()).body.toString()).toBe('body');
    channel.ack(1);
    await channel.expectCounts('q', { messages: 0 });
    end();
    expect(faults).toEqual([
      'queue-declared',
      'consumer-added',
      'published',
      'routed',
      'queued',
      'delivered',
      'settled',
    ]);
    expect(faults).toEqual(types().slice(-faults.length));
  });

  it('sees what is declared, bound, unbound and deleted, once each', async () => {
    events.length = 0;
    await channel.queue('q', { durable: true, exclusive: false });
    await channel.queue('q', { durable: true, exclusive: false });
    await channel.exchange('x', 'topic', { autoDelete: false });
    await channel.bind('q', 'x', 'key');
    await channel.bind('q', 'x', 'key');
    await channel.call('queue.unbind', { queue: 'q', exchange: 'x', routingKey: 'key', arguments: {} });
    await channel.call('exchange.delete', { exchange: 'x' });
    channel.publish('q').publish('q');
    await channel.call('queue.purge', { queue: 'q' });
    await channel.call('queue.delete', { queue: 'q' });
    const asked = { vhost: '/', connection: expect.stringContaining(' -> ') as string };
    const binding = { ...asked, source: 'x', destination: 'q', destinationKind: 'queue', routingKey: 'key' };
    expect(events.filter((event) => !('message' in event))).toEqual([
      { type: 'queue-declared', ...asked, queue: 'q' },
      { type: 'exchange-declared', ...asked, exchange: 'x' },
      { type: 'bound', ...binding },
      { type: 'unbound', ...binding },
      { type: 'exchange-deleted', ...asked, exchange: 'x' },
      { type: 'purged', vhost: '/', queue: 'q', messages: 2 },
      { type: 'queue-deleted', ...asked, queue: 'q' },
    ]);
  });

  it('follows a message from its publisher to the acknowledgement', async () => {
    await channel.queue('q');
    const tag = await channel.consume('q');
    await channel.call('confirm.select', {});
    events.length = 0;
    channel.publish('q', 'body');
    await channel.delivery();
    channel.ack(1);
    await channel.confirmed(1, 1);
    await channel.call('basic.cancel', { consumerTag: tag });
    const by = expect.objectContaining({ channel: 1, user: 'guest' }) as object;
    const at = { vhost: '/', queue: 'q' };
    expect(events).toMatchObject([
      { type: 'published', vhost: '/', by, publishSeqNo: 1 },
      { type: 'routed', vhost: '/', exchange: '', queues: ['q'] },
      { type: 'queued', ...at, seq: 0 },
      { type: 'delivered', ...at, seq: 0, consumer: tag, noAck: false, redelivered: false, by },
      { type: 'confirmed', vhost: '/', by, publishSeqNo: 1, multiple: false, positive: true },
      { type: 'settled', ...at, seq: 0, outcome: 'ack' },
      { type: 'consumer-cancelled', ...at, consumer: tag, by },
    ]);
  });

  it('sees basic.get, what comes back, and how', async () => {
    await channel.queue('q');
    channel.publish('q');
    await done();
    events.length = 0;
    await channel.get('q');
    channel.nack(1);
    await channel.get('q');
    channel.reject(2);
    await channel.get('q', true);
    const at = { vhost: '/', queue: 'q' };
    expect(events).toMatchObject([
      { type: 'delivered', ...at, seq: 0, consumer: undefined, redelivered: false },
      { type: 'settled', ...at, seq: 0, outcome: 'returned' },
      { type: 'delivered', ...at, seq: 0, redelivered: true },
      { type: 'settled', ...at, seq: 0, outcome: 'failed' },
      { type: 'delivered', ...at, seq: 0, noAck: true, redelivered: true },
    ]);
  });

  it('sees what nobody takes, what is refused, and what is given up', async () => {
    await channel.queue('dead');
    await channel.queue('full', { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    await channel.queue('q', {
      arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead', 'x-max-length': 1 },
    });
    events.length = 0;
    channel.publish('nowhere').publish('full').publish('full').publish('q').publish('q');
    await channel.get('full');
    channel.reject(1, false);
    await done();
    const at = { vhost: '/' };
    const rest = events.filter(({ type }) => type !== 'published' && type !== 'delivered' && type !== 'settled');
    expect(rest).toMatchObject([
      { type: 'routed', ...at, queues: [] },
      { type: 'unroutable', ...at, mandatory: false },
      { type: 'routed', ...at, queues: ['full'] },
      { type: 'queued', ...at, queue: 'full' },
      { type: 'routed', ...at, queues: ['full'] },
      { type: 'refused', ...at, queue: 'full' },
      { type: 'routed', ...at, queues: ['q'] },
      { type: 'queued', ...at, queue: 'q' },
      { type: 'routed', ...at, queues: ['q'] },
      { type: 'queued', ...at, queue: 'q' },
      { type: 'dead-lettered', ...at, queue: 'q', reason: 'maxlen' },
      { type: 'routed', ...at, exchange: '', queues: ['dead'] },
      { type: 'queued', ...at, queue: 'dead' },
      { type: 'dropped', ...at, queue: 'full', reason: 'rejected' },
    ]);
  });

  it('is told of vhosts to come, and nothing any more when it is taken away', async () => {
    broker.node.putVhost({ name: 'new', description: '', tags: [], defaultQueueType: undefined });
    broker.node.auth.putPermission({ user: 'guest', vhost: 'new', configure: '.*', write: '.*', read: '.*' });
    const other = await AmqpClient.connect(`${broker.url}/new`);
    const inNew = await other.channel();
    await inNew.queue('q');
    broker.node.deleteVhost('new');
    const told = (): string[] => events.filter(({ vhost }) => vhost === 'new').map(({ type }) => type);
    await expect
      .poll(told)
      .toEqual([
        'vhost-created',
        'connection-opened',
        'channel-opened',
        'queue-declared',
        'channel-closed',
        'queue-deleted',
        'vhost-deleted',
      ]);
    other.destroy();
    unobserve();
    events.length = 0;
    await channel.queue('q');
    expect(events).toEqual([]);
  });
});

type Step = 'publish' | 'publish-fan' | 'publish-nowhere' | 'get' | 'get-no-ack' | 'ack' | 'reject' | 'requeue';
const STEPS: readonly Step[] = [
  'publish',
  'publish-fan',
  'publish-nowhere',
  'get',
  'get-no-ack',
  'ack',
  'reject',
  'requeue',
];

/** Messages that a queue keeps, by what was told of each. */
function keptBy(queue: string): number {
  const kept = new Set<number>();
  for (const event of events) {
    if (!('queue' in event && 'seq' in event) || event.queue !== queue) continue;
    if (event.type === 'queued') kept.add(event.seq);
    else if (event.type === 'dropped') kept.delete(event.seq);
    else if (event.type === 'delivered' ? event.noAck : event.type === 'settled' && event.outcome === 'ack')
      kept.delete(event.seq);
  }
  return kept.size;
}

describe('what is told and what is counted', () => {
  it('adds up after any steps, and both say the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 20, maxLength: 60 }), async (steps) => {
        await using own = await MemoryBroker.start();
        events = [];
        own.node.observe((event) => events.push(event));
        const ownClient = await own.connect();
        channel = await ownClient.channel();
        await channel.queue('a', { arguments: { 'x-max-length': 4 } });
        await channel.queue('b', { arguments: { 'x-max-length': 3, 'x-overflow': 'reject-publish' } });
        await channel.exchange('fan', 'fanout');
        await channel.bind('a', 'fan');
        await channel.bind('b', 'fan');
        const outstanding: number[] = [];
        for (const step of steps) {
          if (step === 'publish') channel.publish('a');
          else if (step === 'publish-fan') channel.publish('', '', { exchange: 'fan' });
          else if (step === 'publish-nowhere') channel.publish('nowhere');
          else if (step === 'get') {
            const got = await channel.get('a');
            if (got !== undefined) outstanding.push(got.deliveryTag);
          } else if (step === 'get-no-ack') await channel.get('b', true);
          else {
            const tag = outstanding.shift();
            if (tag === undefined) continue;
            if (step === 'ack') channel.ack(tag);
            else channel.nack(tag, { requeue: step === 'requeue' });
          }
        }
        await done();
        own.vhost.settleCounts();
        const { channels, exchanges } = messageTotals(own.node);
        const [a, b] = ['a', 'b'].map((name) => own.vhost.queue(name)!);
        const outcome = (kind: string) => events.filter((e) => e.type === 'settled' && e.outcome === kind).length;
        const copies = events.reduce((sum, e) => sum + (e.type === 'routed' ? e.queues.length : 0), 0);
        const needAck = events.filter((e) => e.type === 'delivered' && !e.noAck).length;
        const noAck = events.filter((e) => e.type === 'delivered' && e.noAck).length;
        // What is counted is what was told.
        expect(channels.publish).toBe(count('published'));
        expect(channels.dropUnroutable).toBe(count('unroutable'));
        expect(exchanges).toMatchObject({ publishIn: count('published'), publishOut: copies });
        expect([channels.get, channels.getNoAck, channels.ack]).toEqual([needAck, noAck, outcome('ack')]);
        expect(b.counters.refused).toBe(count('refused'));
        const { maxlen = 0, rejected = 0 } = a.counters.dropped ?? {};
        expect(maxlen + rejected).toBe(count('dropped'));
        // What came went, or is still there.
        expect(copies).toBe(count('queued') + count('refused'));
        expect(needAck).toBe(outcome('ack') + outcome('reject') + outcome('returned') + a.unacked);
        expect(rejected).toBe(outcome('reject'));
        expect(a.counters.publish + b.counters.publish).toBe(copies);
        expect(a.counters.publish).toBe(a.counters.ack + maxlen + rejected + a.ready + a.unacked);
        expect(b.counters.publish).toBe(b.counters.refused + b.counters.getNoAck + b.ready);
        // Of each message it was told when it came and when it went.
        expect([keptBy('a'), keptBy('b')]).toEqual([a.ready + a.unacked, b.ready]);
        ownClient.destroy();
      }),
      { seed: 11, numRuns: 25 },
    );
  });
});
