import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { TimerEntry, Timers } from '../../../../src/broker/scheduling/timers.ts';
import { HandClock } from '../../../support/hand-clock.ts';

function started() {
  const clock = new HandClock(1000);
  const faults: unknown[] = [];
  return { clock, faults, timers: new Timers(clock, (error) => faults.push(error)) };
}

/** Somebody for whom it does not matter what is waited for. */
function entry(due: () => void): TimerEntry {
  return new TimerEntry('ttl', { name: 'q' }, due);
}

describe('timers', () => {
  test('come at their moment and not before, once', () => {
    const { clock, timers } = started();
    const due = vi.fn();
    timers.set(entry(due), 1500);
    clock.pass(499);
    expect(due).not.toHaveBeenCalled();
    clock.pass(1);
    expect(due).toHaveBeenCalledTimes(1);
    clock.pass(10_000);
    expect(due).toHaveBeenCalledTimes(1);
  });

  test('that have passed when they are set come at once, and never inside the call', () => {
    const { clock, timers } = started();
    const due = vi.fn();
    timers.set(entry(due), 900);
    expect(due).not.toHaveBeenCalled();
    clock.pass(0);
    expect(due).toHaveBeenCalledTimes(1);
  });

  test('share one timer, and need none where nobody waits', () => {
    const { clock, timers } = started();
    const waiting = Array.from({ length: 100 }, () => entry(() => undefined));
    waiting.forEach((expiresAt, i) => timers.set(expiresAt, 2000 + ((i * 37) % 100)));
    expect(clock.timers).toBe(1);
    for (const expiresAt of waiting) timers.set(expiresAt, Infinity);
    expect(clock.timers).toBe(0);
  });

  test('come a minute late at most when the time is set forward, and not early when it is set back', () => {
    const { clock, timers } = started();
    const HOUR = 3_600_000;
    const due = vi.fn();
    timers.set(entry(due), clock.now() + 10 * HOUR);
    clock.jump(10 * HOUR);
    clock.pass(60_000);
    expect(due).toHaveBeenCalledTimes(1);
    timers.set(entry(due), clock.now() + HOUR);
    clock.jump(-HOUR);
    clock.pass(2 * HOUR - 1);
    expect(due).toHaveBeenCalledTimes(1);
    clock.pass(1);
    expect(due).toHaveBeenCalledTimes(2);
  });

  test('may be set anew when they come', () => {
    const { clock, timers } = started();
    const times: number[] = [];
    const expiresAt = entry(() => {
      times.push(clock.now());
      if (times.length < 3) timers.set(expiresAt, clock.now() + 100);
    });
    timers.set(expiresAt, 1100);
    clock.pass(1000);
    expect(times).toEqual([1100, 1200, 1300]);
  });

  test('that fail are reported and do not keep the others from theirs', () => {
    const { clock, faults, timers } = started();
    const due = vi.fn();
    timers.set(
      entry(() => {
        throw new Error('fault');
      }),
      1100,
    );
    timers.set(entry(due), 1100);
    timers.set(entry(due), 1200);
    clock.pass(200);
    expect(due).toHaveBeenCalledTimes(2);
    expect(faults).toMatchObject([{ message: 'fault' }]);
  });

  test('do not come after the stop', () => {
    const { clock, timers } = started();
    const due = vi.fn();
    const expiresAt = entry(due);
    timers.set(expiresAt, 1100);
    timers.stop();
    timers.set(expiresAt, 1200);
    expect(clock.timers).toBe(0);
    clock.pass(1000);
    expect(due).not.toHaveBeenCalled();
  });

  test('come in the order of their moments, whatever was set, moved and taken back before', () => {
    type Step = { readonly who: number; readonly at: number } | { readonly pass: number };
    const who = fc.nat(59);
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 5, arbitrary: fc.record({ who, at: fc.oneof(fc.nat(300), fc.constant(Infinity)) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(60) }) },
    );
    // All wait at first, so that the heap is deep enough for every way through it.
    const moments = fc.array(fc.nat(300), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(moments, fc.array(step, { maxLength: 80 }), (first, later) => {
        const clock = new HandClock(0);
        const timers = new Timers(clock, (error) => {
          throw error;
        });
        const came: [who: number, at: number][] = [];
        const all = Array.from({ length: 60 }, (_, who) => entry(() => came.push([who, clock.now()])));
        // The model: the moments of all who wait, searched through each time.
        const model = new Map<number, number>();
        const expected: [who: number, at: number][] = [];
        const pass = (ms: number): void => {
          const end = clock.now() + ms;
          const due = [...model].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
          for (const [who, at] of due) {
            expected.push([who, Math.max(at, clock.now())]);
            model.delete(who);
          }
          clock.pass(ms);
        };
        for (const each of [...first.map((at, i) => ({ who: i, at })), ...later]) {
          if ('pass' in each) pass(each.pass);
          else {
            timers.set(all[each.who], each.at);
            if (each.at === Infinity) model.delete(each.who);
            else model.set(each.who, each.at);
          }
        }
        pass(1000);
        // Whoever waits for the same moment comes in any order.
        const byTime = (list: typeof came) => list.toSorted(([a, x], [b, y]) => x - y || a - b);
        expect(came.map(([, at]) => at)).toEqual(expected.map(([, at]) => at).sort((a, b) => a - b));
        expect(byTime(came)).toEqual(byTime(expected));
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
