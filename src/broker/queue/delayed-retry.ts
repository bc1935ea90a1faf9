/**
 * How long a message that came back waits before it goes out again. The arguments and their meaning are RabbitMQ's of 4.3 (Quorum
 * Queues, "Delayed Retry"), where the delay grows by the same amount each time; the multiplier, by which it grows
 * exponentially, is LavinMQ's (Automatic Retries). Beyond RabbitMQ all of it is for classic queues too.
 */
import { LONGEST_MS } from '../arguments/queue-arguments.ts';

/**
 * How a message came back: its consumer failed at it (basic.reject, or the end of the channel), or only gave it back
 * (basic.nack, basic.recover).
 */
export type RequeueCause = 'failed' | 'returned';

export interface DelayedRetry {
  /** What is delayed. */
  readonly type: RequeueCause | 'all';
  /** The first delay and the longest, in milliseconds. */
  readonly min: number;
  readonly max: number;
  /** Each delay is the one before it times this; undefined: longer than it by `min`. */
  readonly multiplier: number | undefined;
}

/** If it is not said, in milliseconds. */
const DEFAULT_MIN = 1000;

/** What a queue asks for, by the names of its arguments without their prefix; undefined if it asks for no delay. */
export function delayedRetry(asked: {
  readonly type: string | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly multiplier: number | undefined;
}): DelayedRetry | undefined {
  const { type, min = DEFAULT_MIN, multiplier } = asked;
  if (type !== 'all' && type !== 'failed' && type !== 'returned') return undefined;
  // RabbitMQ's default makes all delays the same; who asks for exponential ones wants them to grow.
  const { max = multiplier === undefined ? min : LONGEST_MS } = asked;
  return { type, min, max, multiplier };
}

/** Milliseconds that a message waits which comes back for the `count`-th time. */
export function retryDelay(retry: DelayedRetry | undefined, how: RequeueCause, count: number): number {
  if (retry === undefined || (retry.type !== 'all' && retry.type !== how)) return 0;
  const { min, max, multiplier } = retry;
  // Powers end as Infinity, and no time at all times that is no number.
  const factor = multiplier === undefined ? count : Math.min(multiplier ** (count - 1), Number.MAX_VALUE);
  return Math.trunc(Math.min(max, min * factor));
}
