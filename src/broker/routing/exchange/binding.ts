/** What ties an exchange to the queues and exchanges behind it (AMQP 0-9-1 section 3.1.4; RabbitMQ: Exchange to Exchange Bindings). */
import { encodeTable } from '../../../codec/field-table.ts';
import type { FieldTable } from '../../../protocol/field-table.ts';
import type { MessageTarget } from '../../message/message-target.ts';
import type { History } from './history.ts';

interface Bindable {
  readonly name: string;
  readonly durable: boolean;
  /** What it was declared with. */
  readonly arguments: FieldTable;
  /** The bindings that lead here. */
  readonly incoming: Set<Binding>;
}

export interface QueueDestination extends Bindable, MessageTarget {
  readonly kind: 'queue';
}

export interface ExchangeDestination extends Bindable {
  readonly kind: 'exchange';
}

/** What a binding may lead to. */
export type Destination = QueueDestination | ExchangeDestination;

/** The exchange that a binding belongs to. */
export interface BindingSource {
  readonly name: string;
  readonly durable: boolean;
  /** What it keeps for bindings to come; undefined in most types. */
  readonly history: History | undefined;
  /** Throws AmqpError if the type cannot make sense of the binding. */
  validateBinding(binding: BindingIdentity): void;
  /** Returns false if an equal binding is there already. */
  bind(binding: Binding): boolean;
  /** Removes the equal binding and returns it; undefined if there is none. */
  unbind(like: BindingIdentity): Binding | undefined;
  /** Removes bindings that it has: very many, perhaps. */
  unbindThose(bindings: readonly Binding[]): void;
}

/** What tells the bindings of one exchange apart. */
export interface BindingIdentity {
  readonly destination: Destination;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

export interface Binding extends BindingIdentity {
  readonly source: BindingSource;
}

/** A binding as clients and definitions name it. */
export interface BindingSpec {
  readonly source: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/** Two bindings of one exchange are the same if this is. */
export function bindingKey({ destination, routingKey, arguments: args }: BindingIdentity): string {
  const key = `${destination.kind} ${destination.name.length} ${destination.name} ${routingKey.length} ${routingKey}`;
  return args.size === 0 ? key : `${key} ${encodeTable(args).toString('latin1')}`;
}

/** A binding outlives the broker if both its ends do. */
export function isDurable(binding: Binding): boolean {
  return binding.source.durable && binding.destination.durable;
}

/** By the exchange that they belong to. */
export function bySource(bindings: Iterable<Binding>): ReadonlyMap<BindingSource, readonly Binding[]> {
  const groups = new Map<BindingSource, Binding[]>();
  for (const binding of bindings) {
    const group = groups.get(binding.source);
    if (group === undefined) groups.set(binding.source, [binding]);
    else group.push(binding);
  }
  return groups;
}

export function specOf({ source, destination, routingKey, arguments: args }: Binding): BindingSpec {
  return {
    source: source.name,
    destinationKind: destination.kind,
    destination: destination.name,
    routingKey,
    arguments: args,
  };
}
