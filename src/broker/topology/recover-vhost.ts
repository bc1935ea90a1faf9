/** What the store has of a vhost becomes its exchanges, queues and bindings again. */
import type { RecoveredPage } from '../../store/stored-records.ts';
import { recoverEntity, type VhostRows } from '../../store/recovered-state.ts';
import { changeOf } from './change.ts';
import type { VhostEntities } from './vhost-entities.ts';
import type { VhostNode } from './vhost-node.ts';

/**
 * `entities`: none but what is predeclared. A binding that lacks one of its ends is removed, and told: it would come back when somebody
 * declares another exchange or queue of that name. Throws StoreError if something makes no sense.
 */
export function recoverVhost(
  entities: VhostEntities,
  { exchanges, queues, bindings }: VhostRows,
  pagesOf: (queueId: number) => readonly RecoveredPage[],
  node: Pick<VhostNode, 'removeDangling'>,
): void {
  for (const record of exchanges) {
    recoverEntity(`exchange '${record.name}' in vhost '${entities.vhost}'`, () => {
      entities.apply(changeOf({ op: 'put-exchange', record }));
      if (record.logId !== undefined) entities.exchange(record.name)!.delayed?.recover(pagesOf(record.logId));
    });
  }
  for (const record of queues) {
    recoverEntity(`queue '${record.name}' in vhost '${entities.vhost}'`, () => {
      entities.apply(changeOf({ op: 'put-queue', record }));
      entities.queue(record.name)!.recover(pagesOf(record.id), record.delivered, record.deliveredByPriority);
    });
  }
  for (const record of bindings) {
    const { source, destination, destinationType } = record;
    const end = destinationType === 'queue' ? entities.queue(destination) : entities.exchange(destination);
    if (entities.exchange(source) === undefined || end === undefined) {
      node.removeDangling(record);
      continue;
    }
    recoverEntity(`the binding '${source}' to '${destination}' in vhost '${entities.vhost}'`, () => {
      entities.apply(changeOf({ op: 'put-binding', record }));
    });
  }
}
