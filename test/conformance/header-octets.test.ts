/** What a publisher put into the properties comes out octet for octet, whatever it is and whichever way the message takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AmqpChannel, Delivery } from '../support/amqp-client/index.ts';
import { DEATH_HEADERS, entry, octetHeaders, octetProperties, text, value, without } from '../support/octet-headers.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const RUNS = 40;

const DEATH = new Set(DEATH_HEADERS);

/** A way that messages take: `pass` publishes properties and answers what came out, as those of the publisher would be. */
interface Way {
  /** Headers that the way needs. */
  readonly needs?: readonly Buffer[];
  /** Other properties that it needs, and that the broker removes. */
  readonly expiration?: string;
  readonly replyTo?: string;
  /** Names of those that the broker sets, changes or removes. */
  readonly changes: ReadonlySet<string>;
  readonly pass: (properties: Buffer) => Promise<Buffer>;
}

const consumed = async (channel: AmqpChannel): Promise<Buffer> => (await channel.delivery()).octets;

/** Queue `dying` gives all up to `letters`, which is consumed. */
async function dying(args: Record<string, unknown>): Promise<{ channel: AmqpChannel; queue: string }> {
  const channel = await target.channel();
  const letters = await channel.queue();
  await channel.consume(letters, { noAck: true });
  const exchange = await channel.exchange(target.name('dlx'), 'fanout');
  await channel.bind(letters, exchange);
  const name = target.name('dying');
  const queue = await channel.queue(name, { arguments: { ...args, 'x-dead-letter-exchange': exchange } });
  return { channel, queue };
}

function dies(args: Record<string, unknown>): () => Promise<Way> {
  return async () => {
    const { channel, queue } = await dying(args);
    return {
      changes: DEATH,
      pass: (properties) => consumed(channel.publishOctets('', queue, properties)),
    };
  };
}

/** A queue whose messages come back once before they are taken. */
function returns(args: Record<string, unknown>): () => Promise<Way> {
  return async () => {
    const channel = await target.channel();
    const queue = await channel.queue(target.name('back'), { exclusive: false, durable: true, arguments: args });
    await channel.consume(queue);
    return {
      changes: new Set(['x-delivery-count']),
      async pass(properties) {
        const first = await channel.publishOctets('', queue, properties).delivery();
        const second: Delivery = await channel.reject(first.deliveryTag).delivery();
        channel.ack(second.deliveryTag);
        expect(second.redelivered).toBe(true);
        return second.octets;
      },
    };
  };
}

async function rejected(): Promise<Way> {
  const { channel, queue } = await dying({});
  const taker = await channel.client.channel();
  await taker.consume(queue);
  return {
    changes: DEATH,
    async pass(properties) {
      taker.reject((await taker.publishOctets('', queue, properties).delivery()).deliveryTag, false);
      return consumed(channel);
    },
  };
}

/** Dies in one queue, by which it comes to another, and there too. */
async function diesTwice(): Promise<Way> {
  const { channel, queue } = await dying({ 'x-message-ttl': 0 });
  const first = await channel.queue(target.name('first'), {
    arguments: { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue },
  });
  return {
    needs: [entry('x-death', value('A', value('F', entry('\u00ff', value('L', Buffer.alloc(8))))))],
    changes: DEATH,
    pass: (properties) => consumed(channel.publishOctets('', first, properties)),
  };
}

async function direct(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  await channel.consume(queue, { noAck: true });
  return { changes: new Set(), pass: (properties) => consumed(channel.publishOctets('', queue, properties)) };
}

async function copied(): Promise<Way> {
  const channel = await target.channel();
  const [queue, copy] = [await channel.queue(), await channel.queue()];
  await channel.consume(copy, { noAck: true });
  const bcc = entry('BCC', value('A', Buffer.concat([value('S', Buffer.from([0xff])), text(copy)])));
  return {
    needs: [bcc, entry('CC', value('A', text('nobody'))), bcc],
    changes: new Set(['BCC']),
    pass: (properties) => consumed(channel.publishOctets('', queue, properties)),
  };
}

async function delayed(): Promise<Way> {
  const channel = await target.channel();
  const args = { 'x-delayed-type': 'fanout' };
  const exchange = await channel.exchange(target.name('later'), 'x-delayed-message', { arguments: args });
  const queue = await channel.queue();
  await channel.bind(queue, exchange);
  await channel.consume(queue, { noAck: true });
  return {
    needs: [entry('x-delay', value('B', Buffer.from([1])))],
    changes: new Set(['x-delay']),
    pass: (properties) => consumed(channel.publishOctets(exchange, '', properties)),
  };
}

async function stream(): Promise<Way> {
  const channel = await target.channel();
  const args = { 'x-queue-type': 'stream' };
  const queue = await channel.queue(target.name('stream'), { exclusive: false, durable: true, arguments: args });
  await channel.call('basic.qos', { prefetchCount: 10 });
  await channel.consume(queue, { arguments: new Map() });
  return {
    needs: [entry('x-stream-offset', text('of another stream'))],
    changes: new Set(['x-stream-offset']),
    async pass(properties) {
      const { deliveryTag, octets } = await channel.publishOctets('', queue, properties).delivery();
      channel.ack(deliveryTag);
      return octets;
    },
  };
}

async function returned(): Promise<Way> {
  const channel = await target.channel();
  return {
    changes: new Set(),
    pass: async (properties) => (await channel.publishOctets('', 'nobody', properties, true).returned()).octets,
  };
}

async function committed(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  await channel.call('tx.select');
  return {
    changes: new Set(),
    async pass(properties) {
      await channel.publishOctets('', queue, properties).call('tx.commit');
      return (await channel.get(queue, true))!.octets;
    },
  };
}

const REPLY_TO = 'amq.rabbitmq.reply-to';

/** A request: its reply-to becomes a name of the broker's. */
async function requested(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  await channel.consume(REPLY_TO, { noAck: true });
  await channel.consume(queue, { noAck: true });
  return {
    changes: new Set(),
    replyTo: REPLY_TO,
    async pass(properties) {
      const { octets, properties: got } = await channel.publishOctets('', queue, properties).delivery();
      const at = octets.lastIndexOf(got.replyTo!);
      expect(octets[at - 1]).toBe(got.replyTo!.length);
      const reply = Buffer.from(`${String.fromCharCode(REPLY_TO.length)}${REPLY_TO}`);
      return Buffer.concat([octets.subarray(0, at - 1), reply, octets.subarray(at + got.replyTo!.length)]);
    },
  };
}

/** A reply, to the consumer of its requester. */
async function replied(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  await channel.consume(REPLY_TO, { noAck: true });
  await channel.consume(queue, { noAck: true });
  const { replyTo } = (await channel.publish(queue, '', { replyTo: REPLY_TO }).delivery()).properties;
  return { changes: new Set(), pass: (properties) => consumed(channel.publishOctets('', replyTo!, properties)) };
}

/** Through an exchange that matches nothing to its alternate, and through the exchange behind that. */
async function throughExchanges(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  await channel.consume(queue, { noAck: true });
  const [last, alternate] = [await channel.exchange(target.name('last'), 'topic'), target.name('alternate')];
  await channel.bind(queue, last, '#');
  await channel.exchange(alternate, 'fanout');
  await channel.call('exchange.bind', { source: alternate, destination: last });
  const args = { 'alternate-exchange': alternate };
  const first = await channel.exchange(target.name('first'), 'headers', { autoDelete: false, arguments: args });
  return { changes: new Set(), pass: (properties) => consumed(channel.publishOctets(first, '', properties)) };
}

/** Kept by its exchange for queues that are bound later. */
async function replayed(): Promise<Way> {
  const channel = await target.channel();
  const args = { 'x-recent-history-length': 1 };
  const exchange = await channel.exchange(target.name('history'), 'x-recent-history', {
    autoDelete: false,
    arguments: args,
  });
  return {
    changes: new Set(),
    async pass(properties) {
      const queue = await channel.publishOctets(exchange, '', properties).queue();
      await channel.bind(queue, exchange);
      const { octets } = (await channel.get(queue, true))!;
      await channel.call('queue.delete', { queue });
      return octets;
    },
  };
}

async function recovered(): Promise<Way> {
  const channel = await target.channel();
  const queue = await channel.queue();
  return {
    changes: new Set(),
    async pass(properties) {
      await channel.publishOctets('', queue, properties).get(queue);
      await channel.call('basic.recover', { requeue: true });
      return (await channel.get(queue, true))!.octets;
    },
  };
}

/** It leaves its queue when the other has stored it. */
async function diesSurely(): Promise<Way> {
  const channel = await target.channel();
  const letters = await channel.queue();
  await channel.consume(letters, { noAck: true });
  const args = {
    ...QUORUM,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': letters,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
  const queue = await channel.queue(target.name('surely'), { exclusive: false, durable: true, arguments: args });
  const taker = await channel.client.channel();
  await taker.consume(queue);
  return {
    changes: DEATH,
    async pass(properties) {
      taker.reject((await taker.publishOctets('', queue, properties).delivery()).deliveryTag, false);
      return consumed(channel);
    },
  };
}

/** The message's own time to live, which its dead letter has not. */
async function expired(): Promise<Way> {
  const { channel, queue } = await dying({});
  return {
    changes: DEATH,
    expiration: '0',
    pass: (properties) => consumed(channel.publishOctets('', queue, properties)),
  };
}

const QUORUM = { 'x-queue-type': 'quorum' };

describe('headers/octets: what the broker does not have to change stays octet for octet', () => {
  test.each<[string, () => Promise<Way>]>([
    ['delivered', direct],
    ['copied by CC and BCC', copied],
    ['committed', committed],
    ['returned', returned],
    ['requested', requested],
    ['replied', replied],
    ['expired at once', dies({ 'x-message-ttl': 0 })],
    ['expired', dies({ 'x-message-ttl': 1 })],
    ['expired by its own time', expired],
    ['too many', dies({ 'x-max-length': 0 })],
    ['refused', dies({ 'x-max-length': 0, 'x-overflow': 'reject-publish-dlx' })],
    ['rejected', rejected],
    ['dead-lettered twice', diesTwice],
    ['delayed', delayed],
    ['returned to a quorum queue', returns(QUORUM)],
    ['returned to a classic queue', returns({})],
    ['returned to a priority queue', returns({ 'x-max-priority': 3 })],
    ['recovered', recovered],
    ['routed through exchanges', throughExchanges],
    ['replayed by x-recent-history', replayed],
    ['dead-lettered at least once', diesSurely],
    ['retried later', returns({ 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 1 })],
    ['read from a stream', stream],
  ])('%s', async (_name, prepare) => {
    const { needs = [], changes, pass, expiration, replyTo } = await prepare();
    await fc.assert(
      fc.asyncProperty(octetHeaders, fc.boolean(), async (fields, persistent) => {
        const all = [...needs, ...fields];
        const got = await pass(octetProperties(all, { persistent, expiration, replyTo }));
        const expected = octetProperties(all, { persistent, replyTo });
        expect(without(got, changes).toString('hex')).toBe(without(expected, changes).toString('hex'));
      }),
      { numRuns: RUNS },
    );
  });
});

test('headers/octets-apart: a headers exchange tells names apart that differ in octets that are no UTF-8', async () => {
  const channel = await target.channel();
  // Decoded carelessly, three octets of a truncated character read as one replacement character, and so do other octets.
  const name = '\ufffd';
  const exchange = await channel.exchange(target.name('headers'), 'headers');
  const queue = await channel.queue();
  await channel.bind(queue, exchange, '', { [name]: 1 });
  const one = value('I', Buffer.from([0, 0, 0, 1]));
  for (const octets of ['f09f98', 'ff', 'c3']) {
    channel.publishOctets(exchange, '', octetProperties([entry(Buffer.from(octets, 'hex'), one)]));
  }
  await channel.expectNothing(queue);
  expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  channel.publishOctets(exchange, '', octetProperties([entry(name, one)]));
  await channel.expectCounts(queue, { messages: 1 });
});
