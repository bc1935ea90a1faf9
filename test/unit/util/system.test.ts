import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/util/system.ts';
import { run } from '../../support/processes/run.ts';

describe('the clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('calls back once after its time, and not where it was cancelled', () => {
    const called = vi.fn();
    const cancelled = vi.fn();
    systemClock.after(100, called);
    systemClock.after(100, cancelled).cancel();
    vi.advanceTimersByTime(99);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(called).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });

  test('does not call back at once where the time is longer than a timer can keep', () => {
    const called = vi.fn();
    systemClock.after(315_360_000_000, called);
    vi.advanceTimersByTime(3_600_000);
    expect(called).not.toHaveBeenCalled();
  });

  test('calls back again and again until cancelled', () => {
    const called = vi.fn();
    const timer = systemClock.every(100, called);
    vi.advanceTimersByTime(350);
    timer.cancel();
    vi.advanceTimersByTime(350);
    expect(called).toHaveBeenCalledTimes(3);
  });

  test('gives the time of day', () => {
    vi.setSystemTime(1_700_000_000_123);
    expect(systemClock.now()).toBe(1_700_000_000_123);
  });
});

test('pending timers do not keep the process alive', async () => {
  const clock = fileURLToPath(new URL('../../../src/util/system.ts', import.meta.url));
  const script = `const { systemClock } = await import(${JSON.stringify(clock)});
    systemClock.after(60_000, () => undefined);
    systemClock.every(60_000, () => undefined);`;
  const { code, stderr } = await run(process.execPath, ['--input-type=module', '-e', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
