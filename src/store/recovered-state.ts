/**
 * What the store has, looked at before the broker takes it in. What belongs to nothing there would be left out, without a word and with all
 * its messages; and what makes no sense is damage too, no defect of the broker: the start is refused with the name of it.
 */
import type { BindingRecord, ExchangeRecord, QueueRecord, RecoveredState } from './stored-records.ts';
import { StoreError } from './store.ts';

/** Throws StoreError if something is of a vhost that is not there, or messages are of a queue that is not. */
export function checkReferences(state: RecoveredState): void {
  const vhosts = new Set(state.vhosts.map(({ name }) => name));
  const check = (what: string, vhost: string): void => {
    if (!vhosts.has(vhost)) throw damaged(`${what} belongs to vhost '${vhost}', which is not there`);
  };
  for (const { name, vhost } of state.exchanges) check(`exchange '${name}'`, vhost);
  for (const { name, vhost } of state.queues) check(`queue '${name}'`, vhost);
  for (const { source, destination, vhost } of state.bindings)
    check(`the binding '${source}' to '${destination}'`, vhost);
  for (const { user, vhost } of state.permissions) check(`a permission of user '${user}'`, vhost);

  const logs = new Set<number | undefined>(state.queues.map(({ id }) => id));
  for (const { logId } of state.exchanges) logs.add(logId);
  const stray = state.logs.find((id) => !logs.has(id));
  if (stray !== undefined) throw damaged(`messages belong to queue ${stray}, which is not there`);
}

/** Takes in something that the store has. Throws StoreError if it makes no sense. */
export function recoverEntity(what: string, take: () => void): void {
  try {
    take();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw damaged(`${what} makes no sense: ${(error as Error).message}`, error);
  }
}

/** What the store has of one vhost. */
export interface VhostRows {
  readonly exchanges: readonly ExchangeRecord[];
  readonly queues: readonly QueueRecord[];
  readonly bindings: readonly BindingRecord[];
}

/** The rows of each vhost, by its name: all are looked at once, however many vhosts there are. */
export function rowsByVhost(state: RecoveredState): (name: string) => VhostRows {
  const vhostOf = ({ vhost }: { readonly vhost: string }): string => vhost;
  const exchanges = lookup(state.exchanges, vhostOf);
  const queues = lookup(state.queues, vhostOf);
  const bindings = lookup(state.bindings, vhostOf);
  return (name) => ({ exchanges: exchanges(name), queues: queues(name), bindings: bindings(name) });
}

function lookup<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): (key: Key) => readonly Row[] {
  const groups = Map.groupBy(rows, keyOf);
  return (key) => groups.get(key) ?? [];
}

function damaged(problem: string, cause?: unknown): StoreError {
  return new StoreError(
    `The store is damaged: ${problem}. Nothing of it was removed. Restore the data folder from a backup; ` +
      '"leveret store check" may tell more.',
    { cause },
  );
}
