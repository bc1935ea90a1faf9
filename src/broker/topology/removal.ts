/**
 * What goes with a binding, an exchange or a queue: the bindings from and to it, and each auto-delete exchange with its last binding, of which
 * there may be a long chain: hence a list, and no recursion.
 */
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import { type Binding, isDurable, specOf } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { VhostChange } from './change.ts';
import type { VhostEntities } from './vhost-entities.ts';

export function bindingRemoval(entities: VhostEntities, binding: Binding): readonly VhostChange[] {
  return new Removal(entities).unbind([binding]).changes;
}

export function exchangeRemoval(entities: VhostEntities, exchange: Exchange): readonly VhostChange[] {
  return new Removal(entities).exchange(exchange).changes;
}

export function queueRemoval(entities: VhostEntities, { name, id, incoming }: DeclaredQueue): readonly VhostChange[] {
  return [...new Removal(entities).unbind(incoming).changes, { op: 'delete-queue', vhost: entities.vhost, name, id }];
}

class Removal {
  readonly #entities: VhostEntities;
  readonly #bindings = new Set<Binding>();
  readonly #exchanges = new Set<Exchange>();
  /** How many bindings are left of an exchange. */
  readonly #left = new Map<Exchange, number>();

  constructor(entities: VhostEntities) {
    this.#entities = entities;
  }

  /** Bindings before the exchanges that they belong to. */
  get changes(): readonly VhostChange[] {
    const { vhost } = this.#entities;
    const bindings = Array.from(this.#bindings, (binding): VhostChange => {
      return { op: 'delete-binding', vhost, binding: specOf(binding), durable: isDurable(binding) };
    });
    const exchanges = Array.from(this.#exchanges, ({ name, durable }): VhostChange => {
      return { op: 'delete-exchange', vhost, name, durable };
    });
    return [...bindings, ...exchanges];
  }

  exchange(exchange: Exchange): this {
    this.#exchanges.add(exchange);
    return this.unbind(exchange.bindings).unbind(exchange.incoming);
  }

  unbind(bindings: Iterable<Binding>): this {
    const open = [...bindings];
    for (let binding = open.pop(); binding !== undefined; binding = open.pop()) {
      if (this.#bindings.has(binding)) continue;
      this.#bindings.add(binding);
      const source = this.#entities.exchange(binding.source.name)!;
      const left = (this.#left.get(source) ?? source.bindingCount) - 1;
      this.#left.set(source, left);
      if (left > 0 || !source.autoDelete || this.#exchanges.has(source)) continue;
      this.#exchanges.add(source);
      for (const further of source.incoming) open.push(further);
    }
    return this;
  }
}
