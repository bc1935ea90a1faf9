/** Names of queues as methods carry them. */
import { resourceName } from '../../broker/operations/names.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Channel } from '../channel/channel.ts';

/** The queue that a method means: an empty name stands for the channel's last declared one. */
export function queueName(channel: Channel, name: string): string {
  if (name !== '') return resourceName(name);
  if (channel.currentQueue === '') throw new AmqpError('NOT_FOUND', 'no previously declared queue');
  return channel.currentQueue;
}
