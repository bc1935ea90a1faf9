/** What the observer is told of a channel: that it came and went, its consumers, and what it publishes, delivers and confirms. */
import type { ChannelIdentity } from '../../broker/events/observer.ts';
import type { Message } from '../../broker/message/message.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { ChannelConsumer } from './channel-consumer.ts';
import type { ChannelHost } from './channel-host.ts';

export interface ObservedChannel {
  readonly connection: ChannelHost;
  readonly identity: ChannelIdentity;
}

export function tellChannel(channel: ObservedChannel, type: 'channel-opened' | 'channel-closed'): void {
  const { vhost, broker } = channel.connection;
  broker.node.observer?.({ type, vhost: vhost.name, by: channel.identity });
}

export function tellConsumer(
  channel: ObservedChannel,
  type: 'consumer-added' | 'consumer-cancelled',
  { queue, tag }: ChannelConsumer,
): void {
  const { vhost, broker } = channel.connection;
  broker.node.observer?.({ type, vhost: vhost.name, queue: queue.name, consumer: tag, by: channel.identity });
}

/** `publishSeqNo`: by which it is confirmed; 0 if it is not. */
export function tellPublished(channel: ObservedChannel, message: Message, publishSeqNo: number): void {
  const { observer, name: vhost } = channel.connection.vhost;
  observer?.({ type: 'published', vhost, message, by: channel.identity, publishSeqNo });
}

/** `tag`: of the consumer; undefined for basic.get. */
export function tellDelivered(
  channel: ObservedChannel,
  { name: queue }: DeclaredQueue,
  tag: string | undefined,
  message: Message,
  seq: number,
  noAck: boolean,
  redelivered: boolean,
): void {
  const { observer, name: vhost } = channel.connection.vhost;
  const by = channel.identity;
  observer?.({ type: 'delivered', vhost, queue, message, seq, consumer: tag, noAck, redelivered, by });
}

export function tellConfirmed(
  channel: ObservedChannel,
  publishSeqNo: number,
  multiple: boolean,
  positive: boolean,
): void {
  const { observer, name: vhost } = channel.connection.vhost;
  observer?.({ type: 'confirmed', vhost, by: channel.identity, publishSeqNo, multiple, positive });
}
