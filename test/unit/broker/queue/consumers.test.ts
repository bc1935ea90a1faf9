import { beforeEach, describe, expect, test } from 'vitest';
import { QueueCounters } from '../../../../src/broker/events/queue-counters.ts';
import { Consumer } from '../../../../src/broker/queue/consumer.ts';
import { Consumers } from '../../../../src/broker/queue/consumers.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';

/** Consumers that cannot take a message for now. */
const busy = new Set<string>();

function consumer(tag: string, options: { priority?: number; prefetch?: number; exclusive?: boolean } = {}): Consumer {
  const { priority = 0, prefetch = 0, exclusive = false } = options;
  const target = { canTake: () => !busy.has(tag), deliver: () => undefined, cancelled: () => undefined };
  const queue = { counters: new QueueCounters(), activate: () => undefined, undeliverable: () => undefined };
  return new Consumer(queue, target, { tag, noAck: false, exclusive, priority, prefetch, arguments: EMPTY_TABLE });
}

function consumersOf(...all: Consumer[]): Consumers {
  const consumers = new Consumers();
  for (const one of all) {
    consumers.add(one);
    consumers.activate(one);
  }
  return consumers;
}

const turns = (consumers: Consumers, count: number): (string | undefined)[] =>
  Array.from({ length: count }, () => consumers.next()?.tag);

beforeEach(() => busy.clear());

describe('the consumers of a queue', () => {
  test('take turns', () => {
    const consumers = consumersOf(consumer('a'), consumer('b'), consumer('c'));
    expect(turns(consumers, 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  test('of a higher priority come first as long as they can take messages', () => {
    const [low, high] = [consumer('low', { priority: -1 }), consumer('high', { priority: 5 })];
    const consumers = consumersOf(low, consumer('a'), high, consumer('b'), consumer('high too', { priority: 5 }));
    expect(turns(consumers, 3)).toEqual(['high', 'high too', 'high']);
    busy.add('high').add('high too');
    expect(turns(consumers, 3)).toEqual(['a', 'b', 'a']);
    busy.add('a').add('b');
    expect(turns(consumers, 2)).toEqual(['low', 'low']);
    busy.delete('high');
    consumers.activate(high);
    expect(turns(consumers, 2)).toEqual(['high', 'high']);
  });

  test('are set aside while they cannot take messages, until they say that they can', () => {
    const [a, b] = [consumer('a'), consumer('b')];
    const consumers = consumersOf(a, b);
    busy.add('a').add('b');
    expect(consumers.next()).toBeUndefined();
    expect([a.active, b.active]).toEqual([false, false]);
    busy.clear();
    expect(consumers.next()).toBeUndefined();
    consumers.activate(b);
    consumers.activate(b);
    expect(turns(consumers, 2)).toEqual(['b', 'b']);
    consumers.activate(a);
    expect(turns(consumers, 4)).toEqual(['b', 'a', 'b', 'a']);
  });

  test('count as unable while as many messages as their prefetch wait for acknowledgement', () => {
    const limited = consumer('limited', { prefetch: 2 });
    const consumers = consumersOf(limited);
    limited.unacked = 1;
    expect(consumers.next()).toBe(limited);
    limited.unacked = 2;
    expect(consumers.next()).toBeUndefined();
  });

  test('that left get no further turn, whether it was theirs or not', () => {
    const all = ['a', 'b', 'c'].map((tag) => consumer(tag));
    const consumers = consumersOf(...all);
    expect(turns(consumers, 1)).toEqual(['a']);
    consumers.remove(all[1]);
    consumers.activate(all[1]);
    expect(turns(consumers, 4)).toEqual(['c', 'a', 'c', 'a']);
    expect(consumers.count).toBe(2);
    expect([...consumers].map(({ tag }) => tag)).toEqual(['a', 'c']);
  });

  test('are exclusive as long as the exclusive one is there', () => {
    const [one, other] = [consumer('one', { exclusive: true }), consumer('other')];
    const consumers = consumersOf(one, other);
    expect(consumers.exclusive).toBe(true);
    consumers.remove(other);
    expect(consumers.exclusive).toBe(true);
    consumers.remove(one);
    expect(consumers.exclusive).toBe(false);
  });

  test('keep their turns when others between them go, and go for good', () => {
    const all = Array.from({ length: 9 }, (_, i) => consumer(`${i}`));
    const consumers = consumersOf(...all);
    expect(turns(consumers, 2)).toEqual(['0', '1']);
    for (const i of [3, 4, 0]) consumers.remove(all[i]);
    expect(turns(consumers, 7)).toEqual(['2', '5', '6', '7', '8', '1', '2']);
    for (const i of [5, 7, 1, 8]) consumers.remove(all[i]);
    expect(turns(consumers, 3)).toEqual(['6', '2', '6']);
    consumers.activate(all[5]);
    consumers.remove(all[6]);
    consumers.remove(all[2]);
    expect([consumers.next(), consumers.count]).toEqual([undefined, 0]);
  });
});
