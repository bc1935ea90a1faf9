/** Class queue (AMQP 0-9-1 section 1.7). */
import { randomBytes } from 'node:crypto';
import { textIn } from '../../broker/arguments/fields.ts';
import { defaultExchangeRefused, reservedName } from '../../broker/arguments/errors.ts';
import { SERVER_NAMED } from '../../broker/topology/replicated.ts';
import { REPLY_TO } from '../../broker/routing/reply-to.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { BindingSpec } from '../../broker/routing/exchange/binding.ts';
import type { QueueBind, QueueDeclare, QueueUnbind } from '../../protocol/generated/methods.ts';
import type { Channel } from '../channel/channel.ts';
import type { HandlersOf } from './handler-types.ts';
import { queueName, resourceName } from './names.ts';

export const queueMethods: HandlersOf<'queue'> = {
  'queue.declare': (channel, method) => {
    const passive = method.passive || isReplyName(resourceName(method.queue));
    const name = passive ? declarePassive(channel, method) : declare(channel, method);
    channel.currentQueue = name;
    if (method.noWait) return;
    const queue = channel.connection.vhost.queue(name);
    // What is no queue here is the name of a reply consumer, which counts as one that has a consumer.
    const [messageCount, consumerCount] = queue === undefined ? [0, 1] : [queue.ready, queue.consumerCount];
    const answer = { name: 'queue.declare-ok', queue: name, messageCount, consumerCount } as const;
    if (passive) channel.send(answer);
    else channel.replyWhenStored(answer);
  },

  'queue.bind': (channel, method) => {
    channel.connection.vhost.bind(bindingSpec(channel, method), channel.connection);
    if (!method.noWait) channel.replyWhenStored({ name: 'queue.bind-ok' });
  },

  'queue.unbind': (channel, method) => {
    channel.connection.vhost.unbind(bindingSpec(channel, method), channel.connection);
    channel.replyWhenStored({ name: 'queue.unbind-ok' });
  },

  'queue.purge': (channel, method) => {
    const { access, vhost } = channel.connection;
    const name = queueName(channel, method.queue);
    access.check('read', 'queue', name);
    const messageCount = vhost.existingQueue(name, channel.connection).purge();
    if (!method.noWait) channel.replyWhenStored({ name: 'queue.purge-ok', messageCount });
  },

  'queue.delete': (channel, method) => {
    const { access, vhost } = channel.connection;
    const name = queueName(channel, method.queue);
    access.check('configure', 'queue', name);
    const exists = vhost.queue(name) !== undefined;
    const messageCount = exists
      ? vhost.deleteQueue(vhost.existingQueue(name, channel.connection), method.ifUnused, method.ifEmpty)
      : 0;
    if (!method.noWait) channel.replyWhenStored({ name: 'queue.delete-ok', messageCount });
  },
};

/** Returns the queue's name. */
function declarePassive(channel: Channel, method: QueueDeclare): string {
  const { vhost } = channel.connection;
  const name = resourceName(method.queue);
  const isReply = name === REPLY_TO || (isReplyName(name) && vhost.replyTargets.find(name) !== undefined);
  if (isReply) return name;
  const queue = vhost.existingQueue(name, channel.connection);
  queue.touch();
  return queue.name;
}

function isReplyName(name: string): boolean {
  return name === REPLY_TO || name.startsWith(`${REPLY_TO}.`);
}

function declare(channel: Channel, method: QueueDeclare): string {
  const { connection } = channel;
  const { access, vhost } = connection;
  const named = resourceName(method.queue);
  const name = named === '' ? `${SERVER_NAMED}${randomBytes(16).toString('base64url')}` : named;
  access.check('configure', 'queue', name);
  if (named.startsWith('amq.')) throw reservedName('queue', name);
  const deadLetterExchange = textIn(method.arguments, 'x-dead-letter-exchange');
  if (deadLetterExchange !== undefined) {
    access.check('read', 'queue', name);
    access.check('write', 'exchange', deadLetterExchange);
  }
  const { durable, autoDelete } = method;
  const owner = method.exclusive ? connection : undefined;
  return vhost.declareQueue({ name, durable, autoDelete, owner, arguments: method.arguments }).name;
}

function bindingSpec(channel: Channel, method: QueueBind | QueueUnbind): BindingSpec {
  const { access, vhost } = channel.connection;
  const destination = queueName(channel, method.queue);
  const source = resourceName(method.exchange);
  // The routing key follows an empty queue name: both stand for the last declared queue.
  const routingKey = method.queue === '' && method.routingKey === '' ? destination : method.routingKey;
  if (source === '') throw defaultExchangeRefused();
  if (isReplyName(destination)) {
    throw new AmqpError('ACCESS_REFUSED', 'cannot bind or unbind to a volatile (direct reply-to) queue');
  }
  access.check('write', 'queue', destination);
  access.check('read', 'exchange', source);
  access.checkTopic('read', vhost.exchange(source), routingKey);
  return { source, destinationKind: 'queue', destination, routingKey, arguments: method.arguments };
}
