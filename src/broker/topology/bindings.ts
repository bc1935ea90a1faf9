/** Binding and unbinding in a vhost. What is durable is told to the store in the same call. */
import type { Store } from '../../store/store.ts';
import * as errors from '../arguments/errors.ts';
import { type Binding, bindingRecord, type BindingSpec, isDurable } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { Observer } from '../events/observer.ts';
import type { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import type { DeclaredQueue, Owner } from '../queue/declared-queue.ts';

/** The vhost, as its bindings see it. */
export interface BoundVhost {
  readonly name: string;
  readonly store: Store;
  readonly heapLimit: V8HeapLimit;
  readonly observer: Observer | undefined;
  exchange(name: string): Exchange | undefined;
  queue(name: string): DeclaredQueue | undefined;
  /** Both throw AmqpError: see Vhost. */
  existingExchange(name: string): Exchange;
  existingQueue(name: string, owner: Owner): DeclaredQueue;
  /** Removes the exchange, and returns the bindings from and to it, which are to go too. */
  dropExchange(exchange: Exchange): readonly Binding[];
  /** A binding came or went. */
  routesChanged(): void;
}

export class Bindings {
  readonly #vhost: BoundVhost;

  constructor(vhost: BoundVhost) {
    this.#vhost = vhost;
  }

  /** Undefined where there is such a binding already. Throws AmqpError NOT_FOUND for the source first, then for the destination. */
  bind(spec: BindingSpec, requester: Owner): Binding | undefined {
    const binding = this.#bindingOf(spec, requester);
    const { source } = binding;
    source.validateBinding(binding);
    this.#vhost.heapLimit.checkRoom();
    if (!source.bind(binding)) return undefined;
    this.#tell('bound', binding);
    this.#vhost.routesChanged();
    if (isDurable(binding)) {
      this.#vhost.store.change({ op: 'put-binding', record: bindingRecord(binding, this.#vhost.name) });
    }
    return binding;
  }

  /** No error where there is no such binding, nor where one of its ends is missing. */
  unbind(spec: BindingSpec, requester: Owner): void {
    const { destinationKind, destination } = spec;
    const end = destinationKind === 'queue' ? this.#vhost.queue(destination) : this.#vhost.exchange(destination);
    if (end === undefined || this.#vhost.exchange(spec.source) === undefined) return;
    this.remove([this.#bindingOf(spec, requester)]);
  }

  /** An auto-delete exchange goes with its last binding, and so may a long chain of them: hence a list, and no recursion. */
  remove(bindings: readonly Binding[]): void {
    const { name, store } = this.#vhost;
    const open = [...bindings];
    for (let like = open.pop(); like !== undefined; like = open.pop()) {
      const binding = like.source.unbind(like);
      if (binding === undefined) continue;
      this.#tell('unbound', binding);
      this.#vhost.routesChanged();
      if (isDurable(binding)) store.change({ op: 'delete-binding', record: bindingRecord(binding, name) });
      const source = this.#vhost.exchange(binding.source.name);
      if (source?.autoDelete !== true || source.bound) continue;
      for (const further of this.#vhost.dropExchange(source)) open.push(further);
    }
  }

  #tell(type: 'bound' | 'unbound', { source, destination, routingKey }: Binding): void {
    const { observer, name: vhost } = this.#vhost;
    observer?.({
      type,
      vhost,
      source: source.name,
      destination: destination.name,
      destinationKind: destination.kind,
      routingKey,
    });
  }

  #bindingOf(spec: BindingSpec, requester: Owner): Binding {
    const { destinationKind, routingKey, arguments: args } = spec;
    if (spec.source === '' || (destinationKind === 'exchange' && spec.destination === '')) {
      throw errors.defaultExchangeRefused();
    }
    const source = this.#vhost.existingExchange(spec.source);
    const destination =
      destinationKind === 'queue'
        ? this.#vhost.existingQueue(spec.destination, requester)
        : this.#vhost.existingExchange(spec.destination);
    return { source, destination, routingKey, arguments: args };
  }
}
