import { describe, expect, test, vi } from 'vitest';
import { Alarms } from '../../../../src/broker/flow/alarms.ts';
import { type Evictable, MemoryBudget } from '../../../../src/broker/log/memory-budget.ts';
import { Scratch } from '../../../../src/store/scratch.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import type { Clock } from '../../../../src/util/clock.ts';
import { systemClock } from '../../../../src/util/system.ts';

const MiB = 1024 * 1024;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function memoryOf(
  budget: number,
  withScratch = true,
  clock: Clock = systemClock,
): { memory: MemoryBudget; alarms: Alarms; scratch: Scratch | undefined } {
  const alarms = new Alarms();
  const scratch = withScratch ? new Scratch(temporaryFolder()) : undefined;
  return { memory: new MemoryBudget({ budget, scratch, alarms, clock }), alarms, scratch };
}

/** One that has nothing to give, and notes where it could have put it. */
function holder(): { asked: (Scratch | undefined)[] } & Evictable {
  const asked: (Scratch | undefined)[] = [];
  return {
    asked,
    evict(scratch) {
      asked.push(scratch);
      return true;
    },
  };
}

describe('memory', () => {
  test('is asked for from half the budget on, and the scratch file is offered past all of it', async () => {
    const { memory, scratch } = memoryOf(8 * MiB);
    const one = holder();
    memory.grew(3 * MiB, one);
    await nextTurn();
    expect(one.asked).toEqual([]);
    memory.grew(2 * MiB, one);
    await nextTurn();
    expect(one.asked).toEqual([undefined]);
    memory.grew(4 * MiB, one);
    await nextTurn();
    expect(one.asked).toEqual([undefined, scratch]);
  });

  test('is asked of the others where one fails, which is told', async () => {
    const faults: unknown[] = [];
    const fault = (error: unknown): void => void faults.push(error);
    const memory = new MemoryBudget({
      budget: 8 * MiB,
      scratch: undefined,
      alarms: new Alarms(),
      clock: systemClock,
      fault,
    });
    const error = new Error('a defect');
    memory.grew(3 * MiB, {
      evict() {
        throw error;
      },
    });
    const other = holder();
    memory.grew(3 * MiB, other);
    await nextTurn();
    expect(faults).toEqual([error]);
    expect(other.asked).toEqual([undefined]);
  });

  test('stops publishers where nobody gives any, until the budget is kept again', async () => {
    const { memory, alarms } = memoryOf(8 * MiB);
    memory.grew(9 * MiB, holder());
    await nextTurn();
    expect(alarms.alarm).toBeUndefined();
    memory.grew(2 * MiB, holder());
    await nextTurn();
    expect(alarms.alarm).toBe('low on memory');
    memory.shrank(2 * MiB);
    expect(alarms.alarm).toBe('low on memory');
    memory.shrank(1 * MiB);
    expect(alarms.alarm).toBeUndefined();
  });

  test('counts what cannot go out of it, and has it back', async () => {
    const { memory, alarms } = memoryOf(8 * MiB);
    const one = holder();
    memory.grew(1 * MiB, one);
    memory.changed(11 * MiB);
    await nextTurn();
    expect(memory.bytes).toBe(12 * MiB);
    expect(one.asked).toHaveLength(1);
    expect(alarms.alarm).toBe('low on memory');
    memory.changed(-11 * MiB);
    expect(memory.bytes).toBe(1 * MiB);
    expect(alarms.alarm).toBeUndefined();
  });

  test('is asked for again by itself while publishers are stopped: what nobody could give then may be had later', async () => {
    const { memory, alarms } = memoryOf(8 * MiB);
    const cleared = new Promise<void>((resolve) => alarms.onCleared(resolve));
    let asked = 0;
    const late: Evictable = {
      evict() {
        if (++asked === 3) memory.shrank(11 * MiB);
        return true;
      },
    };
    memory.grew(11 * MiB, late);
    await nextTurn();
    expect(alarms.alarm).toBe('low on memory');
    await cleared;
    expect(asked).toBe(3);
  });

  test('is asked for again once at a time, however often the budget is set meanwhile', async () => {
    const clock = new HandClock();
    const { memory, alarms } = memoryOf(8 * MiB, false, clock);
    memory.grew(11 * MiB, holder());
    await nextTurn();
    for (const budget of [7, 6, 5]) memory.budget = budget * MiB;
    expect([alarms.alarm, clock.timers]).toEqual(['low on memory', 1]);
  });

  test('is no longer asked of who is gone', async () => {
    const { memory } = memoryOf(8 * MiB);
    const [gone, there] = [holder(), holder()];
    memory.grew(5 * MiB, gone);
    memory.grew(5 * MiB, there);
    memory.forget(gone);
    await nextTurn();
    expect([gone.asked.length, there.asked.length]).toEqual([0, 1]);
  });

  test('goes on without the scratch file where that cannot be written', async () => {
    const { memory, alarms, scratch } = memoryOf(8 * MiB);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const failing = { evict: vi.fn().mockThrow(full) };
    const other = holder();
    memory.grew(6 * MiB, failing);
    memory.grew(6 * MiB, other);
    await nextTurn();
    expect(failing.evict).toHaveBeenCalledWith(scratch);
    expect(other.asked).toEqual([undefined]);
    expect(alarms.alarm).toBe('low on memory');
  });
});
