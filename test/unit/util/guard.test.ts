import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import * as guard from '../../../src/util/guard.ts';
import { ManualClock } from '../../../src/testing/clock/manual-clock.ts';
import { systemClock } from '../../../src/util/system.ts';

const error = new Error('injected');
const fail = (): never => {
  throw error;
};

let faults: unknown[];
const fault = (told: unknown): void => void faults.push(told);

beforeEach(() => {
  faults = [];
});

describe('the guard', () => {
  it('tells what goes wrong at once, and with whoever calls back later', () => {
    guard.attempt(fault, fail);
    guard.guarded(fault, fail)();
    expect(faults).toEqual([error, error]);
  });

  it('hands on what an action is given', () => {
    const given: unknown[] = [];
    guard.attempt(fault, (subject: string) => given.push(subject), 'a');
    guard.guarded(fault, (one: string, other: number) => given.push(one, other))('b', 1);
    expect([given, faults]).toEqual([['a', 'b', 1], []]);
  });

  it('does something with each, those behind one that it goes wrong with included', () => {
    const done: number[] = [];
    guard.attemptEach(fault, [1, 2, 3], (n) => (n === 2 ? fail() : done.push(n)));
    expect([done, faults]).toEqual([[1, 3], [error]]);
  });

  it('hears events', () => {
    const emitter = new EventEmitter();
    const heard: string[] = [];
    guard.hear(emitter, 'said', fault, (what: string) => (what === 'bad' ? fail() : heard.push(what)));
    for (const what of ['good', 'bad', 'good again']) emitter.emit('said', what);
    expect([heard, faults]).toEqual([['good', 'good again'], [error]]);
  });

  it('takes promises that nobody awaits, and what waits for the calls that run now', async () => {
    guard.unawaited(fault, Promise.reject(error));
    guard.afterCalls(fault, fail);
    expect(faults).toEqual([]);
    await Promise.resolve();
    expect(faults).toEqual([error, error]);
  });

  it('stands between a clock and those whom it calls back', async () => {
    const clock = guard.guardedClock(systemClock, fault);
    clock.soon(fail);
    clock.after(0, fail);
    const timer = clock.every(1, fail);
    await expect.poll(() => faults.length).toBeGreaterThan(3);
    timer.cancel();
    expect(new Set(faults)).toEqual(new Set([error]));
    expect(clock.now()).toBeGreaterThan(0);
    expect(clock.elapsed()).toBeGreaterThan(0);
  });

  it('tells of a clock whether somebody may set its time', () => {
    const clocks = [systemClock, new ManualClock(systemClock)];
    expect(clocks.map((clock) => guard.guardedClock(clock, fault).steady)).toEqual([false, true]);
  });
});
