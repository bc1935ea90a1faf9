/** Class queue (AMQP 0-9-1 section 1.7). */
import { bind, unbind } from '../../broker/operations/bindings.ts';
import {
  declareQueue,
  deleteQueue,
  inspectQueue,
  purgeQueue,
  type QueueState,
} from '../../broker/operations/queues.ts';
import type { BindingSpec } from '../../broker/routing/exchange/binding.ts';
import type { QueueBind, QueueDeclareOk, QueueUnbind } from '../../protocol/generated/methods.ts';
import type { Channel } from '../channel/channel.ts';
import type { HandlersOf } from './handler-types.ts';
import { queueName } from './names.ts';

export const queueMethods: HandlersOf<'queue'> = {
  'queue.declare': (channel, method) => {
    const { actor } = channel.connection;
    const { queue: name, durable, exclusive, autoDelete, arguments: args } = method;
    const receipt = method.passive
      ? inspectQueue(actor, name)
      : declareQueue(actor, { name, durable, exclusive, autoDelete, arguments: args });
    channel.currentQueue = receipt.name;
    if (!method.noWait) channel.replyWhenStored(receipt, declareOk);
  },

  'queue.bind': (channel, method) => {
    const receipt = bind(channel.connection.actor, bindingOf(channel, method));
    if (!method.noWait) channel.replyWhenStored(receipt, () => ({ name: 'queue.bind-ok' }));
  },

  'queue.unbind': (channel, method) => {
    const receipt = unbind(channel.connection.actor, bindingOf(channel, method));
    channel.replyWhenStored(receipt, () => ({ name: 'queue.unbind-ok' }));
  },

  'queue.purge': (channel, method) => {
    const receipt = purgeQueue(channel.connection.actor, queueName(channel, method.queue));
    if (!method.noWait) channel.replyWhenStored(receipt, (messageCount) => ({ name: 'queue.purge-ok', messageCount }));
  },

  'queue.delete': (channel, method) => {
    const { queue, ifUnused, ifEmpty } = method;
    const receipt = deleteQueue(channel.connection.actor, queueName(channel, queue), ifUnused, ifEmpty);
    if (!method.noWait) channel.replyWhenStored(receipt, (messageCount) => ({ name: 'queue.delete-ok', messageCount }));
  },
};

function declareOk({ name: queue, messageCount, consumerCount }: QueueState): QueueDeclareOk {
  return { name: 'queue.declare-ok', queue, messageCount, consumerCount };
}

function bindingOf(channel: Channel, method: QueueBind | QueueUnbind): BindingSpec {
  const destination = queueName(channel, method.queue);
  // The routing key follows an empty queue name: both stand for the last declared queue.
  const routingKey = method.queue === '' && method.routingKey === '' ? destination : method.routingKey;
  const { exchange: source, arguments: args } = method;
  return { source, destinationKind: 'queue', destination, routingKey, arguments: args };
}
