/** Who waits for what a log has to read first. */

/**
 * Whoever asked a log for what is not here yet, and hears of it later. So does the log's owner of what nobody asked for: to put messages out
 * of memory it has to read others.
 */
export interface LogWaiter {
  /** What was on its way is in memory, and stays there for a while: see HeldForWaiters. */
  loaded(): void;
  /** It cannot be read. `isLacking`: what a look at many messages was to find is not known now. */
  unreadable(reason: Error, isLacking?: boolean): void;
}
