/** When things are done: what all of a node goes by. */
import type { Clock } from '../../util/clock.ts';
import type { TimeSlices } from './time-slices.ts';
import type { Timers } from './timers.ts';

export interface Scheduling {
  /** By which messages age. */
  readonly timers: Timers;
  /** By which turns of the event loop are asked for, and work is measured. */
  readonly clock: Clock;
  readonly timeSlices: TimeSlices;
}
