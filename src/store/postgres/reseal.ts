/** A store that is sealed for the first time, or no more, by its only node: in one transaction, whole or not at all. */
import { FIRST_KEY, newDataKey, openDataKeys, sealBy } from '../sealing/data-keys.ts';
import type { Seal } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';
import type { Membership } from './membership.ts';
import type { PrimaryLink } from './primary-link.ts';
import { SEALED_TABLES } from './resealed-columns.ts';
import { Resealing } from './resealing.ts';
import { forgetKeys, putKey } from './sealing-table.ts';

/** Above all numbers of keys. */
const ALL_KEYS = 0x1_0000;

export interface ResealParts {
  readonly link: PrimaryLink;
  readonly membership: Membership;
  /** Of the database, for errors. */
  readonly place: string;
}

/**
 * `master`: undefined if it is not to be sealed. Throws StoreError if a row cannot be opened, and what the database says: nothing is changed then. Returns
 * why the tables could not be written anew behind that, if they could not: it is done all the same.
 */
export async function resealDatabase(
  { link, membership, place }: ResealParts,
  from: Seal,
  master: Uint8Array | undefined,
): Promise<string | undefined> {
  // Not watched: all of it may take as long as it takes. The other session beats meanwhile.
  const session = await link.read((reader) => Promise.resolve(reader));
  const keys = master === undefined ? [] : [newDataKey(FIRST_KEY, master)];
  const rows = new Resealing(from, sealBy(openDataKeys(keys, master, place)));
  await session.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
  try {
    await session.run([forgetKeys(ALL_KEYS), ...keys.map(putKey)]);
    for (let portion = await rows.next(session); portion !== undefined; portion = await rows.next(session)) {
      const [damaged] = portion.damaged;
      if (damaged !== undefined)
        throw new StoreError(`${place}: ${damaged} cannot be opened. "leveret store check" tells what is damaged.`);
      await session.run(portion.statements);
    }
    await session.run([membership.hold(), { text: 'COMMIT' }]);
  } catch (error) {
    // Fails as well if the session has ended.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  // What was there before is in no file of a table then.
  try {
    for (const table of [...SEALED_TABLES, 'sealing']) await session.query(`VACUUM FULL ${table}`);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
