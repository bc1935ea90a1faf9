/** Names of exchanges and queues as methods carry them. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Channel } from '../channel/channel.ts';

/** RabbitMQ drops line ends from names, for the sake of its own command line. */
export function resourceName(name: string): string {
  return name.includes('\n') || name.includes('\r') ? name.replace(/[\r\n]/g, '') : name;
}

/** The queue that a method means: an empty name stands for the channel's last declared one. */
export function queueName(channel: Channel, name: string): string {
  if (name !== '') return resourceName(name);
  if (channel.currentQueue === '') throw new AmqpError('NOT_FOUND', 'no previously declared queue');
  return channel.currentQueue;
}
