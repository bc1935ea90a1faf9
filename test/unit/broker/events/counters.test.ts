/** What is counted for clients, under RabbitMQ's names (its HTTP API: message_stats). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelCounters } from '../../../../src/broker/events/counters.ts';
import { QueueCounters } from '../../../../src/broker/events/queue-counters.ts';
import { OperatorActor } from '../../../../src/broker/operations/actor.ts';
import { publishMessage } from '../../../../src/broker/operations/publishing.ts';
import { MessageTotals } from '../../../../src/broker/topology/message-totals.ts';
import { AmqpClient, type AmqpChannel, handshake } from '../../../support/amqp-client/index.ts';
import { MemoryBroker } from '../../../support/memory-broker.ts';
import { messageTotals } from '../../../support/message-totals.ts';

let broker: MemoryBroker;
let client: AmqpClient;
let channel: AmqpChannel;

beforeEach(async () => {
  broker = await MemoryBroker.start();
  client = await broker.connect();
  channel = await client.channel();
});

afterEach(async () => {
  client.destroy();
  await broker[Symbol.asyncDispose]();
});

/** All that the channel sent is done. */
const done = () => channel.call('basic.qos', { prefetchCount: 0 });

const ofQueue = (name: string): QueueCounters => {
  broker.vhost.settleCounts();
  return broker.vhost.queue(name)!.counters;
};

const ofExchange = (name: string) => {
  broker.vhost.settleCounts();
  const { publishIn, publishOut } = broker.vhost.exchange(name)!.counters;
  return { publishIn, publishOut };
};

const totals = () => messageTotals(broker.node);

/** The counters that are not 0. */
function counted(counters: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters as Record<string, number>).filter(([, count]) => count !== 0 && count !== undefined),
  );
}

describe('publishing', () => {
  it('counts messages by exchange and a copy by each queue', async () => {
    const [a, b] = [await channel.queue('a'), await channel.queue('b')];
    await channel.exchange('fan', 'fanout');
    await channel.bind(a, 'fan');
    await channel.bind(b, 'fan');
    for (let n = 0; n < 5; n++) channel.publish('', 'x', { exchange: 'fan' });
    channel.publish('a', 'x');
    await done();
    expect(ofExchange('fan')).toEqual({ publishIn: 5, publishOut: 10 });
    expect(ofExchange('')).toEqual({ publishIn: 1, publishOut: 1 });
    expect([ofQueue('a').publish, ofQueue('b').publish]).toEqual([6, 5]);
    expect(counted(totals().channels)).toEqual({ publish: 6 });
    expect(totals().exchanges).toMatchObject({ publishIn: 6, publishOut: 11 });
  });

  it('counts what each message chooses for itself', async () => {
    await channel.queue('a');
    await channel.exchange('by-header', 'headers');
    await channel.bind('a', 'by-header', '', { colour: 'red' });
    channel.publish('', 'x', { exchange: 'by-header', headers: { colour: 'red' } });
    channel.publish('', 'x', { exchange: 'by-header', headers: { colour: 'blue' } });
    await done();
    expect(ofExchange('by-header')).toEqual({ publishIn: 2, publishOut: 1 });
    expect(ofQueue('a').publish).toBe(1);
    expect(counted(totals().channels)).toEqual({ publish: 2, dropUnroutable: 1 });
  });

  it('counts what no queue takes as returned or dropped', async () => {
    channel.publish('nowhere').publish('nowhere').publish('nowhere', '', { mandatory: true });
    await channel.returned();
    expect(counted(totals().channels)).toEqual({ publish: 3, dropUnroutable: 2, returnUnroutable: 1 });
  });

  it('counts confirms, not refusals', async () => {
    await channel.queue('a', { arguments: { 'x-max-length': 2, 'x-overflow': 'reject-publish' } });
    await channel.call('confirm.select');
    for (let n = 0; n < 5; n++) channel.publish('a');
    expect(await channel.confirmed(1, 5)).toEqual({ nacked: [3, 4, 5] });
    expect(counted(totals().channels)).toEqual({ publish: 5, publishConfirm: 5, confirm: 2 });
    expect(counted(ofQueue('a'))).toEqual({ publish: 5, refused: 3 });
  });

  it('counts a transaction when it is committed', async () => {
    await channel.queue('a');
    await channel.call('tx.select');
    channel.publish('a').publish('a').publish('nowhere', '', { mandatory: true });
    await done();
    expect(counted(totals().channels)).toEqual({});
    channel.send('tx.commit');
    await channel.returned();
    await channel.expect('tx.commit-ok');
    await channel.get('a');
    channel.ack(1);
    await done();
    expect(totals().channels.ack).toBe(0);
    await channel.call('tx.commit');
    expect(counted(totals().channels)).toEqual({ publish: 3, returnUnroutable: 1, get: 1, ack: 1 });
    expect(counted(ofQueue('a'))).toEqual({ publish: 2, get: 1, ack: 1 });
  });

  it('counts what comes by no channel in the totals', async () => {
    await channel.queue('a');
    const actor = new OperatorActor(broker.vhost);
    const message = { exchange: '', routingKey: 'a', properties: {}, body: Buffer.alloc(0) };
    await publishMessage(actor, message).confirmed;
    await publishMessage(actor, { ...message, routingKey: 'nowhere' }).confirmed;
    expect(counted(totals().channels)).toEqual({ publish: 2, publishConfirm: 2, confirm: 2, returnUnroutable: 1 });
  });

  it('counts sizes of bodies by bucket', async () => {
    await channel.queue('a');
    for (const bytes of [0, 100, 101, 1000, 1001, 200_000]) channel.publish('a', Buffer.alloc(bytes));
    await done();
    const { counts, sum } = broker.node.counters.messageSizes;
    expect(counts).toEqual([2, 2, 1, 0, 1, 0, 0, 0, 0]);
    expect(sum).toBe(202_202);
  });
});

describe('delivering', () => {
  it('counts deliveries by how they are acknowledged, redeliveries among them', async () => {
    await channel.queue('a');
    channel.publish('a').publish('a').publish('a');
    const tag = await channel.consume('a', { noAck: false });
    await channel.deliveries(3);
    channel.ack(2, true);
    await channel.call('basic.cancel', { consumerTag: tag });
    channel.reject(3);
    await channel.consume('a', { noAck: true });
    await channel.delivery();
    channel.publish('a');
    await channel.delivery();
    const expected = { publish: 4, deliver: 3, deliverNoAck: 2, redeliver: 1, ack: 2 };
    expect(counted(totals().channels)).toEqual(expected);
    expect(counted(ofQueue('a'))).toEqual(expected);
  });

  it('counts basic.get, and finding nothing', async () => {
    await channel.queue('a');
    channel.publish('a').publish('a');
    await channel.get('a');
    channel.nack(1);
    await channel.get('a');
    await channel.get('a', true);
    await channel.get('a');
    const expected = { publish: 2, get: 2, getNoAck: 1, getEmpty: 1, redeliver: 1 };
    expect(counted(totals().channels)).toEqual(expected);
    expect(counted(ofQueue('a'))).toEqual(expected);
  });

  it('counts for streams', async () => {
    await channel.queue('s', { durable: true, exclusive: false, arguments: { 'x-queue-type': 'stream' } });
    channel.publish('s').publish('s');
    await channel.call('basic.qos', { prefetchCount: 10 });
    await channel.consume('s', { arguments: { 'x-stream-offset': 'first' } });
    await channel.deliveries(2);
    channel.ack(2, true);
    await done();
    expect(counted(ofQueue('s'))).toEqual({ publish: 2, deliver: 2, ack: 2 });
    expect(totals().queues.stream.deliver).toBe(2);
  });
});

describe('giving up', () => {
  it('counts by reason what goes to the dead letter exchange, or nowhere', async () => {
    await channel.queue('dead');
    const letters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    for (const [name, args] of Object.entries({ with: letters, without: {} })) {
      await channel.queue(name, { arguments: { ...args, 'x-max-length': 2 } });
      for (let n = 0; n < 3; n++) channel.publish(name);
      const got = await channel.get(name);
      channel.reject(got!.deliveryTag, false);
      channel.publish(name, '', { expiration: '0' });
      await channel.get(name);
      expect(await channel.get(name)).toBeUndefined();
    }
    const reasons = { expired: 1, rejected: 1, maxlen: 1, delivery_limit: 0 };
    expect(ofQueue('with')).toMatchObject({ deadLettered: reasons, dropped: undefined });
    expect(ofQueue('without')).toMatchObject({ deadLettered: undefined, dropped: reasons });
    expect(ofQueue('dead')).toMatchObject({ publish: 0 });
    await channel.call('queue.delete', { queue: 'with' });
    expect(totals().queues.classic).toMatchObject({ deadLettered: reasons, dropped: reasons });
  });

  it('counts apart what a queue took for certain, with the strategy at-least-once', async () => {
    await channel.queue('dead');
    await channel.queue('q', {
      durable: true,
      exclusive: false,
      arguments: {
        'x-queue-type': 'quorum',
        'x-overflow': 'reject-publish',
        'x-dead-letter-strategy': 'at-least-once',
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'dead',
      },
    });
    channel.publish('q').publish('q');
    for (let n = 1; n <= 2; n++) {
      await channel.get('q');
      channel.reject(n, false);
    }
    const rejected = { expired: 0, rejected: 2, maxlen: 0, delivery_limit: 0 };
    await expect
      .poll(() => totals().queues.quorum)
      .toMatchObject({ deadLettered: rejected, deadLetterConfirmed: rejected });
    expect(totals().queues.classic.deadLetterConfirmed).toBeUndefined();
  });

  it('counts what came back too often', async () => {
    await channel.queue('q', {
      durable: true,
      exclusive: false,
      arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1 },
    });
    channel.publish('q');
    for (let n = 1; n <= 2; n++) {
      await channel.get('q');
      channel.nack(n);
    }
    await done();
    expect(ofQueue('q').dropped).toMatchObject({ delivery_limit: 1 });
    expect(totals().queues.quorum).toMatchObject({ publish: 1, get: 2, redeliver: 1 });
  });

  it('counts repeats that a queue does not take', async () => {
    await channel.queue('d', { arguments: { 'x-message-deduplication': true } });
    for (let n = 0; n < 3; n++) channel.publish('d', '', { headers: { 'x-deduplication-header': 'same' } });
    await done();
    expect(counted(ofQueue('d'))).toEqual({ publish: 3, duplicate: 2 });
  });
});

describe('the totals', () => {
  it('keep what was counted for channels, queues, exchanges and vhosts that are gone', async () => {
    broker.node.putVhost({ name: 'short', description: '', tags: [], defaultQueueType: undefined });
    broker.node.auth.putPermission({ user: 'guest', vhost: 'short', configure: '.*', write: '.*', read: '.*' });
    const short = await AmqpClient.connect(`${broker.url}/short`);
    const other = await short.channel();
    await other.queue('a');
    await other.exchange('x', 'fanout');
    await other.bind('a', 'x');
    other.publish('', '', { exchange: 'x' });
    await other.get('a', true);
    await other.call('queue.delete', { queue: 'a' });
    await other.close();
    const expected = { publish: 1, getNoAck: 1 };
    expect(counted(totals().channels)).toEqual(expected);
    broker.node.deleteVhost('short');
    await short.expect('connection.close');
    short.destroy();
    expect(counted(totals().channels)).toEqual(expected);
    expect(totals().exchanges).toMatchObject({ publishIn: 1, publishOut: 1 });
    expect(counted(totals().queues.classic)).toEqual(expected);
  });

  it('that are made in steps have each queue and channel once, if one ends between two steps too', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      await channel.queue(name);
      channel.publish(name, '').publish(name, '');
    }
    await done();
    const stepped = new MessageTotals();
    const steps = broker.node.addMessages(stepped);
    // One channel, and the first queue.
    for (let step = 0; step < 2; step++) steps.next();
    await channel.call('queue.delete', { queue: 'a' });
    await channel.call('queue.delete', { queue: 'd' });
    while (steps.next().done !== true);
    expect(stepped.queues.classic.publish).toBe(8);
    expect(stepped.channels.publish).toBe(8);
    expect(totals().queues.classic.publish).toBe(8);
  });

  it('make nothing for a queue that counted nothing', async () => {
    await channel.queue('rests');
    totals();
    const { counted } = broker.vhost.queue('rests')!;
    expect(Object.isFrozen(counted)).toBe(true);
    expect(counted).toEqual(new QueueCounters());
  });

  it('begin at 0', () => {
    expect(totals().channels).toEqual(new ChannelCounters());
  });
});

describe('connections', () => {
  it('count octets and packets, and the sums keep those of closed ones', async () => {
    const { connections } = broker.node.counters;
    const before = connections.sum();
    channel.publish('nowhere', Buffer.alloc(1000));
    await done();
    const after = connections.sum();
    // basic.publish with a queue's name of 7 octets, a header without properties, a body, and basic.qos.
    expect(after.recvOct - before.recvOct).toBe(8 + 4 + 2 + 1 + 8 + 1 + (8 + 14) + (8 + 1000) + (8 + 11));
    expect(after.sendOct - before.sendOct).toBe(8 + 4);
    expect(after.sendCnt - before.sendCnt).toBe(1);
    expect(after.recvCnt).toBeGreaterThan(before.recvCnt);
    client.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' });
    await client.expect('connection.close-ok');
    await client.expectSocketClosed();
    await expect.poll(() => connections.others.recvOct).toBe(connections.sum().recvOct);
    expect(connections.sum().recvOct).toBeGreaterThan(after.recvOct);
  });

  it('come and go with their channels and queues', async () => {
    const { churn } = broker.node.counters;
    await channel.queue('a', { exclusive: false });
    await channel.queue('a', { exclusive: false });
    await channel.call('queue.declare', { queue: 'a', passive: true });
    await channel.call('queue.delete', { queue: 'a' });
    await client.channel();
    await channel.close();
    expect(churn).toMatchObject({ connectionCreated: 1, connectionClosed: 0, channelCreated: 2, channelClosed: 1 });
    expect(churn).toMatchObject({ queueDeclared: 2, queueCreated: 1, queueDeleted: 1 });
    client.destroy();
    await expect.poll(() => churn).toMatchObject({ connectionClosed: 1, channelClosed: 2 });
  });

  it('log in or fail to', async () => {
    const stranger = await AmqpClient.dial(broker.url.replace('guest:guest', 'guest:wrong'));
    await expect(handshake(stranger, { password: 'wrong' })).rejects.toThrow();
    stranger.destroy();
    expect(broker.node.counters.auth.byProtocol.get('amqp091')).toEqual({ succeeded: 1, failed: 1 });
  });
});
