/**
 * Whatever enters from the event loop is guarded: an error that is injected there is the trouble of one connection, queue or batch, is told
 * once, and everything else goes on.
 */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Channel } from '../../../src/connection/channel/channel.ts';
import { Connection } from '../../../src/connection/connection.ts';
import { SharedInput } from '../../../src/connection/input/shared-input.ts';
import { Writer } from '../../../src/connection/output/writer.ts';
import { Vhost } from '../../../src/broker/topology/vhost.ts';
import { unawaited } from '../../../src/util/guard.ts';
import type { AmqpChannel, AmqpClient } from '../../support/amqp-client/index.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { MemoryBroker } from '../../support/memory-broker.ts';

const injected = new Error('injected');
const fail = (): never => {
  throw injected;
};

let clock: HandClock;
let broker: MemoryBroker;
/** What the broker's log would say of errors that are no client's. */
let faults: unknown[];
/** What goes wrong is this one's, and not the other's. */
let client: AmqpClient;
let other: AmqpChannel;

beforeEach(async () => {
  clock = new HandClock();
  faults = [];
  broker = await MemoryBroker.start({ messages: clock, connections: clock });
  broker.node.fault = (error) => faults.push(error);
  client = await broker.connect();
  other = await (await broker.connect()).channel();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await broker[Symbol.asyncDispose]();
});

async function expectOthersGoOn(): Promise<void> {
  const queue = await other.queue();
  other.publish(queue);
  await other.expectCounts(queue, { messages: 1 });
  await (await broker.connect()).channel();
}

describe('an error', () => {
  it('in a frame ends its connection', async () => {
    const channel = await client.channel();
    vi.spyOn(Vhost.prototype, 'existingQueue').mockImplementationOnce(fail);
    channel.send('queue.declare', { queue: 'q', passive: true });
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    await expectOthersGoOn();
    expect(faults).toEqual([]);
  });

  it('as a socket is read ends its connection', async () => {
    vi.spyOn(Connection.prototype, 'receive').mockImplementationOnce(fail);
    client.send(1, 'channel.open');
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    await expectOthersGoOn();
    expect(faults).toEqual([]);
  });

  it('at the end of a turn ends its connection', async () => {
    vi.spyOn(Writer.prototype, 'flush').mockImplementationOnce(fail);
    client.send(1, 'channel.open');
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    await expectOthersGoOn();
    expect(faults).toEqual([]);
  });

  it('with a client that comes closes its socket', async () => {
    vi.spyOn(SharedInput.prototype, 'open').mockImplementationOnce(fail);
    await expect(broker.connect()).rejects.toThrow();
    expect(faults).toEqual([injected]);
    await expectOthersGoOn();
  });

  it('in what is left of a connection leaves none of the rest', async () => {
    const [first, second] = [await client.channel(), await client.channel()];
    await first.queue('own');
    await second.queue('shared', { exclusive: false });
    await second.consume('shared');
    vi.spyOn(Channel.prototype, 'end').mockImplementationOnce(fail);
    client.destroy();
    await other.expectCounts('shared', { consumers: 0 });
    await expect.poll(() => broker.vhost.queue('own')).toBeUndefined();
    await expectOthersGoOn();
    expect(faults).toEqual([injected]);
  });

  it('when a timer rings for one queue lets it ring for the others', async () => {
    const letters = { 'x-message-ttl': 1000, 'x-dead-letter-exchange': '' };
    for (const name of ['bad', 'good']) {
      await other.queue(name, { arguments: letters });
      other.publish(name);
    }
    await other.expectCounts('good', { messages: 1 });
    const { vhost } = broker;
    const deadLetter = vhost.deadLetter.bind(vhost);
    vi.spyOn(vhost, 'deadLetter').mockImplementation((queue, ...rest) => {
      if (queue.name === 'bad') fail();
      deadLetter(queue, ...rest);
    });
    clock.pass(1000);
    await other.expectCounts('good', { messages: 0 });
    expect(faults).toEqual([injected]);
    await expectOthersGoOn();
  });

  it('at a heartbeat is one connection’s', async () => {
    const [bad, good] = [1, 2].map(() => broker.connect({ tune: { heartbeat: 1 } }));
    await Promise.all([bad, good]);
    vi.spyOn(Connection.prototype, 'sendHeartbeat').mockImplementationOnce(fail);
    clock.pass(1000);
    expect(await (await bad).expect('connection.close')).toMatchObject({ replyCode: 541 });
    const { inbox } = await good;
    await expect.poll(() => inbox.heartbeats).toBe(1);
  });

  it('when deliveries are looked at is one connection’s', async () => {
    await client.channel();
    const looks = vi.spyOn(Channel.prototype, 'checkTimeout').mockImplementationOnce(fail);
    clock.pass(500);
    expect(await other.client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    expect(looks).toHaveBeenCalledTimes(2);
    await client.expectAlive();
  });

  it('in long work ends that work, and no other', async () => {
    const [step, done] = [vi.fn(fail), vi.fn(() => false)];
    broker.node.timeSlices.add({ writes: false, step });
    broker.node.timeSlices.add({ writes: false, step: done });
    await expect.poll(() => done.mock.calls.length).toBe(1);
    expect(step).toHaveBeenCalledOnce();
    expect(faults).toEqual([injected]);
  });

  it('when memory is asked for has the others asked', async () => {
    const { memory } = broker.node;
    const holder = { evict: vi.fn(() => false) };
    memory.grew(memory.budget, { evict: fail });
    memory.grew(memory.budget, holder);
    await expect.poll(() => holder.evict.mock.calls.length).toBe(1);
    expect(faults).toEqual([injected]);
  });

  it('of an observer concerns nobody', async () => {
    const seen = vi.fn();
    onTestFinished(broker.node.observe(fail));
    onTestFinished(broker.node.observe(seen));
    await other.queue('q');
    expect(seen).toHaveBeenCalled();
    expect(faults[0]).toBe(injected);
  });

  it('when many connections are told something is that of one of them', async () => {
    vi.spyOn(Connection.prototype, 'close').mockImplementationOnce(fail);
    broker.node.deleteUser('guest');
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    expect(await other.client.expect('connection.close')).toMatchObject({ replyCode: 320 });
  });

  it('in a callback of a clock, or a promise that nobody awaits, is told', async () => {
    const { connections, messages } = broker.node.clocks;
    connections.after(1, fail);
    messages.every(1, fail);
    connections.soon(fail);
    unawaited(broker.node.fault, Promise.reject(injected));
    clock.pass(1);
    await expect.poll(() => faults).toEqual([injected, injected, injected, injected]);
    await expectOthersGoOn();
  });

  it('in a queue that is given a message leaves it to the other queues of its way', async () => {
    for (const name of ['bad', 'good']) await other.queue(name);
    for (const name of ['bad', 'good']) await other.bind(name, 'amq.fanout');
    vi.spyOn(broker.vhost.queue('bad')!, 'accept').mockImplementation(fail);
    other.publish('', '', { exchange: 'amq.fanout' });
    await other.expectCounts('good', { messages: 1 });
  });
});
