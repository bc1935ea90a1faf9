/** What the store has becomes vhosts, users and all that is in them again: each row by the change that once made it. */
import type { RecoveredState } from '../../store/stored-records.ts';
import { checkReferences, pagesByLog, recoverEntity, rowsByVhost } from '../../store/recovered-state.ts';
import type { Change } from './change.ts';
import type { Vhost } from './vhost.ts';

/** The node, which is empty. */
export interface RecoveringNode {
  readonly vhosts: readonly Vhost[];
  apply(change: Change): void;
}

/** Throws StoreError if something makes no sense. */
export function recoverNode(node: RecoveringNode, state: RecoveredState): void {
  checkReferences(state);
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
  const pagesOf = pagesByLog(state);
  const rowsOf = rowsByVhost(state);
  for (const vhost of node.vhosts) {
    vhost.policies.finish();
    vhost.recover(rowsOf(vhost.name), pagesOf);
  }
}

/** Resolves when queues know what they have to know before they take messages: what a store that answers later was asked for. */
export async function whenLoaded({ loads }: { readonly loads: Set<Promise<void>> }): Promise<void> {
  for (const load of loads) await load.then(() => loads.delete(load));
}
