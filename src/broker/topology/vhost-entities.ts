/** The exchanges, queues and bindings of a vhost. Nothing but `apply` changes what there is, whoever asked for it, and a start no less. */
import { EMPTY_TABLE } from '../../protocol/field-table.ts';
import * as errors from '../arguments/errors.ts';
import type { DeclaredQueue, Owner } from '../queue/declared-queue.ts';
import type { QueueHost } from '../queue/queue-host.ts';
import { type Binding, type BindingSpec, bySource, type Destination } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import { PREDECLARED } from '../routing/exchange/types.ts';
import type { VhostChange } from './change.ts';
import { createExchange, type ExchangeHost } from './create-exchange.ts';
import { createQueue } from './create-queue.ts';
import { ExclusiveQueues } from './exclusive-queues.ts';

/** What a change has the vhost do. */
interface Consequences {
  /** It is there from now on, and goes by its own arguments as yet. */
  added(entity: Exchange | DeclaredQueue): void;
  /** Nobody finds the queue any more, nor does a binding lead to it. It is about to end. */
  queueLeaves(queue: DeclaredQueue): void;
  /** Exchanges or bindings have changed. */
  routesChanged(): void;
}

/** The vhost that they belong to. */
export type EntityHost = QueueHost & ExchangeHost & Consequences;

export class VhostEntities {
  readonly #host: EntityHost;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #queues = new Map<string, DeclaredQueue>();
  readonly #exclusive = new ExclusiveQueues();

  constructor(host: EntityHost) {
    this.#host = host;
  }

  /** The vhost's name. */
  get vhost(): string {
    return this.#host.name;
  }

  get exchanges(): IterableIterator<Exchange> {
    return this.#exchanges.values();
  }

  get queues(): IterableIterator<DeclaredQueue> {
    return this.#queues.values();
  }

  get queueCount(): number {
    return this.#queues.size;
  }

  exchange(name: string): Exchange | undefined {
    return this.#exchanges.get(name);
  }

  queue(name: string): DeclaredQueue | undefined {
    return this.#queues.get(name);
  }

  /** Throws AmqpError NOT_FOUND. */
  existingExchange(name: string): Exchange {
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) throw errors.notFound('exchange', name, this.vhost);
    return exchange;
  }

  /** Throws AmqpError NOT_FOUND, or RESOURCE_LOCKED if the queue is another connection's own. */
  existingQueue(name: string, owner: Owner): DeclaredQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw errors.notFound('queue', name, this.vhost);
    if (queue.owner !== undefined && queue.owner !== owner) throw errors.locked(name, this.vhost);
    return queue;
  }

  /** A list of its own: the queues may be deleted meanwhile. */
  exclusiveTo(owner: Owner): readonly DeclaredQueue[] {
    return this.#exclusive.of(owner);
  }

  /** What every vhost has, and no store. */
  predeclare(): void {
    const { vhost } = this;
    for (const [name, type, internal] of PREDECLARED) {
      const exchange = { name, type, durable: true, autoDelete: false, internal, arguments: EMPTY_TABLE };
      this.apply({ op: 'put-exchange', vhost, exchange });
    }
  }

  apply(change: VhostChange): void {
    switch (change.op) {
      case 'put-exchange': {
        const exchange = createExchange(change.exchange, this.#host, change.logId);
        this.#exchanges.set(exchange.name, exchange);
        return this.#host.added(exchange);
      }
      case 'delete-exchange': {
        this.#deleteExchange(change.name);
        return this.#host.routesChanged();
      }
      case 'put-queue': {
        const queue = createQueue(change.queue, change.id, this.#host);
        this.#queues.set(queue.name, queue);
        this.#exclusive.add(queue);
        return this.#host.added(queue);
      }
      case 'delete-queue':
        return this.#deleteQueue(change.name);
      case 'put-binding': {
        const binding = this.#bindingOf(change.binding);
        binding?.source.bind(binding);
        return this.#host.routesChanged();
      }
      case 'delete-binding': {
        const binding = this.#bindingOf(change.binding);
        binding?.source.unbind(binding);
        return this.#host.routesChanged();
      }
    }
  }

  #deleteExchange(name: string): void {
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) return;
    this.#exchanges.delete(name);
    exchange.deleted = true;
    exchange.unbindAll();
    unbindAllTo(exchange);
    exchange.delayed?.end();
  }

  #deleteQueue(name: string): void {
    const queue = this.#queues.get(name);
    if (queue === undefined) return;
    this.#queues.delete(name);
    this.#exclusive.remove(queue);
    if (unbindAllTo(queue)) this.#host.routesChanged();
    this.#host.queueLeaves(queue);
    queue.end();
  }

  /** Undefined if one of its ends is not there. */
  #bindingOf({ source: from, destinationKind, destination: to, ...identity }: BindingSpec): Binding | undefined {
    const source = this.#exchanges.get(from);
    const ends: ReadonlyMap<string, Destination> = destinationKind === 'queue' ? this.#queues : this.#exchanges;
    const destination = ends.get(to);
    return source && destination && { source, destination, ...identity };
  }
}

/** Returns false if there was no binding to it. */
function unbindAllTo({ incoming }: Destination): boolean {
  if (incoming.size === 0) return false;
  for (const [source, bindings] of bySource(incoming)) source.unbindThose(bindings);
  return true;
}
