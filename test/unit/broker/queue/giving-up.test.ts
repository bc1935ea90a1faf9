/** A queue that gives up many messages at once does so in helpings, a turn each, so that other clients are heard in between. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Node } from '../../../../src/broker/node.ts';
import { Consumer } from '../../../../src/broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import type { Vhost } from '../../../../src/broker/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';

const HELPING = 250;
const COUNT = 4 * HELPING;
const LETTERS = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };

let clock: HandClock;
let vhost: Vhost;
let dead: DeclaredQueue;
let queue: DeclaredQueue;

beforeEach(() => {
  clock = new HandClock();
  const node = new Node(new MemoryStore(), Infinity, undefined, clock);
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
  vhost.publish(message, vhost.route(vhost.existingExchange(''), 'q'), undefined, 0);
}

function publishMany(expiration?: string): void {
  for (let n = 0; n < COUNT; n++) publish(String(n), expiration);
}

function consume(): string[] {
  const got: string[] = [];
  const target = {
    canTake: () => true,
    deliver: (_consumer: Consumer, message: Parameters<typeof bodyText>[0]) => void got.push(bodyText(message)),
    cancelled: () => undefined,
  };
  const asked = { tag: 't', noAck: true, exclusive: false, priority: 0, prefetch: 0, arguments: EMPTY_TABLE };
  const consumer = new Consumer(queue, target, queue.admit(asked, 0));
  queue.consumers.add(consumer);
  queue.activate(consumer);
  return got;
}

describe('messages that expire together', () => {
  beforeEach(() => {
    publishMany('1000');
    publish('stays');
  });

  test('become dead letters in their order, so many a turn', () => {
    clock.pass(1000);
    expect([dead.ready, queue.ready]).toEqual([HELPING, COUNT - HELPING + 1]);
    clock.pass(1);
    expect(dead.ready).toBe(2 * HELPING);
    clock.pass(10);
    expect([dead.ready, queue.ready]).toEqual([COUNT, 1]);
    const order: string[] = [];
    while (dead.get(true, (message) => order.push(bodyText(message))));
    expect(order).toEqual(Array.from({ length: COUNT }, (_, n) => String(n)));
  });

  test('keep a consumer waiting for what is behind them until all are gone', () => {
    clock.pass(1000);
    const got = consume();
    expect(got).toEqual([]);
    clock.pass(10);
    expect(got).toEqual(['stays']);
    expect(dead.ready).toBe(COUNT);
  });

  test('are all gone before basic.get answers, which must not find the queue empty', () => {
    clock.pass(1000);
    let got = '';
    expect(queue.get(true, (message) => (got = bodyText(message)))).toBe(true);
    expect(got).toBe('stays');
    expect(dead.ready).toBe(COUNT);
  });
});

test('a queue that a policy makes shorter gives up so many a turn, and all in the end', () => {
  publishMany();
  queue.applySettings(toFieldTable({ ...LETTERS, 'x-max-length': 3 }));
  expect(dead.ready).toBe(HELPING);
  clock.pass(10);
  expect([dead.ready, queue.ready]).toEqual([COUNT - 3, 3]);
  // It waits for nothing more.
  expect(clock.timers).toBe(0);
});
