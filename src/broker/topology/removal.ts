/**
 * What goes with a binding, an exchange or a queue: its bindings, and each auto-delete exchange with its last binding, of which there may be a
 * long chain: hence a list, and no recursion.
 */
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import { type Binding, bySource, isDurable, specOf } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { VhostChange } from './change.ts';
import type { VhostEntities } from './vhost-entities.ts';

export function bindingRemoval(entities: VhostEntities, binding: Binding): readonly VhostChange[] {
  const { vhost } = entities;
  const change: VhostChange = { op: 'delete-binding', vhost, binding: specOf(binding), durable: isDurable(binding) };
  return [change, ...new Removal(entities).unbind(new Set([binding])).changes];
}

export function exchangeRemoval(entities: VhostEntities, exchange: Exchange): readonly VhostChange[] {
  return new Removal(entities).exchange(exchange).changes;
}

export function queuesRemoval(entities: VhostEntities, queues: readonly DeclaredQueue[]): readonly VhostChange[] {
  const { vhost } = entities;
  const removal = new Removal(entities);
  const changes = queues.map(({ name, id, incoming }): VhostChange => {
    removal.unbind(incoming);
    return { op: 'delete-queue', vhost, name, id, boundFrom: id === 0 ? NONE : storedSources(incoming) };
  });
  return [...removal.changes, ...changes];
}

const NONE: readonly string[] = [];

class Removal {
  readonly #entities: VhostEntities;
  readonly #exchanges = new Set<Exchange>();
  /** How many bindings are left of an exchange. */
  readonly #left = new Map<Exchange, number>();

  constructor(entities: VhostEntities) {
    this.#entities = entities;
  }

  get changes(): readonly VhostChange[] {
    const { vhost } = this.#entities;
    return Array.from(this.#exchanges, ({ name, durable, incoming }): VhostChange => {
      return { op: 'delete-exchange', vhost, name, durable, boundFrom: durable ? storedSources(incoming) : [] };
    });
  }

  exchange(exchange: Exchange): this {
    this.#exchanges.add(exchange);
    return this.unbind(exchange.incoming);
  }

  /** The bindings go. */
  unbind(bindings: ReadonlySet<Binding>): this {
    if (bindings.size === 0) return this;
    const open = [bindings];
    for (const next of open) {
      for (const [{ name }, gone] of bySource(next)) {
        const source = this.#entities.exchange(name)!;
        const left = (this.#left.get(source) ?? source.bindingCount) - gone.length;
        this.#left.set(source, left);
        if (left > 0 || !source.autoDelete || this.#exchanges.has(source)) continue;
        this.#exchanges.add(source);
        open.push(source.incoming);
      }
    }
    return this;
  }
}

/** Of bindings to something durable. */
function storedSources(bindings: Iterable<Binding>): string[] {
  return Array.from(bySource(bindings).keys()).flatMap(({ name, durable }) => (durable ? name : []));
}
