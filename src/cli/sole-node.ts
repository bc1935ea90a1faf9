/** A store in a database as commands use it that nobody may use beside them. */
import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { StoreError } from '../store/store.ts';

/** How long a database may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** `name`: what nodes that would use it meanwhile are told. `advice`: what else there is to do. Throws StoreError if a node uses it already. */
export async function openAlone(
  url: string,
  name: string,
  key: Uint8Array | undefined,
  advice = 'stop all nodes first',
): Promise<PostgresStore> {
  const impatience = new AbortController();
  let user: string | undefined;
  const onWaiting = (active: string): void => {
    user = active;
    impatience.abort();
  };
  const options = { url, name, key: key && (() => key), startMs: ANSWER_MS, signal: impatience.signal, onWaiting };
  return PostgresStore.open(options).catch((error: unknown) => {
    if (user === undefined) throw error;
    throw new StoreError(`The node ${user} uses the database: ${advice}.`);
  });
}
