/** What an observer is told of a change. */
import type { TopologyEvent } from '../events/observer.ts';
import { type Binding, type BindingSpec, specOf } from '../routing/exchange/binding.ts';
import type { Change } from './change.ts';

/** What there is before the change. */
interface ChangedVhost {
  exchange(name: string): { readonly bindings: Iterable<Binding>; readonly incoming: Iterable<Binding> } | undefined;
  queue(name: string): { readonly incoming: Iterable<Binding> } | undefined;
}

/** In their order; those of bindings before that of what they go with. `connection`: by which it was asked for. */
export function eventsOf(
  change: Change,
  vhostNamed: (name: string) => ChangedVhost | undefined,
  connection?: string,
): readonly TopologyEvent[] {
  const binding = (type: 'bound' | 'unbound', vhost: string, spec: BindingSpec): TopologyEvent => {
    const { source, destination, destinationKind, routingKey } = spec;
    return { type, vhost, source, destination, destinationKind, routingKey, connection };
  };
  const unbound = (vhost: string, bindings: Iterable<Binding>): TopologyEvent[] =>
    Array.from(new Set(bindings), (one) => binding('unbound', vhost, specOf(one)));

  switch (change.op) {
    case 'put-vhost': {
      const { name: vhost } = change.record;
      return vhostNamed(vhost) === undefined ? [{ type: 'vhost-created', vhost }] : [];
    }
    case 'delete-vhost':
      return [{ type: 'vhost-deleted', vhost: change.name }];
    case 'put-exchange':
      return [{ type: 'exchange-declared', vhost: change.vhost, exchange: change.exchange.name, connection }];
    case 'delete-exchange': {
      const { vhost, name: exchange } = change;
      const { bindings = [], incoming = [] } = vhostNamed(vhost)?.exchange(exchange) ?? {};
      // One that leads from it to itself is told once.
      const all = unbound(vhost, [...bindings, ...incoming]);
      return [...all, { type: 'exchange-deleted', vhost, exchange, connection }];
    }
    case 'put-queue':
      return [{ type: 'queue-declared', vhost: change.vhost, queue: change.queue.name, connection }];
    case 'delete-queue': {
      const { vhost, name: queue } = change;
      const all = unbound(vhost, vhostNamed(vhost)?.queue(queue)?.incoming ?? []);
      return [...all, { type: 'queue-deleted', vhost, queue, connection }];
    }
    case 'put-binding':
      return [binding('bound', change.vhost, change.binding)];
    case 'delete-binding':
      return [binding('unbound', change.vhost, change.binding)];
    default:
      return [];
  }
}
