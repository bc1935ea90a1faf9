/** Class exchange (AMQP 0-9-1 section 1.6; RabbitMQ: Exchange to Exchange Bindings). */
import type { ExchangeBind, ExchangeUnbind } from '../../protocol/generated/methods.ts';
import { textIn } from '../../broker/arguments/fields.ts';
import type { BindingSpec } from '../../broker/routing/exchange/binding.ts';
import { defaultExchangeRefused } from '../../broker/arguments/errors.ts';
import type { Channel } from '../channel/channel.ts';
import type { HandlersOf } from './handler-types.ts';
import { resourceName } from './names.ts';

export const exchangeMethods: HandlersOf<'exchange'> = {
  'exchange.declare': (channel, method) => {
    const { access, vhost } = channel.connection;
    const name = resourceName(method.exchange);
    if (name === '') throw defaultExchangeRefused();
    if (method.passive) vhost.existingExchange(name);
    else {
      access.check('configure', 'exchange', name);
      const alternate = textIn(method.arguments, 'alternate-exchange');
      if (alternate !== undefined) {
        access.check('read', 'exchange', name);
        access.check('write', 'exchange', alternate);
      }
      const { type, durable, autoDelete, internal } = method;
      vhost.declareExchange({ name, type, durable, autoDelete, internal, arguments: method.arguments });
    }
    if (!method.noWait) channel.replyWhenStored({ name: 'exchange.declare-ok' });
  },

  'exchange.delete': (channel, method) => {
    const { access, vhost } = channel.connection;
    const name = resourceName(method.exchange);
    if (name === '') throw defaultExchangeRefused();
    access.check('configure', 'exchange', name);
    vhost.deleteExchange(name, method.ifUnused);
    if (!method.noWait) channel.replyWhenStored({ name: 'exchange.delete-ok' });
  },

  'exchange.bind': (channel, method) => {
    const spec = bindingSpec(channel, method);
    channel.connection.vhost.bind(spec, channel.connection);
    if (!method.noWait) channel.replyWhenStored({ name: 'exchange.bind-ok' });
  },

  'exchange.unbind': (channel, method) => {
    const spec = bindingSpec(channel, method);
    channel.connection.vhost.unbind(spec, channel.connection);
    if (!method.noWait) channel.replyWhenStored({ name: 'exchange.unbind-ok' });
  },
};

function bindingSpec(channel: Channel, method: ExchangeBind | ExchangeUnbind): BindingSpec {
  const { access, vhost } = channel.connection;
  const source = resourceName(method.source);
  const destination = resourceName(method.destination);
  if (source === '' || destination === '') throw defaultExchangeRefused();
  access.check('write', 'exchange', destination);
  access.check('read', 'exchange', source);
  const { routingKey } = method;
  access.checkTopic('read', vhost.exchange(source), routingKey);
  return { source, destinationKind: 'exchange', destination, routingKey, arguments: method.arguments };
}
