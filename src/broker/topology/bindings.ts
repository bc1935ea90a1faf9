/** What bindings a vhost takes. */
import * as errors from '../arguments/errors.ts';
import type { Binding, BindingSpec } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { DeclaredQueue, Owner } from '../queue/declared-queue.ts';

/** The vhost, as those who bind see it. */
export interface BoundVhost {
  exchange(name: string): Exchange | undefined;
  queue(name: string): DeclaredQueue | undefined;
  /** Both throw AmqpError: see Vhost. */
  existingExchange(name: string): Exchange;
  existingQueue(name: string, owner: Owner): DeclaredQueue;
}

/** A binding that may be there or not. Throws AmqpError NOT_FOUND for the source first, then for the destination, and RESOURCE_LOCKED. */
export function bindingOf(vhost: BoundVhost, spec: BindingSpec, requester: Owner): Binding & { source: Exchange } {
  const { destinationKind, routingKey, arguments: args } = spec;
  if (spec.source === '' || (destinationKind === 'exchange' && spec.destination === '')) {
    throw errors.defaultExchangeRefused();
  }
  const source = vhost.existingExchange(spec.source);
  const destination =
    destinationKind === 'queue'
      ? vhost.existingQueue(spec.destination, requester)
      : vhost.existingExchange(spec.destination);
  return { source, destination, routingKey, arguments: args };
}

/** The binding that is to go; undefined if there is none, or one of its ends is missing. Throws AmqpError RESOURCE_LOCKED. */
export function existingBinding(vhost: BoundVhost, spec: BindingSpec, requester: Owner): Binding | undefined {
  const { destinationKind, destination } = spec;
  const end = destinationKind === 'queue' ? vhost.queue(destination) : vhost.exchange(destination);
  if (end === undefined || vhost.exchange(spec.source) === undefined) return undefined;
  const binding = bindingOf(vhost, spec, requester);
  return binding.source.binding(binding);
}
