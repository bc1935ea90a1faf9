/**
 * What the store has becomes vhosts, users and all that is in them again: each row by the change that once made it. Then their logs are loaded,
 * which the store may answer later.
 */
import { ask } from '../../store/ask.ts';
import type { RecoveredLog, RecoveredState } from '../../store/stored-records.ts';
import { checkReferences, recoverEntity, rowsByVhost, type VhostRows } from '../../store/recovered-state.ts';
import { type Store, StoreError } from '../../store/store.ts';
import { atOnce, type Steps } from '../../util/steps.ts';
import type { Change } from './change.ts';
import { logsOf } from './recover-vhost.ts';
import type { Vhost } from './vhost.ts';

/** The node, which is empty. */
export interface RecoveringNode {
  readonly vhosts: readonly Vhost[];
  readonly store: Store;
  /** What has to be read before clients come. */
  readonly loads: Set<Promise<void>>;
  apply(change: Change): void;
}

/** `loaded`: called when all logs are. Throws StoreError if something makes no sense; of what is loaded later, `whenLoaded` does. */
export function* recoverNode(node: RecoveringNode, state: RecoveredState, loaded: () => void): Steps {
  yield* checkReferences(state);
  for (const record of state.vhosts) {
    recoverEntity(`vhost '${record.name}'`, () => node.apply({ op: 'put-vhost', record }));
  }
  for (const record of state.users) {
    recoverEntity(`user '${record.name}'`, () => node.apply({ op: 'put-user', record }));
  }
  for (const record of state.permissions) {
    recoverEntity(`a permission of user '${record.user}'`, () => node.apply({ op: 'put-permission', record }));
  }
  for (const record of state.parameters) {
    recoverEntity(`parameter '${record.name}' of ${record.component}`, () => {
      node.apply({ op: 'put-parameter', record });
    });
  }
  const rowsOf = yield* rowsByVhost(state);
  const { vhosts } = node;
  let left = vhosts.length;
  for (const vhost of vhosts) {
    const rows = rowsOf(vhost.name);
    vhost.policies.finish();
    yield* vhost.recover(rows);
    yield* loadLogs(node, vhost, rows, () => {
      if (--left === 0) loaded();
    });
  }
  // There is none to be loaded.
  if (vhosts.length === 0) loaded();
}

/** In these steps, if the store answers in the same call. */
function* loadLogs({ store, loads }: RecoveringNode, vhost: Vhost, rows: VhostRows, loaded: () => void): Steps {
  const later = Promise.withResolvers<void>();
  const recover = function* (logs: ReadonlyMap<number, RecoveredLog>): Steps {
    yield* vhost.recoverLogs(rows, logs);
    loaded();
  };
  const logs = ask<ReadonlyMap<number, RecoveredLog>>(
    (answer) => store.load(logsOf(rows), answer),
    (answer) => {
      try {
        if (answer instanceof StoreError) throw answer;
        atOnce(recover(answer));
        later.resolve();
      } catch (error) {
        later.reject(error);
      }
    },
  );
  if (logs === undefined) loads.add(later.promise);
  else yield* recover(logs);
}

/** Resolves when queues know what they have to know before they take messages: what a store that answers later was asked for. */
export async function whenLoaded({ loads }: { readonly loads: Set<Promise<void>> }): Promise<void> {
  // What is read may ask for more.
  while (loads.size > 0) {
    const asked = [...loads];
    await Promise.all(asked);
    for (const load of asked) loads.delete(load);
  }
}
