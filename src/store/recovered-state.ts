/**
 * What the store has, looked at before the broker takes it in. What belongs to nothing there would be left out, without a word and with all
 * its messages; and what makes no sense is damage too, no defect of the broker: the start is refused with the name of it.
 */
import type { BindingRecord, ExchangeRecord, QueueRecord, RecoveredState } from './stored-records.ts';
import { StoreError } from './store.ts';
import type { Steps } from '../util/steps.ts';

/** Throws StoreError if something is of a vhost that is not there, or messages are of a queue that is not. */
export function* checkReferences(state: RecoveredState): Steps {
  const vhosts = new Set(state.vhosts.map(({ name }) => name));
  const check = function* <Row extends { readonly vhost: string }>(
    rows: readonly Row[],
    describe: (row: Row) => string,
  ): Steps {
    for (const row of rows) {
      const { vhost } = row;
      if (!vhosts.has(vhost)) throw damaged(`${describe(row)} belongs to vhost '${vhost}', which is not there`);
      yield;
    }
  };
  yield* check(state.exchanges, ({ name }) => `exchange '${name}'`);
  yield* check(state.queues, ({ name }) => `queue '${name}'`);
  yield* check(state.bindings, ({ source, destination }) => `the binding '${source}' to '${destination}'`);
  yield* check(state.permissions, ({ user }) => `a permission of user '${user}'`);

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
export function* rowsByVhost(state: RecoveredState): Generator<void, (name: string) => VhostRows> {
  const exchanges = yield* byVhost(state.exchanges);
  const queues = yield* byVhost(state.queues);
  const bindings = yield* byVhost(state.bindings);
  const rowsOf = <Row>(rows: ReadonlyMap<string, Row[]>, name: string): readonly Row[] => rows.get(name) ?? [];
  return (name) => ({
    exchanges: rowsOf(exchanges, name),
    queues: rowsOf(queues, name),
    bindings: rowsOf(bindings, name),
  });
}

function* byVhost<Row extends { readonly vhost: string }>(rows: readonly Row[]): Generator<void, Map<string, Row[]>> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.vhost);
    if (group === undefined) groups.set(row.vhost, [row]);
    else group.push(row);
    yield;
  }
  return groups;
}

function damaged(problem: string, cause?: unknown): StoreError {
  return new StoreError(
    `The store is damaged: ${problem}. Nothing of it was removed. Restore the data folder from a backup; ` +
      '"leveret store check" may tell more.',
    { cause },
  );
}
