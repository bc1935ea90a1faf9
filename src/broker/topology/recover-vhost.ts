/** What the store has of a vhost becomes its exchanges, queues and bindings again. */
import type { BindingRecord, RecoveredPage } from '../../store/stored-records.ts';
import { recoverEntity, type VhostRows } from '../../store/recovered-state.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { changeOf, type VhostChange } from './change.ts';

/** The vhost, which is empty but for what is predeclared. */
export interface RecoveringVhost {
  readonly name: string;
  exchange(name: string): Exchange | undefined;
  queue(name: string): DeclaredQueue | undefined;
  apply(change: VhostChange): void;
}

/**
 * `dangling`: told of a binding that lacks one of its ends, to remove it: it would come back when somebody declares another exchange or
 * queue of that name. Throws StoreError if something makes no sense.
 */
export function recoverVhost(
  vhost: RecoveringVhost,
  { exchanges, queues, bindings }: VhostRows,
  pagesOf: (queueId: number) => readonly RecoveredPage[],
  dangling: (binding: BindingRecord) => void,
): void {
  for (const record of exchanges) {
    recoverEntity(`exchange '${record.name}' in vhost '${vhost.name}'`, () => {
      vhost.apply(changeOf({ op: 'put-exchange', record }));
      if (record.logId !== undefined) vhost.exchange(record.name)!.delayed?.recover(pagesOf(record.logId));
    });
  }
  for (const record of queues) {
    recoverEntity(`queue '${record.name}' in vhost '${vhost.name}'`, () => {
      vhost.apply(changeOf({ op: 'put-queue', record }));
      vhost.queue(record.name)!.recover(pagesOf(record.id), record.delivered, record.deliveredByPriority);
    });
  }
  for (const record of bindings) {
    const { source, destination, destinationType } = record;
    const end = destinationType === 'queue' ? vhost.queue(destination) : vhost.exchange(destination);
    if (vhost.exchange(source) === undefined || end === undefined) {
      dangling(record);
      continue;
    }
    recoverEntity(`the binding '${source}' to '${destination}' in vhost '${vhost.name}'`, () => {
      vhost.apply(changeOf({ op: 'put-binding', record }));
    });
  }
}
