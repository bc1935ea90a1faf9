/** Binding queues and exchanges to exchanges (AMQP 0-9-1 sections 1.6 and 1.7; RabbitMQ: Access Control, Exchange to Exchange Bindings). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { BindingSpec } from '../routing/exchange/binding.ts';
import type { Actor } from './actor.ts';
import { exchangeName, isReplyName, resourceName } from './names.ts';
import { Receipt } from './receipt.ts';

/** Throws AmqpError if an end is missing, or the actor may not. No error if there is such a binding already. */
export function bind(actor: Actor, request: BindingSpec): Receipt {
  actor.vhost.bind(allowed(actor, request), actor.owner, actor.connection);
  return new Receipt(actor.vhost.node.store, undefined);
}

/** Throws AmqpError if the actor may not. No error if there is no such binding, or an end is missing. */
export function unbind(actor: Actor, request: BindingSpec): Receipt {
  actor.vhost.unbind(allowed(actor, request), actor.owner, actor.connection);
  return new Receipt(actor.vhost.node.store, undefined);
}

function allowed(actor: Actor, request: BindingSpec): BindingSpec {
  const { destinationKind: kind, routingKey } = request;
  const source = exchangeName(request.source);
  const destination = kind === 'exchange' ? exchangeName(request.destination) : resourceName(request.destination);
  if (kind === 'queue' && isReplyName(destination)) {
    throw new AmqpError('ACCESS_REFUSED', 'cannot bind or unbind to a volatile (direct reply-to) queue');
  }
  actor.check('write', kind, destination);
  actor.check('read', 'exchange', source);
  actor.checkTopic('read', actor.vhost.exchange(source), routingKey);
  return { ...request, source, destination };
}
