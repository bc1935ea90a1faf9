import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { doInSlices } from '../../../../src/broker/scheduling/sliced-steps.ts';
import { TimeSlices, type SlicedTask } from '../../../../src/broker/scheduling/time-slices.ts';
import type { Store } from '../../../../src/store/store.ts';
import { HandClock } from '../../../support/hand-clock.ts';

let faults: unknown[];
let backlog: Backlog;
/** Who waits for the store. */
let waiting: (() => void)[];
let clock: HandClock;
let timeSlices: TimeSlices;

beforeEach(() => {
  faults = [];
  waiting = [];
  clock = new HandClock();
  backlog = new Backlog();
  const store = { afterCommit: (callback: () => void) => void waiting.push(callback) } as Partial<Store> as Store;
  timeSlices = new TimeSlices(store, backlog, clock, (error) => faults.push(error));
});

/** A step that takes as long as a turn has for all of it. */
function busy(): void {
  clock.pass(5);
}

/** A task of so many steps, and how many of them are done. */
function task(steps: number, step: () => void = busy, writes = false) {
  const it = {
    done: 0,
    writes,
    step: () => {
      step();
      return ++it.done < steps;
    },
  };
  return it satisfies SlicedTask;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('a task', () => {
  test('that a turn has time for is done at once', () => {
    const quick = task(3, () => undefined);
    expect(timeSlices.do(quick)).toBe(true);
    expect(quick.done).toBe(3);
  });

  test('that takes longer leaves others their turns', async () => {
    const long = task(5);
    expect(timeSlices.do(long)).toBe(false);
    const seen: number[] = [];
    while (long.done < 5) {
      seen.push(long.done);
      await turn();
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test('shares a turn, however much of it there is', async () => {
    const all = Array.from({ length: 4 }, () => task(3));
    for (const one of all) timeSlices.do(one);
    expect(all.map(({ done }) => done)).toEqual([1, 0, 0, 0]);
    for (let turns = 0; turns < 4; turns++) await turn();
    expect(all.map(({ done }) => done)).toEqual([2, 1, 1, 1]);
    await until(() => all.every(({ done }) => done === 3));
  });

  test('takes no longer of a turn where the time is set back in it', async () => {
    const long = task(10, () => {
      clock.pass(3);
      clock.jump(-60_000);
    });
    timeSlices.do(long);
    expect(long.done).toBe(2);
    await turn();
    expect(long.done).toBe(4);
  });

  test('may bring about more of itself', async () => {
    let rounds = 0;
    const again: SlicedTask = {
      writes: false,
      step: () => {
        if (++rounds < 3) timeSlices.add(again);
        return false;
      },
    };
    timeSlices.add(again);
    expect(rounds).toBe(0);
    await until(() => rounds === 3);
  });

  test('that writes rests while the store is behind, and other tasks go on', async () => {
    const bytes = 100 * 1024 * 1024;
    backlog.add(bytes);
    const [writing, other] = [task(2, () => undefined, true), task(2)];
    expect(timeSlices.do(writing)).toBe(false);
    timeSlices.do(other);
    await until(() => other.done === 2 && waiting.length > 0);
    expect(writing.done).toBe(0);
    backlog.remove(bytes);
    for (const callback of waiting.splice(0)) callback();
    await until(() => writing.done === 2);
  });

  test('that waits for the store takes no turn meanwhile', async () => {
    const bytes = 100 * 1024 * 1024;
    backlog.add(bytes);
    const writing = task(2, () => undefined, true);
    timeSlices.do(writing);
    await until(() => waiting.length > 0);
    const soon = vi.spyOn(clock, 'soon');
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(soon).toHaveBeenCalledTimes(0);
    expect(waiting).toHaveLength(1);
    backlog.remove(bytes);
    for (const callback of waiting.splice(0)) callback();
    await until(() => writing.done === 2);
  });

  test('goes on though a turn has no time left when it begins', async () => {
    const long = task(5);
    timeSlices.do(long);
    vi.spyOn(clock, 'elapsed').mockImplementation(() => {
      clock.pass(10);
      return clock.now();
    });
    await until(() => long.done === 5);
  });

  test('that comes while another waits for the store has its turns', async () => {
    backlog.add(100 * 1024 * 1024);
    timeSlices.do(task(2, () => undefined, true));
    await until(() => waiting.length > 0);
    for (let turns = 0; turns < 3; turns++) await turn();
    const [first, second] = [task(3), task(3)];
    timeSlices.do(first);
    timeSlices.add(second);
    await until(() => first.done === 3 && second.done === 3);
  });

  test('that fails is told of, and others do not suffer', async () => {
    const wrong = new Error('wrong');
    const other = task(2);
    timeSlices.add({
      writes: false,
      step: () => {
        throw wrong;
      },
    });
    timeSlices.add(other);
    await until(() => other.done === 2);
    expect(faults).toEqual([wrong]);
  });

  test('goes on no more once the broker stops', async () => {
    const long = task(5);
    timeSlices.do(long);
    timeSlices.stop();
    expect(timeSlices.do(long)).toBe(true);
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(long.done).toBe(1);
  });

  test('that comes when the broker has stopped is told so', async () => {
    timeSlices.stop();
    const steps = (function* () {
      yield;
    })();
    await expect(doInSlices(steps, timeSlices)).rejects.toThrow('the broker stopped before it was done');
  });
});
