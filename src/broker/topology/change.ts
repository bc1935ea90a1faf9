/**
 * What may happen to the exchanges, queues and bindings of a vhost, as data. A client's declaration comes to it, and what the store has at a
 * start; an import of definitions is a list of it, and so will be what another node did. Who makes one has checked it: applying it cannot
 * be refused.
 */
import { decodeTable, encodeTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';
import type { BindingRecord, TopologyChange } from '../../store/stored-records.ts';
import type { QueueOptions } from '../queue/declared-queue.ts';
import type { BindingSpec } from '../routing/exchange/binding.ts';
import type { ExchangeDeclaration } from './create-exchange.ts';

interface InVhost {
  readonly vhost: string;
}

/** What bindings lead to: they go with it. */
interface Bound extends InVhost {
  readonly name: string;
  /** Names of the exchanges that stored bindings lead from to it, each once. */
  readonly boundFrom: readonly string[];
}

interface OfBinding extends InVhost {
  readonly binding: BindingSpec;
  /** True if the store has it: both its ends outlive the broker. */
  readonly durable: boolean;
}

/** A put is for a name that is free; a delete of what is not there does nothing. What is transient is told to no store. */
export type VhostChange =
  /** `logId`: number of the log of messages that it keeps for later, if the store has one of it. */
  | (InVhost & {
      readonly op: 'put-exchange';
      readonly exchange: ExchangeDeclaration;
      readonly logId?: number | undefined;
    })
  | (Bound & { readonly op: 'delete-exchange'; readonly durable: boolean })
  /** `id`: its number in the store, 0 if it is not stored. */
  | (InVhost & { readonly op: 'put-queue'; readonly queue: QueueOptions; readonly id: number })
  | (Bound & { readonly op: 'delete-queue'; readonly id: number })
  | (OfBinding & { readonly op: 'put-binding' })
  | (OfBinding & { readonly op: 'delete-binding' });

/** What may happen to vhosts, users and all that is kept by name: the store has all of it. */
export type NodeChange = Exclude<TopologyChange, { readonly op: VhostChange['op'] }>;

export type Change = VhostChange | NodeChange;

/** The change as the store keeps it; undefined if it is none of the store's. */
export function rowOf(change: Change): TopologyChange | undefined {
  switch (change.op) {
    case 'put-exchange': {
      const { op, vhost, logId } = change;
      const { name, type, durable, autoDelete, internal, arguments: args } = change.exchange;
      return durable
        ? { op, record: { vhost, name, type, autoDelete, internal, arguments: encodeTable(args), logId } }
        : undefined;
    }
    case 'delete-exchange': {
      const { op, vhost, name, boundFrom, durable } = change;
      return durable ? { op, vhost, name, boundFrom } : undefined;
    }
    case 'put-queue': {
      const { op, vhost, id, queue } = change;
      const { name, autoDelete, arguments: args } = queue;
      return id === 0 ? undefined : { op, record: { id, vhost, name, autoDelete, arguments: encodeTable(args) } };
    }
    case 'delete-queue':
      return change.id === 0 ? undefined : change;
    case 'put-binding':
    case 'delete-binding':
      return change.durable ? { op: change.op, record: bindingRow(change.vhost, change.binding) } : undefined;
    default:
      return change;
  }
}

function bindingRow(vhost: string, binding: BindingSpec): BindingRecord {
  const { source, destinationKind: destinationType, destination, routingKey, arguments: args } = binding;
  return { vhost, source, destinationType, destination, routingKey, arguments: encodeTable(args) };
}

/** A change that the store has, or had told by another. */
export function changeOf(row: Extract<TopologyChange, { readonly op: VhostChange['op'] }>): VhostChange;
export function changeOf(row: TopologyChange): Change;
export function changeOf(row: TopologyChange): Change {
  switch (row.op) {
    case 'put-exchange': {
      const { vhost, name, type, autoDelete, internal, arguments: args, logId } = row.record;
      const exchange = { name, type, durable: true, autoDelete, internal, arguments: table(args) };
      return { op: row.op, vhost, exchange, logId };
    }
    case 'delete-exchange':
      return { ...row, durable: true };
    case 'put-queue': {
      const { id, vhost, name, autoDelete, arguments: args } = row.record;
      const queue = { name, durable: true, autoDelete, owner: undefined, arguments: table(args) };
      return { op: row.op, vhost, queue, id };
    }
    case 'put-binding':
    case 'delete-binding': {
      const { vhost, source, destinationType: destinationKind, destination, routingKey, arguments: args } = row.record;
      const binding = { source, destinationKind, destination, routingKey, arguments: table(args) };
      return { op: row.op, vhost, binding, durable: true };
    }
    default:
      return row;
  }
}

/** Most have no arguments: very many queues share one empty table. */
function table(bytes: Uint8Array): FieldTable {
  if (bytes.length === 0) return EMPTY_TABLE;
  return decodeTable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}
