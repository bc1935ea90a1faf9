/** A queue that discards many messages at once does so in time slices, a turn each, so that other clients are heard in between. */
import { beforeEach, describe, expect, test } from 'vitest';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import { Consumer } from '../../../../src/broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import type { Message } from '../../../../src/broker/message/message.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { byOneClock } from '../../../../src/util/clock.ts';

const COUNT = 1000;
const LETTERS = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };

/** Work takes time: so much each time that somebody asks how long it took. Some hundred steps of it are as many as a turn has time for. */
const STEP_MS = 0.02;

class WorkingClock extends HandClock {
  #asked = 0;

  override elapsed(): number {
    return super.elapsed() + Math.floor(this.#asked++ * STEP_MS);
  }
}

let clock: WorkingClock;
let vhost: Vhost;
let discarded: unknown[];
let dead: DeclaredQueue;
let queue: DeclaredQueue;

beforeEach(() => {
  clock = new WorkingClock();
  const node = new BrokerNode(new MemoryStore(), Infinity, undefined, byOneClock(clock));
  discarded = [];
  node.discarded = (by, name, _vhost, reason) => discarded.push([by, name, reason]);
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  vhost = node.vhost('/')!;
  dead = declare('dead', {});
  queue = declare('q', LETTERS);
});

function declare(name: string, args: Record<string, unknown>): DeclaredQueue {
  const options = { name, durable: true, autoDelete: false, owner: undefined };
  return vhost.declareQueue({ ...options, arguments: toFieldTable(args) });
}

function publish(body: string, expiration?: string): void {
  const message = messageOf({ routingKey: 'q', body, properties: expiration === undefined ? {} : { expiration } });
  vhost.publish(message, vhost.route(vhost.existingExchange(''), message), undefined, 0);
}

function publishMany(expiration?: string): void {
  for (let n = 0; n < COUNT; n++) publish(String(n), expiration);
}

function consume(check: (message: Message) => void = () => undefined): string[] {
  const got: string[] = [];
  const target = {
    canTake: () => true,
    deliver(_consumer: Consumer, message: Message): void {
      check(message);
      got.push(bodyText(message));
    },
    cancelled: () => undefined,
  };
  const asked = { tag: 't', noAck: true, exclusive: false, priority: 0, prefetch: 0, arguments: EMPTY_TABLE };
  const consumer = new Consumer(queue, target, queue.admit(asked, 0));
  queue.consumers.add(consumer);
  queue.activate(consumer);
  return got;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Ready messages of all these queues. */
const readyIn = (queues: readonly DeclaredQueue[]): number => queues.reduce((sum, { ready }) => sum + ready, 0);

describe('messages that expire together', () => {
  beforeEach(() => {
    publishMany('1000');
    publish('stays');
    clock.pass(2000);
  });

  test('become dead letters in their order, some of them a turn', async () => {
    expect(dead.ready).toBeGreaterThan(0);
    expect(dead.ready).toBeLessThan(COUNT);
    await until(() => dead.ready === COUNT);
    expect(queue.ready).toBe(1);
    const order: string[] = [];
    while (dead.get(true, (message) => order.push(bodyText(message))) === true);
    expect(order).toEqual(Array.from({ length: COUNT }, (_, n) => String(n)));
  });

  test('keep a consumer waiting for what is behind them until all are gone', async () => {
    const got = consume();
    expect(got).toEqual([]);
    await until(() => got.length > 0);
    expect(got).toEqual(['stays']);
    expect(dead.ready).toBe(COUNT);
  });

  test('are all gone before basic.get is answered, which must not find the queue empty', async () => {
    let got = '';
    let answer = queue.get(true, (message) => (got = bodyText(message)));
    expect(answer).toBeUndefined();
    await until(() => (answer = queue.get(true, (message) => (got = bodyText(message)))) !== undefined);
    expect([answer, got]).toEqual([true, 'stays']);
    expect(dead.ready).toBe(COUNT);
  });
});

test('a queue that a policy makes shorter discards some a turn, and all in the end', async () => {
  publishMany();
  queue.applySettings(toFieldTable({ ...LETTERS, 'x-max-length': 3 }));
  expect(dead.ready).toBeLessThan(COUNT - 3);
  await until(() => dead.ready === COUNT - 3);
  expect(queue.ready).toBe(3);
  // It waits for nothing more.
  expect(clock.timers).toBe(0);
});

test('a message that a consumer cannot be sent becomes a dead letter, and those behind it come', () => {
  const defect = new Error('a defect');
  const bodies = ['bad', 'good', 'bad', 'good'];
  for (const body of bodies) publish(body);
  const got = consume((message) => {
    if (bodyText(message) === 'bad') throw defect;
  });
  // The consumer waits now.
  for (const body of bodies) publish(body);
  expect(got).toEqual(['good', 'good', 'good', 'good']);
  expect([queue.ready, dead.ready]).toEqual([0, 4]);
  expect(discarded).toEqual(Array(4).fill(['queue', 'q', defect]));
});

test('a dead letter that cannot be taken is lost, and neither its queue nor a publisher is held up by it', () => {
  const defect = new Error('a defect');
  dead.accept = () => {
    throw defect;
  };
  publish('expires', '10');
  publish('expires', '10');
  publish('stays');
  clock.pass(20);
  expect(queue.ready).toBe(1);
  expect(consume()).toEqual(['stays']);
  expect(discarded).toEqual(Array(2).fill(['destination', 'dead', defect]));
});

describe.each([
  ['are full', { 'x-max-length': 0 }],
  ['are full and refuse more', { 'x-max-length': 0, 'x-overflow': 'reject-publish-dlx' }],
  ['keep messages for no time', { 'x-message-ttl': 0 }],
])('queues that %s', (_what, args) => {
  test('pass a letter on to the end of a long chain of them', async () => {
    const length = 400;
    for (let n = 0; n < length; n++) {
      declare(`${n}`, { ...args, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': `${n + 1}` });
    }
    const last = declare(`${length}`, {});
    const message = messageOf({ routingKey: '0' });
    vhost.publish(message, vhost.route(vhost.existingExchange(''), message), undefined, 0);
    await until(() => last.ready > 0);
    expect(readyIn([...vhost.queues])).toBe(1);
  });

  test('that all pass letters to all do so in many turns, until each letter has been everywhere', async () => {
    const plain = { type: 'fanout', durable: false, autoDelete: false, internal: false, arguments: EMPTY_TABLE };
    vhost.declareExchange({ name: 'all', ...plain });
    const queues = Array.from({ length: 6 }, (_, n) => declare(`${n}`, { ...args, 'x-dead-letter-exchange': 'all' }));
    for (const { name: destination } of [...queues, dead]) {
      vhost.bind({ source: 'all', destinationKind: 'queue', destination, routingKey: '', arguments: EMPTY_TABLE }, {});
    }
    const message = messageOf({ routingKey: '0' });
    vhost.publish(message, vhost.route(vhost.existingExchange(''), message), undefined, 0);
    expect(readyIn(queues)).toBeGreaterThan(0);
    await until(() => readyIn(queues) === 0);
    // One for each way through some of the six that begins at the first: 1 + 5 + 5*4 + ...
    expect(dead.ready).toBe(326);
  });
});
