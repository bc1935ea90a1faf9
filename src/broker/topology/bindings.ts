/** What bindings a vhost takes. */
import type { Binding, BindingSpec } from '../routing/exchange/binding.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { Owner } from '../queue/declared-queue.ts';
import type { VhostEntities } from './vhost-entities.ts';

/** A binding that may be there or not. Throws AmqpError NOT_FOUND for the source first, then for the destination, and RESOURCE_LOCKED. */
export function bindingOf(
  entities: VhostEntities,
  spec: BindingSpec,
  requester: Owner,
): Binding & { source: Exchange } {
  const { destinationKind, routingKey, arguments: args } = spec;
  const source = entities.existingExchange(spec.source);
  const destination =
    destinationKind === 'queue'
      ? entities.existingQueue(spec.destination, requester)
      : entities.existingExchange(spec.destination);
  return { source, destination, routingKey, arguments: args };
}

/** The binding that is to go; undefined if there is none, or one of its ends is missing. Throws AmqpError RESOURCE_LOCKED. */
export function existingBinding(entities: VhostEntities, spec: BindingSpec, requester: Owner): Binding | undefined {
  const { destinationKind, destination } = spec;
  const end = destinationKind === 'queue' ? entities.queue(destination) : entities.exchange(destination);
  if (end === undefined || entities.exchange(spec.source) === undefined) return undefined;
  const binding = bindingOf(entities, spec, requester);
  return binding.source.binding(binding);
}
