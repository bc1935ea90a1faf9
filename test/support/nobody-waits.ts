/** For reads of what is in memory. */
import type { LogWaiter } from '../../src/broker/log/log-waiter.ts';

export const NOBODY_WAITS: LogWaiter = {
  loaded: () => {
    throw new Error('nothing was to come later');
  },
  unreadable: (reason) => {
    throw reason;
  },
};
