import { beforeEach, describe, expect, test } from 'vitest';
import type { Consumer } from '../../../../src/broker/queue/consumer.ts';
import { RoundRobin } from '../../../../src/broker/queue/round-robin.ts';
import { consumer as newConsumer, type ConsumerLooks, turns } from './support.ts';

/** Consumers that cannot take a message for now. */
const busy = new Set<string>();

const consumer = (tag: string, looks?: ConsumerLooks): Consumer => newConsumer(tag, looks, busy);

function orderOf(...all: readonly Consumer[]): RoundRobin {
  const order = new RoundRobin();
  for (const one of all) order.activate(one);
  return order;
}

beforeEach(() => busy.clear());

describe('consumers', () => {
  test('take turns', () => {
    const order = orderOf(consumer('a'), consumer('b'), consumer('c'));
    expect(turns(order, 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  test('of a higher priority come first as long as they can take messages', () => {
    const [low, high] = [consumer('low', { priority: -1 }), consumer('high', { priority: 5 })];
    const order = orderOf(low, consumer('a'), high, consumer('b'), consumer('high too', { priority: 5 }));
    expect(turns(order, 3)).toEqual(['high', 'high too', 'high']);
    busy.add('high').add('high too');
    expect(turns(order, 3)).toEqual(['a', 'b', 'a']);
    busy.add('a').add('b');
    expect(turns(order, 2)).toEqual(['low', 'low']);
    busy.delete('high');
    order.activate(high);
    expect(turns(order, 2)).toEqual(['high', 'high']);
  });

  test('are set aside while they cannot take messages, until they say that they can', () => {
    const [a, b] = [consumer('a'), consumer('b')];
    const order = orderOf(a, b);
    busy.add('a').add('b');
    expect(order.next()).toBeUndefined();
    expect([a.active, b.active]).toEqual([false, false]);
    busy.clear();
    expect(order.next()).toBeUndefined();
    order.activate(b);
    expect(turns(order, 2)).toEqual(['b', 'b']);
    order.activate(a);
    expect(turns(order, 4)).toEqual(['b', 'a', 'b', 'a']);
  });

  test('count as unable while as many messages as their prefetch wait for acknowledgement', () => {
    const limited = consumer('limited', { prefetch: 2 });
    const order = orderOf(limited);
    limited.unacked = 1;
    expect(order.next()).toBe(limited);
    limited.unacked = 2;
    expect(order.next()).toBeUndefined();
  });

  test('that left get no further turn, whether it was theirs or not', () => {
    const all = ['a', 'b', 'c'].map((tag) => consumer(tag));
    const order = orderOf(...all);
    expect(turns(order, 1)).toEqual(['a']);
    order.remove(all[1]);
    expect(turns(order, 4)).toEqual(['c', 'a', 'c', 'a']);
  });

  test('keep their turns when others between them go, and go for good', () => {
    const all = Array.from({ length: 9 }, (_, i) => consumer(`${i}`));
    const order = orderOf(...all);
    expect(turns(order, 2)).toEqual(['0', '1']);
    for (const i of [3, 4, 0]) order.remove(all[i]);
    expect(turns(order, 7)).toEqual(['2', '5', '6', '7', '8', '1', '2']);
    for (const i of [5, 7, 1, 8]) order.remove(all[i]);
    expect(turns(order, 3)).toEqual(['6', '2', '6']);
    order.remove(all[6]);
    order.remove(all[2]);
    expect(order.next()).toBeUndefined();
  });
});
