import { expect, test } from 'vitest';
import { Alarms } from '../../../../src/broker/alarms.ts';
import { Backlog } from '../../../../src/broker/backlog.ts';
import { Bodies } from '../../../../src/broker/bodies.ts';
import { Memory } from '../../../../src/broker/memory.ts';
import { PriorityLog } from '../../../../src/broker/queue/priority-log.ts';
import { Returns } from '../../../../src/broker/queue/returns.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

test('returns are counted by message, until the message is gone', () => {
  const returns = new Returns();
  expect(returns.count(7)).toBeUndefined();
  expect([returns.add(7), returns.add(7), returns.add(8)]).toEqual([1, 2, 1]);
  expect([returns.count(7), returns.count(8)]).toEqual([2, 1]);
  returns.forget(7);
  expect([returns.count(7), returns.size]).toEqual([undefined, 1]);
});

test('after a purge the returns of unacked messages are known, and nothing is kept of the others', () => {
  const store = new MemoryStore();
  const memory = new Memory({ budget: Infinity, scratch: undefined, alarms: new Alarms() });
  const log = new PriorityLog({ store, memory, bodies: new Bodies(store, memory), backlog: new Backlog() }, undefined);
  const returns = new Returns();
  const seqs = Array.from({ length: 20_000 }, (_, n) => log.append(messageOf({ body: 'x' }), false, Infinity, n % 2));
  for (const seq of seqs) {
    log.take(seq);
    returns.add(seq);
  }
  const kept = new Set([seqs[1], seqs[10_000], seqs.at(-1)!]);
  for (const seq of seqs) if (!kept.has(seq)) log.requeue(seq);
  expect(log.purge()).toBe(19_997);
  returns.forgetGone((seq) => log.holds(seq));
  expect(returns.size).toBe(3);
  expect([...kept].map((seq) => returns.count(seq))).toEqual([1, 1, 1]);
});
