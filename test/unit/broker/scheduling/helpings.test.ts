import { beforeEach, describe, expect, test } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { Helpings, type Work } from '../../../../src/broker/scheduling/helpings.ts';
import type { Store } from '../../../../src/store/store.ts';
import { HandClock } from '../../../support/hand-clock.ts';

let faults: unknown[];
let backlog: Backlog;
/** Who waits for the store. */
let waiting: (() => void)[];
let clock: HandClock;
let helpings: Helpings;

beforeEach(() => {
  faults = [];
  waiting = [];
  clock = new HandClock();
  backlog = new Backlog();
  const store = { afterCommit: (callback: () => void) => void waiting.push(callback) } as Partial<Store> as Store;
  helpings = new Helpings(store, backlog, clock, (error) => faults.push(error));
});

/** A step of work that takes as long as a turn has for all of it. */
function busy(): void {
  clock.pass(5);
}

/** Work of so many steps, and how many of them are done. */
function work(steps: number, step: () => void = busy, writes = false) {
  const it = {
    done: 0,
    writes,
    goOn: () => {
      step();
      return ++it.done < steps;
    },
  };
  return it satisfies Work;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('work', () => {
  test('that a turn has time for is done at once', () => {
    const quick = work(3, () => undefined);
    expect(helpings.do(quick)).toBe(true);
    expect(quick.done).toBe(3);
  });

  test('that takes longer leaves others their turns', async () => {
    const long = work(5);
    expect(helpings.do(long)).toBe(false);
    const seen: number[] = [];
    while (long.done < 5) {
      seen.push(long.done);
      await turn();
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test('shares a turn, however much of it there is', async () => {
    const all = Array.from({ length: 4 }, () => work(3));
    for (const one of all) helpings.do(one);
    expect(all.map(({ done }) => done)).toEqual([1, 0, 0, 0]);
    for (let turns = 0; turns < 4; turns++) await turn();
    expect(all.map(({ done }) => done)).toEqual([2, 1, 1, 1]);
    await until(() => all.every(({ done }) => done === 3));
  });

  test('takes no longer of a turn where the time is set back in it', async () => {
    const long = work(10, () => {
      clock.pass(3);
      clock.jump(-60_000);
    });
    helpings.do(long);
    expect(long.done).toBe(2);
    await turn();
    expect(long.done).toBe(4);
  });

  test('may bring about more of itself', async () => {
    let rounds = 0;
    const again: Work = {
      writes: false,
      goOn: () => {
        if (++rounds < 3) helpings.add(again);
        return false;
      },
    };
    helpings.add(again);
    expect(rounds).toBe(0);
    await until(() => rounds === 3);
  });

  test('that writes rests while the store is behind, and other work goes on', async () => {
    const bytes = 100 * 1024 * 1024;
    backlog.add(bytes);
    const [writing, other] = [work(2, () => undefined, true), work(2)];
    expect(helpings.do(writing)).toBe(false);
    helpings.do(other);
    await until(() => other.done === 2 && waiting.length > 0);
    expect(writing.done).toBe(0);
    backlog.remove(bytes);
    for (const callback of waiting.splice(0)) callback();
    await until(() => writing.done === 2);
  });

  test('that fails is told of, and others do not suffer', async () => {
    const wrong = new Error('wrong');
    const other = work(2);
    helpings.add({
      writes: false,
      goOn: () => {
        throw wrong;
      },
    });
    helpings.add(other);
    await until(() => other.done === 2);
    expect(faults).toEqual([wrong]);
  });

  test('goes on no more once the broker stops', async () => {
    const long = work(5);
    helpings.do(long);
    helpings.stop();
    expect(helpings.do(long)).toBe(true);
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(long.done).toBe(1);
  });
});
