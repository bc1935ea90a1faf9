/** Time as the broker sees it, so that a test can hold it in its hand. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch: for moments that are stored or told to others. Whoever sets the system's time makes it jump. */
  now(): number;
  /** Milliseconds since some moment, which pass evenly, whatever the system's time is set to: for how long something takes. */
  elapsed(): number;
  /** Calls back once, after at least `ms` milliseconds. A pending timer does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls back every `ms` milliseconds until cancelled. Does not keep the process alive either. */
  every(ms: number, callback: () => void): Timer;
}

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
    const timer = setInterval(callback, ms);
    timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
};
