/** A store that is sealed with another key, or no more, or for the first time, while no broker runs on it. */
import { refuseSealed, sealBy } from '../sealing/data-keys.ts';
import { StoreError } from '../store.ts';
import { changeStore } from './copies.ts';
import { databasePath } from './database-file.ts';
import { addDataKey, readDataKeys, readSealedKeys } from './sealing-table.ts';
import { reseal } from './resealing.ts';

/**
 * `from`: the master key that the store is sealed with, undefined for none; `to` likewise. Throws StoreError if a broker runs on the folder, if
 * `from` is not the key, or if a row cannot be opened; the store is as it was then.
 */
export function resealStore(folder: string, from: Uint8Array | undefined, to: Uint8Array | undefined): void {
  changeStore(folder, 'Stop it first: a file in use cannot be sealed.', (database) => {
    if (from === undefined) refuseSealed(readSealedKeys(database), databasePath(folder));
    const opening = sealBy(readDataKeys(database, from));
    database.exec('DELETE FROM sealing');
    if (to !== undefined) addDataKey(database, to);
    for (const { place, bytes } of reseal(database, opening, sealBy(readDataKeys(database, to)))) {
      if (bytes === undefined) {
        const what = place.slice(0, 2).join(' ');
        throw new StoreError(
          `${databasePath(folder)}: ${what} cannot be opened. "leveret store check" tells what is damaged.`,
        );
      }
    }
  });
}
