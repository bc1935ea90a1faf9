import { expect, test } from 'vitest';
import { Alarms } from '../../../../src/broker/alarms.ts';
import { Backlog } from '../../../../src/broker/backlog.ts';
import { Bodies } from '../../../../src/broker/bodies.ts';
import { Deadlines } from '../../../../src/broker/deadlines.ts';
import { Memory } from '../../../../src/broker/memory.ts';
import { PriorityLog } from '../../../../src/broker/queue/priority-log.ts';
import { Returns } from '../../../../src/broker/queue/returns.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

const COUNTED = { deliveryLimit: undefined, delayedRetry: undefined };
const DELAYED = {
  deliveryLimit: undefined,
  delayedRetry: { type: 'all', min: 100, max: 350, multiplier: 2 },
} as const;

function started(): { clock: HandClock; returns: Returns; ready: (readonly number[])[] } {
  const clock = new HandClock();
  const ready: (readonly number[])[] = [];
  const deadlines = new Deadlines(clock, (error) => {
    throw error;
  });
  return { clock, returns: new Returns(deadlines, (seqs) => ready.push(seqs)), ready };
}

test('returns are counted by message, until the message is gone', () => {
  const { returns } = started();
  expect(returns.count(7)).toBeUndefined();
  for (const seq of [7, 7, 8]) expect(returns.add(seq, 'failed', COUNTED)).toBe('ready');
  expect([returns.count(7), returns.count(8)]).toEqual([2, 1]);
  returns.forget(7);
  expect([returns.count(7), returns.size]).toEqual([undefined, 1]);
});

test('a message may come back as often as the limit says, delayed or not', () => {
  const { returns } = started();
  const fates = (settings: typeof COUNTED | typeof DELAYED, seq: number) =>
    [1, 2, 3].map(() => returns.add(seq, 'returned', { ...settings, deliveryLimit: 2 }));
  expect(fates(COUNTED, 1)).toEqual(['ready', 'ready', 'too often']);
  expect(fates(DELAYED, 2)).toEqual(['waits', 'waits', 'too often']);
  expect(returns.add(3, 'failed', { ...COUNTED, deliveryLimit: 0 })).toBe('too often');
});

test('a delayed message waits longer each time, up to the longest delay; one timer serves all', () => {
  const { clock, returns, ready } = started();
  for (const delay of [100, 200, 350, 350]) {
    expect(returns.add(1, 'failed', DELAYED)).toBe('waits');
    expect([returns.waiting, clock.timers]).toEqual([1, 1]);
    clock.pass(delay - 1);
    expect(ready).toEqual([]);
    clock.pass(1);
    expect(ready.splice(0)).toEqual([[1]]);
  }
  for (const seq of [5, 4, 3]) returns.add(seq, 'failed', DELAYED);
  expect(clock.timers).toBe(1);
  clock.pass(100);
  expect(ready).toEqual([[3, 4, 5]]);
  expect([returns.waiting, clock.timers]).toEqual([0, 0]);
});

test('what is cancelled does not come any more', () => {
  const { clock, returns, ready } = started();
  for (const seq of [2, 1]) returns.add(seq, 'failed', DELAYED);
  expect([...returns.cancel()].sort()).toEqual([1, 2]);
  expect([returns.waiting, clock.timers, [...returns.cancel()]]).toEqual([0, 0, []]);
  clock.pass(1000);
  expect(ready).toEqual([]);
});

test('after a purge the returns of unacked messages are known, and nothing is kept of the others', () => {
  const { returns } = started();
  const store = new MemoryStore();
  const memory = new Memory({ budget: Infinity, scratch: undefined, alarms: new Alarms() });
  const log = new PriorityLog({ store, memory, bodies: new Bodies(store, memory), backlog: new Backlog() }, undefined);
  const seqs = Array.from({ length: 20_000 }, (_, n) => log.append(messageOf({ body: 'x' }), false, Infinity, n % 2));
  for (const seq of seqs) {
    log.take(seq);
    returns.add(seq, 'failed', COUNTED);
  }
  const kept = new Set([seqs[1], seqs[10_000], seqs.at(-1)!]);
  for (const seq of seqs) if (!kept.has(seq)) log.requeue(seq);
  expect(log.purge()).toBe(19_997);
  returns.forgetGone((seq) => log.holds(seq));
  expect(returns.size).toBe(3);
  expect([...kept].map((seq) => returns.count(seq))).toEqual([1, 1, 1]);
});
