/** What ties an exchange to the queues and exchanges behind it (AMQP 0-9-1 section 3.1.4; RabbitMQ: Exchange to Exchange Bindings). */
import { encodeTable } from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { Exchange } from './exchange.ts';
import type { Queue } from '../queue/queue.ts';

/** What a binding may lead to. */
export interface Destination {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  readonly durable: boolean;
  /** The bindings that lead here. */
  readonly incoming: Set<Binding>;
}

export interface Binding {
  readonly source: Exchange;
  readonly destination: Queue | Exchange;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/** Two bindings of one exchange are the same where this is: destination, routing key and arguments. */
export function bindingIdentity(binding: Omit<Binding, 'source'>): string {
  const { destination, routingKey } = binding;
  const identity = `${destination.kind} ${destination.name.length} ${destination.name} ${routingKey.length} ${routingKey}`;
  return binding.arguments.size === 0 ? identity : `${identity} ${encodeTable(binding.arguments).toString('latin1')}`;
}

/** A binding outlives the broker where both its ends do. */
export function isDurable(binding: Binding): boolean {
  return binding.source.durable && binding.destination.durable;
}
