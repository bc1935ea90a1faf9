import { expect, test } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { Timers } from '../../../../src/broker/scheduling/timers.ts';
import { LogReader } from '../../../../src/broker/log/log-reader.ts';
import { PriorityLog } from '../../../../src/broker/log/priority-log.ts';
import { Retries } from '../../../../src/broker/queue/retries.ts';
import { SpareConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { messageOf } from '../../../support/recovery/messages.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';

const COUNTED = { deliveryLimit: undefined, delayedRetry: undefined, returnsCount: true };
const DELAYED = {
  ...COUNTED,
  delayedRetry: { type: 'all', min: 100, max: 350, multiplier: 2 },
} as const;

class Started {
  readonly clock = new HandClock();
  readonly memory = unlimitedMemory();
  readonly log: PriorityLog;
  readonly returns: Retries;
  /** Messages that have waited for long enough, as they were told. */
  readonly ready: (readonly number[])[] = [];

  constructor() {
    const timers = new Timers(this.clock, (error) => {
      throw error;
    });
    const store = new MemoryStore();
    const { memory } = this;
    const bodies = new BodyStore(store, memory);
    this.log = new PriorityLog(
      { store, memory, bodies, backlog: new Backlog(), spareConfirms: new SpareConfirms() },
      undefined,
    );
    const reader = new LogReader(this.log, {
      loaded: () => undefined,
      stopped: (reason) => {
        throw reason;
      },
    });
    this.returns = new Retries({ name: 'q' }, { timers, memory: this.memory }, this.log, reader, (seqs) =>
      this.ready.push(seqs),
    );
  }

  /** Adds messages and returns their numbers. */
  put(count: number): number[] {
    return Array.from({ length: count }, (_, n) => this.log.append(messageOf({ body: 'x' }), false, Infinity, n % 2));
  }

  /** The ready messages that were delivered so often. */
  deliveredOften(deliveries: number): number[] {
    const seqs: number[] = [];
    this.log.deliveredOften(deliveries, (seq) => seqs.push(seq));
    return seqs;
  }

  /** Delivers a message that is ready, as a queue does. */
  deliver(seq: number): void {
    if (this.log.redelivered(seq)) this.log.redeliver(seq);
    this.log.take(seq);
  }

  /** Delivers a message and has it come back at once; returns what becomes of it each time. */
  comeBack(seq: number, times: number, settings: Parameters<Retries['add']>[2]): string[] {
    return Array.from({ length: times }, () => {
      this.deliver(seq);
      const fate = this.returns.add(seq, 'returned', settings);
      this.log.requeue(seq);
      return fate;
    });
  }
}

test('a message came back as often as it was delivered, until it is gone', () => {
  const started = new Started();
  const { log } = started;
  const [first, , third, never] = started.put(4);
  started.comeBack(first, 2, COUNTED);
  started.comeBack(third, 1, COUNTED);
  expect([first, third, never].map((seq) => log.deliveries(seq))).toEqual([2, 1, 0]);
  started.deliver(first);
  expect(log.deliveries(first)).toBe(3);
  log.requeue(first);
  expect([started.deliveredOften(1), started.deliveredOften(3), started.deliveredOften(4)]).toEqual([
    [first, third],
    [first],
    [],
  ]);
  log.settle(first);
  expect(started.deliveredOften(1)).toEqual([third]);
});

test('a message may come back as often as the limit says, delayed or not', () => {
  const started = new Started();
  const [first, second, third] = started.put(3);
  expect(started.comeBack(first, 3, { ...COUNTED, deliveryLimit: 2 })).toEqual(['ready', 'ready', 'too often']);
  expect(started.comeBack(second, 3, { ...DELAYED, deliveryLimit: 2 })).toEqual(['waits', 'waits', 'too often']);
  expect(started.comeBack(third, 1, { ...COUNTED, deliveryLimit: 0 })).toEqual(['too often']);
});

test('a delayed message waits longer each time, up to the longest delay; one timer serves all', () => {
  const started = new Started();
  const { clock, log, returns, ready } = started;
  const [seq, ...others] = started.put(4);
  for (const delay of [100, 200, 350, 350]) {
    started.deliver(seq);
    expect(returns.add(seq, 'failed', DELAYED)).toBe('waits');
    expect([returns.waiting, clock.timers]).toEqual([1, 1]);
    clock.pass(delay - 1);
    expect(ready).toEqual([]);
    clock.pass(1);
    expect(ready.splice(0)).toEqual([[seq]]);
    log.requeue(seq);
  }
  for (const other of others) {
    log.take(other);
    returns.add(other, 'failed', DELAYED);
  }
  expect(clock.timers).toBe(1);
  clock.pass(100);
  expect(ready).toEqual([others.toSorted((a, b) => a - b)]);
  expect([returns.waiting, clock.timers]).toEqual([0, 0]);
});

test('what is cancelled does not come any more', () => {
  const started = new Started();
  const { clock, log, returns, ready } = started;
  const seqs = started.put(2);
  for (const seq of seqs) {
    log.take(seq);
    returns.add(seq, 'failed', DELAYED);
  }
  expect([...returns.cancel()].sort()).toEqual(seqs.toSorted());
  expect([returns.waiting, clock.timers, [...returns.cancel()]]).toEqual([0, 0, []]);
  clock.pass(1000);
  expect(ready).toEqual([]);
});

test('after a purge the returns of unacked messages are known, and nothing is kept of the others', () => {
  const started = new Started();
  const { log } = started;
  const seqs = started.put(20_000);
  for (const seq of seqs) started.comeBack(seq, 1, COUNTED);
  const kept = [seqs[1], seqs[10_000], seqs.at(-1)!];
  for (const seq of kept) started.deliver(seq);
  expect(log.purge()).toBe(19_997);
  expect(kept.map((seq) => log.deliveries(seq))).toEqual([2, 2, 2]);
  for (const seq of kept) log.requeue(seq);
  expect(started.deliveredOften(1).toSorted()).toEqual(kept.toSorted());
});

test('of many that have waited for long enough some are ready at a time, so that others have their turn', () => {
  const started = new Started();
  const { clock, log, returns, ready } = started;
  for (const seq of started.put(25_000)) {
    log.take(seq);
    returns.add(seq, 'failed', DELAYED);
  }
  clock.pass(100);
  expect(ready.map(({ length }) => length)).toEqual([10_000]);
  clock.pass(10);
  expect(ready.map(({ length }) => length)).toEqual([10_000, 10_000, 5000]);
  expect([returns.waiting, clock.timers]).toEqual([0, 0]);
});

test('what is known of messages that were out more than once counts as memory, as long as they are there', () => {
  const started = new Started();
  const seqs = started.put(100);
  for (const seq of seqs) started.deliver(seq);
  const before = started.memory.bytes;
  for (const seq of seqs) started.returns.add(seq, 'failed', DELAYED);
  expect(started.memory.bytes - before).toBeGreaterThan(100 * 80);
  for (const seq of started.returns.cancel()) started.log.settle(seq);
  expect(started.memory.bytes).toBeLessThanOrEqual(before);
});
