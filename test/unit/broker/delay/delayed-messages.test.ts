/** Delayed exchanges of a node whose clock the test holds: what waits, for how long, and where it goes then. */
import { describe, expect, test } from 'vitest';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { DurableStore } from '../../../support/durable-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { bodyText, messageOf, PERSISTENT } from '../../../support/recovery/messages.ts';
import { byOneClock } from '../../../../src/util/clock.ts';

const DAY = 24 * 60 * 60 * 1000;

interface Started {
  readonly clock: HandClock;
  readonly node: BrokerNode;
  readonly vhost: Vhost;
  readonly faults: unknown[];
}

/** A node with the queues a and b and the delayed topic exchange `later`, which leads to a. */
function started(store = new MemoryStore()): Started {
  const clock = new HandClock();
  const node = new BrokerNode(store, Infinity, undefined, byOneClock(clock));
  const faults: unknown[] = [];
  node.fault = (error) => faults.push(error);
  node.recover({ user: 'guest', password: 'guest', vhost: '/' });
  const vhost = node.vhost('/')!;
  declareLater(vhost);
  for (const queue of ['a', 'b']) {
    vhost.declareQueue({
      name: queue,
      durable: true,
      autoDelete: false,
      owner: undefined,
      arguments: EMPTY_TABLE,
    });
  }
  bind(vhost, 'a');
  return { clock, node, vhost, faults };
}

function declareLater(vhost: Vhost, args: Record<string, unknown> = {}): void {
  const named = { name: 'later', type: 'x-delayed-message', durable: true, autoDelete: false, internal: false };
  vhost.declareExchange({ ...named, arguments: toFieldTable({ 'x-delayed-type': 'topic', ...args }) });
}

function bind(vhost: Vhost, queue: string, routingKey = '#', source = 'later'): void {
  vhost.bind({ source, destinationKind: 'queue', destination: queue, routingKey, arguments: EMPTY_TABLE }, {});
}

function publish(vhost: Vhost, body: string, delay: number, headers: Record<string, unknown> = {}): boolean {
  const message = messageOf({
    exchange: 'later',
    routingKey: 'key',
    properties: { headers: toFieldTable({ 'x-delay': delay, ...headers }), ...PERSISTENT },
    body,
  });
  return vhost.publish(message, vhost.route(vhost.existingExchange('later'), message), undefined, 0);
}

/** Bodies of the ready messages of a queue, which leave it. */
function drain(vhost: Vhost, name: string): string[] {
  const bodies: string[] = [];
  const queue = vhost.existingQueue(name, {});
  while (queue.get(true, (message) => bodies.push(bodyText(message))));
  return bodies;
}

describe('a delayed exchange', () => {
  test('gives up a message that cannot be sent on, once, and sends on those behind it', () => {
    const { clock, node, vhost, faults } = started();
    const discarded: unknown[] = [];
    node.discarded = (...what) => discarded.push(what);
    const queue = vhost.queue('a')!;
    const accept = queue.accept.bind(queue);
    const defect = new Error('a defect');
    queue.accept = (message, ...rest) => {
      if (bodyText(message) === 'bad') throw defect;
      accept(message, ...rest);
    };
    publish(vhost, 'bad', 100);
    publish(vhost, 'good', 100);
    for (let days = 0; days < 3; days++) clock.pass(DAY);
    expect(drain(vhost, 'a')).toEqual(['good']);
    expect(discarded).toEqual([['destination', 'a', '/', defect]]);
    expect(vhost.existingExchange('later').delayed).toMatchObject({ count: 0, next: undefined });
    expect(faults).toEqual([]);
  });

  test('keeps each message until its own moment, whatever came before it', () => {
    const { clock, vhost } = started();
    for (const [body, delay] of [
      ['third', 300],
      ['first', 100],
      ['second', 200],
      ['also second', 200],
    ] as const) {
      expect(publish(vhost, body, delay)).toBe(true);
    }
    expect(vhost.exchange('later')!.delayed).toMatchObject({ count: 4, next: clock.now() + 100 });
    clock.pass(99);
    expect(drain(vhost, 'a')).toEqual([]);
    clock.pass(1);
    expect(drain(vhost, 'a')).toEqual(['first']);
    clock.pass(101);
    expect(drain(vhost, 'a')).toEqual(['second', 'also second']);
    clock.pass(100);
    expect(drain(vhost, 'a')).toEqual(['third']);
    expect(vhost.exchange('later')!.delayed).toMatchObject({ count: 0, next: undefined });
  });

  test('keeps a message for longer than any timer of the system lasts, with one timer', () => {
    const { clock, vhost } = started();
    publish(vhost, 'next decade', 3650 * DAY);
    publish(vhost, 'in 60 days', 60 * DAY);
    expect(clock.timers).toBe(1);
    clock.pass(60 * DAY - 1);
    expect(drain(vhost, 'a')).toEqual([]);
    clock.pass(1);
    expect(drain(vhost, 'a')).toEqual(['in 60 days']);
    clock.pass(3590 * DAY);
    expect(drain(vhost, 'a')).toEqual(['next decade']);
    expect(clock.timers).toBe(0);
  });

  test('waits for ever at most', () => {
    const { clock, vhost } = started();
    publish(vhost, 'never', Number.MAX_SAFE_INTEGER);
    clock.pass(10_000 * DAY);
    expect(drain(vhost, 'a')).toEqual([]);
    expect(vhost.exchange('later')!.delayed!.next).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('routes by the bindings of the moment when the time has come', () => {
    const { clock, vhost } = started();
    publish(vhost, 'x', 100);
    const a = { source: 'later', destinationKind: 'queue', destination: 'a', routingKey: '#' } as const;
    vhost.unbind({ ...a, arguments: EMPTY_TABLE }, {});
    bind(vhost, 'b', 'key');
    clock.pass(100);
    expect([drain(vhost, 'a'), drain(vhost, 'b')]).toEqual([[], ['x']]);
  });

  test('drops what leads nowhere then, and goes on', () => {
    const { clock, vhost, faults } = started();
    vhost.deleteQueue(vhost.existingQueue('a', {}));
    publish(vhost, 'x', 100);
    clock.pass(100);
    bind(vhost, 'b');
    publish(vhost, 'y', 100);
    clock.pass(100);
    expect(drain(vhost, 'b')).toEqual(['y']);
    expect(faults).toEqual([]);
  });

  test('keeps the routing keys that nobody may see until they have counted', () => {
    const { clock, vhost } = started();
    bind(vhost, 'b', 'hidden');
    publish(vhost, 'x', 100, { BCC: ['hidden'] });
    clock.pass(100);
    const queue = vhost.existingQueue('b', {});
    let text = '';
    queue.get(true, ({ properties, propertiesStart, propertiesEnd }) => {
      text = properties.toString('latin1', propertiesStart, propertiesEnd);
    });
    expect(text).toContain('x-delay');
    expect(text).not.toContain('BCC');
  });

  test('waits once, however many delayed exchanges a message passes', () => {
    const { clock, vhost } = started();
    const args = toFieldTable({ 'x-delayed-type': 'fanout' });
    const named = { name: 'second', type: 'x-delayed-message', durable: true, autoDelete: false, internal: false };
    vhost.declareExchange({ ...named, arguments: args });
    const link = { source: 'later', destinationKind: 'exchange', destination: 'second', routingKey: '#' } as const;
    vhost.bind({ ...link, arguments: EMPTY_TABLE }, {});
    bind(vhost, 'b', '', 'second');
    publish(vhost, 'x', 100);
    clock.pass(100);
    expect([drain(vhost, 'a'), drain(vhost, 'b')]).toEqual([['x'], ['x']]);
  });

  test('lets a purge cancel what waits, and takes more afterwards', () => {
    const { clock, vhost } = started();
    for (let n = 0; n < 3; n++) publish(vhost, 'x', 100);
    expect(vhost.exchange('later')!.delayed!.purge()).toBe(3);
    publish(vhost, 'y', 50);
    clock.pass(1000);
    expect(drain(vhost, 'a')).toEqual(['y']);
  });

  test.each(['exchange', 'vhost'])('takes what waits with it when its %s is deleted, and leaves no timer', (which) => {
    const { clock, node, vhost, faults } = started();
    publish(vhost, 'x', 100);
    if (which === 'vhost') node.deleteVhost('/');
    else {
      vhost.deleteExchange('later', false);
      declareLater(vhost);
      bind(vhost, 'a');
    }
    expect(clock.timers).toBe(0);
    clock.pass(1000);
    if (which === 'exchange') expect(drain(vhost, 'a')).toEqual([]);
    expect([node.memory.bytes, faults]).toEqual([0, []]);
  });

  test('sends a message on only when it is stored, as its publisher may have been told that it is', async () => {
    const store = new DurableStore();
    const { clock, vhost } = started(store);
    publish(vhost, 'x', 1);
    clock.pass(1000);
    expect(drain(vhost, 'a')).toEqual([]);
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    clock.pass(1);
    expect(drain(vhost, 'a')).toEqual(['x']);
  });

  test('sends a great many on in pieces, all of them in their order', () => {
    const { clock, vhost } = started();
    const bodies = Array.from({ length: 5000 }, (_, n) => String(n));
    for (const body of bodies) publish(vhost, body, 100);
    clock.pass(100);
    const first = vhost.existingQueue('a', {}).ready;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(5000);
    clock.pass(1000);
    expect(drain(vhost, 'a')).toEqual(bodies);
  });
});
