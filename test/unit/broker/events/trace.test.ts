/** That what an observer is told is enough to follow each message: where it waits it has a number, by which it is known until it is gone from there. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { BrokerEvent } from '../../../../src/broker/events/observer.ts';
import { OperatorActor } from '../../../../src/broker/operations/actor.ts';
import { startRedrive } from '../../../../src/broker/operations/redriving.ts';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { byOneClock } from '../../../../src/util/clock.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

let clock: HandClock;
let node: BrokerNode;
let vhost: Vhost;
/** What was told: each with its place, and the number of the message there. */
let told: string[];

beforeEach(() => {
  clock = new HandClock();
  node = new BrokerNode(new MemoryStore(), Infinity, undefined, byOneClock(clock));
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  vhost = node.vhost('/')!;
  told = [];
  node.observe((event) => told.push(lineOf(event)));
});

function lineOf(event: BrokerEvent): string {
  const place = 'queue' in event ? event.queue : 'exchange' in event ? event.exchange : '';
  const which = 'seq' in event ? `#${event.seq}` : 'messages' in event ? `all ${event.messages}` : '';
  return [event.type, place, which].filter((part) => part !== '').join(' ');
}

function declare(name: string, args: Record<string, unknown> = {}) {
  const options = { name, durable: false, autoDelete: false, owner: undefined, arguments: toFieldTable(args) };
  return vhost.declareQueue(options);
}

function publish(exchange: string, routingKey: string, headers: Record<string, unknown> = {}): void {
  const message = messageOf({ exchange, routingKey, properties: { headers: toFieldTable(headers) }, body: 'body' });
  vhost.publish(message, vhost.route(vhost.existingExchange(exchange), message), undefined, 0);
}

describe('a message', () => {
  test('has a number at the delayed exchange where it waits, and another in its queue', () => {
    const named = { name: 'later', type: 'x-delayed-message', durable: false, autoDelete: false, internal: false };
    vhost.declareExchange({ ...named, arguments: toFieldTable({ 'x-delayed-type': 'direct' }) });
    declare('q');
    vhost.bind(
      { source: 'later', destinationKind: 'queue', destination: 'q', routingKey: 'key', arguments: new Map() },
      {},
    );
    told.length = 0;
    for (const delay of [300, 100, 200]) publish('later', 'key', { 'x-delay': delay });
    clock.pass(100);
    const { delayed } = vhost.existingExchange('later');
    expect(delayed!.cancel(2)).toBe(true);
    expect(delayed!.purge()).toBe(1);
    expect(told.filter((line) => !line.startsWith('routed'))).toEqual([
      'delayed later #0',
      'delayed later #1',
      'delayed later #2',
      'released later #1',
      'queued q #0',
      'cancelled later #2',
      'purged later all 1',
    ]);
  });

  test('that is moved leaves one queue, by its number there, for another', async () => {
    declare('q');
    declare('other');
    told.length = 0;
    publish('', 'q');
    publish('', 'q');
    vhost.queue('q')!.get(true, () => undefined);
    const request = { destination: { exchange: '', routingKey: 'other' }, count: Infinity, rate: Infinity };
    const id = startRedrive(node, new OperatorActor(vhost), 'q', request);
    await expect.poll(() => node.jobs.get(id)!.state).toBe('completed');
    expect(told.slice(-3)).toEqual(['routed', 'queued other #0', 'moved q #1']);
  });

  test('that is cancelled before it goes out again is gone by its number', () => {
    const queue = declare('q', { 'x-delayed-retry-type': 'all' });
    told.length = 0;
    publish('', 'q');
    publish('', 'q');
    queue.get(false, (_message, seq) => queue.requeue(seq, 'failed'));
    expect([queue.cancelRetry(0), queue.cancelRetry(1)]).toEqual([true, false]);
    expect(told).toEqual(['routed', 'queued q #0', 'routed', 'queued q #1', 'cancelled q #0']);
  });

  test('that dies is given up by its number, and without one if the queue never kept it', () => {
    declare('dead');
    const toDead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    declare('short', { ...toDead, 'x-max-length': 1 });
    declare('full', { ...toDead, 'x-max-length': 0, 'x-overflow': 'reject-publish-dlx' });
    declare('now', { ...toDead, 'x-message-ttl': 0 });
    told.length = 0;
    for (const name of ['short', 'short', 'full', 'now']) publish('', name);
    expect(told.filter((line) => !line.startsWith('routed'))).toEqual([
      'queued short #0',
      'queued short #1',
      'dead-lettered short #0',
      'queued dead #0',
      'dead-lettered full #-1',
      'queued dead #1',
      'queued now #-1',
      'dead-lettered now #-1',
      'queued dead #2',
    ]);
  });
});
