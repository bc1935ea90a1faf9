/** What the store has of a vhost becomes its exchanges, queues and bindings again. */
import type { RecoveredLog } from '../../store/stored-records.ts';
import { recoverEntity, type VhostRows } from '../../store/recovered-state.ts';
import type { Steps } from '../../util/steps.ts';
import { changeOf } from './change.ts';
import type { VhostEntities } from './vhost-entities.ts';
import type { VhostNode } from './vhost-node.ts';

/**
 * `entities`: none but what is predeclared. A binding that lacks one of its ends is removed, and told: it would come back when somebody
 * declares another exchange or queue of that name. Throws StoreError if something makes no sense.
 */
export function* recoverVhost(
  entities: VhostEntities,
  { exchanges, queues, bindings }: VhostRows,
  node: Pick<VhostNode, 'removeDangling'>,
): Steps {
  for (const record of exchanges) {
    recoverEntity(`exchange '${record.name}' in vhost '${entities.vhost}'`, () => {
      entities.apply(changeOf({ op: 'put-exchange', record }));
    });
    yield;
  }
  for (const record of queues) {
    recoverEntity(`queue '${record.name}' in vhost '${entities.vhost}'`, () => {
      entities.apply(changeOf({ op: 'put-queue', record }));
    });
    yield;
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
    yield;
  }
}

/** Numbers of the logs that exchanges and queues have. */
export function logsOf({ exchanges, queues }: VhostRows): number[] {
  return [...exchanges.flatMap(({ logId }) => logId ?? []), ...queues.map(({ id }) => id)];
}

/** What the store has of the logs becomes messages again. What was deleted meanwhile, as it expired, needs none. */
export function* recoverLogs(
  entities: VhostEntities,
  { exchanges, queues }: VhostRows,
  logs: ReadonlyMap<number, RecoveredLog>,
): Steps {
  for (const { name, logId } of exchanges) {
    if (logId === undefined) continue;
    recoverEntity(`exchange '${name}' in vhost '${entities.vhost}'`, () => {
      entities.exchange(name)?.delayed?.recover(logs.get(logId)!.pages);
    });
    yield;
  }
  for (const { name, id } of queues) {
    recoverEntity(`queue '${name}' in vhost '${entities.vhost}'`, () => entities.queue(name)?.recover(logs.get(id)!));
    yield;
  }
}
