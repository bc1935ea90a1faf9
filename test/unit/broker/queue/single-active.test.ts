import { beforeEach, describe, expect, test } from 'vitest';
import { SingleActive } from '../../../../src/broker/queue/single-active.ts';
import { consumer, turns } from './support.ts';

const busy = new Set<string>();

beforeEach(() => busy.clear());

describe('the single active consumer', () => {
  const [first, second] = ['first', 'second'].map((tag) => consumer(tag, { priority: tag === 'second' ? 5 : 0 }, busy));

  test('is the one that came first, whatever the priorities', () => {
    const order = new SingleActive([first, second]);
    expect(turns(order, 3)).toEqual(['first', 'first', 'first']);
  });

  test('has messages wait while it has no room, and says when it has', () => {
    const order = new SingleActive([first, second]);
    order.activate(first);
    order.activate(second);
    busy.add('first');
    expect(order.next()).toBeUndefined();
    expect([first.active, second.active]).toEqual([false, true]);
    busy.clear();
    expect(order.next()).toBe(first);
  });

  test('is the next one when it is gone, and nobody after the last', () => {
    const all = new Set([first, second]);
    const order = new SingleActive(all);
    for (const [gone, next] of [
      [first, second],
      [second, undefined],
    ] as const) {
      all.delete(gone);
      order.remove(gone);
      expect(order.next()).toBe(next);
    }
  });
});
