/** Time as the broker sees it, so that a test can hold it in its hand. The system's own is in system.ts. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** True: nobody sets its time, so that what is far away need not be looked for. */
  readonly steady?: boolean;
  /** Milliseconds since the epoch: for moments that are stored or told to others. Whoever sets the system's time makes it jump. */
  now(): number;
  /** Milliseconds since some moment, which pass evenly, whatever the system's time is set to: for how long something takes. */
  elapsed(): number;
  /** Calls back once, after at least `ms` milliseconds. A pending timer does not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /**
   * Calls back every `ms` milliseconds until cancelled. Does not keep the process alive either. `times`: how many periods have passed since
   * the last call; more than one on a clock that a test moves.
   */
  every(ms: number, callback: (times: number) => void): Timer;
  /** Calls back once, when all events that wait now were heard: at the end of this turn of the event loop. Keeps the process alive. */
  soon(callback: () => void): void;
}

/**
 * The two times that a broker goes by. They are one in production. A test may let days pass for the messages while its clients stay
 * connected.
 */
export interface Clocks {
  /** By which messages age: TTL, delays, retries, expiry, deduplication windows, ages of streams, timeouts of deliveries. */
  readonly messages: Clock;
  /** By which clients live, and the broker's own work is measured: heartbeats, handshakes, logins, time slices, batches. */
  readonly connections: Clock;
}

/** Both times by one clock. */
export function byOneClock(clock: Clock): Clocks {
  return { messages: clock, connections: clock };
}
