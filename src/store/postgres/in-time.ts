/** How long somebody waits for a database that cannot be used. */
import { StoreError } from '../store.ts';
import type { PrimaryLink } from './primary-link.ts';

/** Rejects with a StoreError if `first` takes longer than `ms` milliseconds. `reason`: why there is nothing yet. */
export function inTime<Value>(
  link: PrimaryLink,
  first: Promise<Value>,
  ms: number,
  reason: () => string,
): Promise<Value> {
  const late = link.pause(ms).then(() => {
    throw new StoreError(`The database cannot be reached: ${reason()}.`);
  });
  return Promise.race([first, late]);
}
