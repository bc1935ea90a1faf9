/** What the store has of a vhost becomes its exchanges, queues and bindings again. */
import { decodeTable } from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { BindingRecord, RecoveredPage } from '../../store/stored-records.ts';
import { recoverEntity, type VhostRows } from '../../store/recovered-state.ts';
import type { DeclaredQueue, QueueOptions } from '../queue/declared-queue.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { createExchange, type ExchangeHost } from './create-exchange.ts';

/** The vhost, which is empty but for what is predeclared. */
export interface RecoveringVhost {
  readonly name: string;
  readonly host: ExchangeHost;
  exchange(name: string): Exchange | undefined;
  queue(name: string): DeclaredQueue | undefined;
  addExchange(exchange: Exchange): void;
  addQueue(options: QueueOptions, id: number): DeclaredQueue;
  /** Removes a binding that lacks one of its ends: it would come back when somebody declares another exchange or queue of that name. */
  readonly dangling: (binding: BindingRecord) => void;
}

/** Throws StoreError if something makes no sense. */
export function recoverVhost(
  { exchanges, queues, bindings }: VhostRows,
  pagesOf: (queueId: number) => readonly RecoveredPage[],
  vhost: RecoveringVhost,
): void {
  for (const record of exchanges) {
    recoverEntity(`exchange '${record.name}' in vhost '${vhost.name}'`, () => {
      const declaration = { ...record, durable: true, arguments: table(record.arguments) };
      const exchange = createExchange(declaration, vhost.host, record.logId);
      vhost.addExchange(exchange);
      if (record.logId !== undefined) exchange.delayed?.recover(pagesOf(record.logId));
    });
  }
  for (const record of queues) {
    recoverEntity(`queue '${record.name}' in vhost '${vhost.name}'`, () => {
      const options = { ...record, durable: true, owner: undefined, arguments: table(record.arguments) };
      const queue = vhost.addQueue(options, record.id);
      queue.recover(pagesOf(record.id), record.delivered, record.deliveredByPriority);
    });
  }
  for (const record of bindings) {
    const source = vhost.exchange(record.source);
    const { destination: name } = record;
    const destination = record.destinationType === 'queue' ? vhost.queue(name) : vhost.exchange(name);
    if (source === undefined || destination === undefined) {
      vhost.dangling(record);
      continue;
    }
    recoverEntity(`the binding '${record.source}' to '${name}' in vhost '${vhost.name}'`, () => {
      source.bind({ source, destination, routingKey: record.routingKey, arguments: table(record.arguments) });
    });
  }
}

function table(bytes: Uint8Array): FieldTable {
  return decodeTable(Buffer.from(bytes), 0, bytes.length);
}
