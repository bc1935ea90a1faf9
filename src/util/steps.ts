/** Long work as a generator of small steps: done at once, or a slice of time a turn of the event loop, so that others have their turns between. */
import type { Clock } from './clock.ts';

export type Steps<Result = void> = Generator<void, Result>;

/** Of a turn, in milliseconds: who has to say ten times a second that it lives comes to that. */
const SLICE_MS = 50;

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Rejects with what a step throws. */
export async function inSlices(steps: Steps, clock: Pick<Clock, 'elapsed' | 'soon'>): Promise<void> {
  let begun = clock.elapsed();
  while (steps.next().done !== true) {
    if (clock.elapsed() - begun < SLICE_MS) continue;
    await new Promise<void>((resolve) => clock.soon(resolve));
    begun = clock.elapsed();
  }
}
