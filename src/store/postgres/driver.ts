/** pg, the package that speaks PostgreSQL's protocol: an optional dependency, loaded only if a database is the store. */
import type { Client } from 'pg';
import { StoreError } from '../store.ts';

/** What Node says of a package that is not there, to an import and to a require. */
const NOT_FOUND = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** Its class of sessions. Throws StoreError if it is not installed. */
export async function loadDriver(): Promise<typeof Client> {
  try {
    const { default: pg } = await import('pg');
    return pg.Client;
  } catch (error) {
    if (!NOT_FOUND.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new StoreError(
      'A store in PostgreSQL needs the package pg, which is not installed; "npm install --omit=optional" leaves it out. Install it beside Leveret: npm install pg.',
      { cause: error },
    );
  }
}
