/** Steps as one task in the time slices of a node: what comes of them, and what they throw, is told when the last is done. */
import type { Steps } from '../../util/steps.ts';
import type { TimeSlices } from './time-slices.ts';

/** For steps whose changes the store has to write. What fits into this turn is done before it returns. Rejects too if the broker stops first. */
export function doInSlices<Result>(steps: Steps<Result>, timeSlices: TimeSlices): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  timeSlices.do({
    writes: true,
    step() {
      try {
        const { done, value } = steps.next();
        if (done !== true) return true;
        resolve(value);
      } catch (error) {
        reject(error);
      }
      return false;
    },
    stop() {
      reject(new Error('the broker stopped before it was done'));
    },
  });
  return promise;
}
