/** What all exchanges have in common. How a message is matched is each type's own: see direct, fanout, topic and headers. */
import type { FieldTable } from '../../../protocol/field-table.ts';
import { textIn } from '../../arguments/fields.ts';
import { ExchangeCounters } from '../../events/counters.ts';
import type { DelayedMessages } from '../../delay/delayed-messages.ts';
import {
  type Binding,
  type BindingIdentity,
  bindingKey,
  type BindingSource,
  type ExchangeDestination,
} from './binding.ts';
import type { History } from './history.ts';
import type { RoutedMessage } from './routed-message.ts';

export interface ExchangeOptions {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

export abstract class Exchange implements ExchangeDestination, BindingSource {
  readonly kind = 'exchange';
  abstract readonly type: string;
  /** True if more than the routing key decides, so that a route cannot be remembered by it: headers, or chance. */
  readonly perMessage: boolean = false;
  /** Where the exchange keeps what passes it, for bindings to come; undefined in most types. */
  readonly history: History | undefined = undefined;
  /** Where messages wait that are to pass the exchange later; undefined in most types. */
  readonly delayed: DelayedMessages | undefined = undefined;
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
  readonly incoming = new Set<Binding>();
  readonly counters = new ExchangeCounters();
  deleted = false;
  readonly #bindings = new Map<string, Binding>();
  #settings: FieldTable;

  /** Types with arguments of their own throw AmqpError PRECONDITION_FAILED if those are not what they should be. */
  constructor(options: ExchangeOptions) {
    this.name = options.name;
    this.durable = options.durable;
    this.autoDelete = options.autoDelete;
    this.internal = options.internal;
    this.arguments = options.arguments;
    this.#settings = options.arguments;
  }

  /** Name of the exchange that gets what this one cannot route (RabbitMQ: Alternate Exchanges). */
  get alternate(): string | undefined {
    return textIn(this.#settings, 'alternate-exchange');
  }

  /** Takes arguments that count from now on: its own, completed by policies. */
  applySettings(settings: FieldTable): void {
    this.#settings = settings;
  }

  /** The bindings whose source this is. */
  get bindings(): IterableIterator<Binding> {
    return this.#bindings.values();
  }

  get bound(): boolean {
    return this.#bindings.size > 0;
  }

  get bindingCount(): number {
    return this.#bindings.size;
  }

  /** The binding that is equal; undefined if there is none. */
  binding(like: BindingIdentity): Binding | undefined {
    return this.#bindings.get(bindingKey(like));
  }

  validateBinding(_binding: BindingIdentity): void {
    // Most types take any.
  }

  bind(binding: Binding): boolean {
    const key = bindingKey(binding);
    if (this.#bindings.has(key)) return false;
    this.#add(key, binding);
    return true;
  }

  unbind(like: BindingIdentity): Binding | undefined {
    const key = bindingKey(like);
    const binding = this.#bindings.get(key);
    if (binding === undefined) return undefined;
    this.#bindings.delete(key);
    binding.destination.incoming.delete(binding);
    this.removed(binding);
    return binding;
  }

  /** Removes these, which it has. */
  unbindThose(bindings: readonly Binding[]): void {
    if (bindings.length * 2 < this.#bindings.size) {
      for (const binding of bindings) this.unbind(binding);
      return;
    }
    // Fewer are left: to take these in again is quicker than to look for each of the others.
    const gone = new Set(bindings);
    const left = [...this.#bindings].filter(([, binding]) => !gone.has(binding));
    this.unbindAll();
    for (const [key, binding] of left) this.#add(key, binding);
  }

  /** Removes all bindings at once. */
  unbindAll(): void {
    for (const binding of this.#bindings.values()) binding.destination.incoming.delete(binding);
    this.#bindings.clear();
    this.emptied();
  }

  /** Calls `found` with each binding that the message matches; one destination may come more than once. */
  abstract match(message: RoutedMessage, found: (binding: Binding) => void): void;

  #add(key: string, binding: Binding): void {
    this.#bindings.set(key, binding);
    binding.destination.incoming.add(binding);
    this.added(binding);
  }

  protected abstract added(binding: Binding): void;
  protected abstract removed(binding: Binding): void;
  /** None is left. */
  protected abstract emptied(): void;
}
