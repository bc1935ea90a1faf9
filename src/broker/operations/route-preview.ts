/** Where a message would go, without one: for who asks why it goes there, or goes nowhere. */
import { encodeProperties } from '../../codec/properties.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { Message } from '../message/message.ts';
import { furtherRoutingKeys } from '../message/routing-headers.ts';
import { isQueue } from '../queue/declared-queue.ts';
import type { Binding } from '../routing/exchange/binding.ts';
import { findRoute } from '../routing/route.ts';
import type { Vhost } from '../topology/vhost.ts';

export interface RoutePreview {
  /** Those that the message goes by, from exchange to exchange. The default exchange leads to its queue without one. */
  readonly bindings: readonly Binding[];
  /** Names of the queues that would take it; none if it would be lost, or returned. */
  readonly queues: readonly string[];
  /** True if it would wait at a delayed exchange first; what it then goes by is not known yet. */
  readonly delayed: boolean;
}

/** Of an exchange that leaves something to chance it is one of the ways. Throws AmqpError NOT_FOUND; RangeError for a key over 255 bytes. */
export function previewRoute(vhost: Vhost, exchange: string, routingKey: string, headers: FieldTable): RoutePreview {
  const message = new Message();
  message.setRoute(exchange, routingKey);
  message.setProperties(encodeProperties({ headers }));
  const bindings: Binding[] = [];
  const { targets, delays } = findRoute(
    vhost,
    vhost.existingExchange(exchange),
    routingKey,
    message,
    furtherRoutingKeys(message),
    (binding) => bindings.push(binding),
  );
  return {
    bindings,
    queues: targets.flatMap((target) => (isQueue(target) ? target.name : [])),
    delayed: delays.length > 0,
  };
}
