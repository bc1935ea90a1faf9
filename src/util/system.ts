/** The one place where the system is asked for the time, and for chance: all else is given a Clock and a Chance. */
import type { Chance } from './chance.ts';
import { byOneClock, type Clock } from './clock.ts';

/** Longest delay that Node's timers keep; longer ones would fire at once. */
const LONGEST_MS = 0x7fffffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_MS));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, callback) {
    const timer = setInterval(callback, ms, 1);
    timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
  soon: (callback) => void setImmediate(callback),
};

export const systemClocks = byOneClock(systemClock);

export const systemChance: Chance = {
  below: (limit) => Math.floor(Math.random() * limit),
  // Loaded when it is first used: it is half of what a command would load.
  bytes: (count) => process.getBuiltinModule('node:crypto').randomBytes(count),
};

/** Settles as the promise does; until then the process stays alive for it, whatever else would let it end. */
export async function keepingProcess<Value>(promise: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => undefined, LONGEST_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

/** Resolves after `ms` milliseconds; the process stays alive for it. For programs that wait for others. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
