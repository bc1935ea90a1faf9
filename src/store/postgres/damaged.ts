/** What is said of a row that is not as it was written. */
import { StoreError } from '../store.ts';

export const damagedIn =
  (place: string) =>
  (what: string, how = ''): StoreError =>
    new StoreError(
      `The database ${place} is damaged: ${[what, how].join(' ').trim()}. "leveret store check" tells what else is. ` +
        'Restore it from a backup, or purge or delete the queue to go on without its messages.',
    );
