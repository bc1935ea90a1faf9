/** A confirmed message is safe even where it died before it was stored: its publisher waits for the dead letter to be on disk. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { SqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { ConfirmRecorder } from '../../../support/confirm-recorder.ts';
import { messageOf, PERSISTENT } from '../../../support/recovery/messages.ts';
import { byOneClock } from '../../../../src/util/clock.ts';

let store: SqliteStore;
let node: BrokerNode;
let vhost: Vhost;
let confirms: ConfirmRecorder;
let number: number;

beforeEach(async () => {
  store = await SqliteStore.open({ folder: temporaryFolder(), lazyMs: 2, thread: false });
  node = new BrokerNode(store, Infinity, undefined, byOneClock(new HandClock()));
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  vhost = node.vhost('/')!;
  confirms = new ConfirmRecorder();
  number = 0;
});

afterEach(async () => {
  node.stop();
  await store.close();
});

function declare(name: string, args: Record<string, unknown> = {}): DeclaredQueue {
  return vhost.declareQueue({
    name,
    durable: true,
    autoDelete: false,
    owner: undefined,
    arguments: toFieldTable(args),
  });
}

function publish(): void {
  const message = messageOf({ routingKey: 'q', properties: PERSISTENT });
  vhost.publish(message, vhost.route(vhost.existingExchange(''), message), confirms, ++number);
}

function reject(queue: DeclaredQueue): void {
  let taken = -1;
  queue.get(false, (_message, seq) => (taken = seq));
  queue.reject(taken);
}

test.each<[string, Record<string, unknown>, (queue: DeclaredQueue) => void]>([
  ['is rejected', {}, reject],
  ['is too much', { 'x-max-length': 0 }, () => undefined],
  ['expires as it comes', { 'x-message-ttl': 0 }, () => undefined],
  ['is rejected in a priority queue', { 'x-max-priority': 3 }, reject],
])('the publisher of a message that %s waits for its dead letter', async (_how, args, die) => {
  const dead = declare('dead');
  const queue = declare('q', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead', ...args });
  publish();
  die(queue);
  expect([queue.ready, dead.ready]).toEqual([0, 1]);
  expect(confirms.waiting).toEqual([1]);
  await new Promise<void>((resolve) => store.afterCommit(resolve));
  expect(confirms.waiting).toEqual([]);
});

test('the publisher of a message that is dropped without a letter is told at once', () => {
  const queue = declare('q');
  publish();
  reject(queue);
  expect(confirms.waiting).toEqual([]);
});

test('the publisher of a message whose letter nobody takes is told', async () => {
  const queue = declare('q', { 'x-dead-letter-exchange': 'nowhere' });
  publish();
  reject(queue);
  await new Promise<void>((resolve) => store.afterCommit(resolve));
  expect(confirms.waiting).toEqual([]);
});
