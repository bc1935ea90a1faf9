/** Class exchange (AMQP 0-9-1 section 1.6; RabbitMQ: Exchange to Exchange Bindings). */
import { bind, unbind } from '../../broker/operations/bindings.ts';
import { declareExchange, deleteExchange, inspectExchange } from '../../broker/operations/exchanges.ts';
import type { BindingSpec } from '../../broker/routing/exchange/binding.ts';
import type { ExchangeBind, ExchangeUnbind } from '../../protocol/generated/methods.ts';
import type { HandlersOf } from './handler-types.ts';

export const exchangeMethods: HandlersOf<'exchange'> = {
  'exchange.declare': (channel, method) => {
    const { actor } = channel.connection;
    const { exchange: name, passive, type, durable, autoDelete, internal, arguments: args } = method;
    const receipt = passive
      ? inspectExchange(actor, name)
      : declareExchange(actor, { name, type, durable, autoDelete, internal, arguments: args });
    if (!method.noWait) channel.replyWhenStored(receipt, () => ({ name: 'exchange.declare-ok' }));
  },

  'exchange.delete': (channel, method) => {
    const receipt = deleteExchange(channel.connection.actor, method.exchange, method.ifUnused);
    if (!method.noWait) channel.replyWhenStored(receipt, () => ({ name: 'exchange.delete-ok' }));
  },

  'exchange.bind': (channel, method) => {
    const receipt = bind(channel.connection.actor, bindingOf(method));
    if (!method.noWait) channel.replyWhenStored(receipt, () => ({ name: 'exchange.bind-ok' }));
  },

  'exchange.unbind': (channel, method) => {
    const receipt = unbind(channel.connection.actor, bindingOf(method));
    if (!method.noWait) channel.replyWhenStored(receipt, () => ({ name: 'exchange.unbind-ok' }));
  },
};

function bindingOf({ source, destination, routingKey, arguments: args }: ExchangeBind | ExchangeUnbind): BindingSpec {
  return { source, destinationKind: 'exchange', destination, routingKey, arguments: args };
}
