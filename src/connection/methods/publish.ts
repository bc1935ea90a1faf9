/** basic.publish, once its content is whole (AMQP 0-9-1 section 1.8; RabbitMQ: Publishers). */
import { countUnroutable } from '../../broker/events/counters.ts';
import type { ConfirmTracker } from '../../broker/message/message-target.ts';
import type { Message } from '../../broker/message/message.ts';
import { checkProperties, publishRouted } from '../../broker/operations/publishing.ts';
import type { Route } from '../../broker/routing/route.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { REPLY_CODES } from '../../protocol/generated/reply-codes.ts';
import type { Channel } from '../channel/channel.ts';
import { tellPublished } from '../channel/channel-events.ts';
import type { PublishFault } from '../faults.ts';

/** `message`: that of the channel, or a copy of it if its turn comes later. */
export function publish(channel: Channel, message: Message): void {
  const { content } = channel;
  const { mandatory } = content;
  if (content.immediate) throw new AmqpError('NOT_IMPLEMENTED', 'immediate=true');
  const route = channel.routes.find(message);
  checkProperties(channel.connection.actor, message, channel.replyConsumer?.name);
  if (channel.transaction !== undefined) channel.transaction.publish(message, route, mandatory);
  else sendOn(channel, message, route, mandatory);
}

function sendOn(channel: Channel, message: Message, route: Route, mandatory: boolean): void {
  const { confirms } = channel;
  const fault = channel.connection.broker.faults?.published(channel, message);
  if (fault !== undefined) {
    sendFaultily(channel, message, route, mandatory, fault);
    return;
  }
  if (confirms === undefined) {
    publishBy(channel, message, route, mandatory, undefined, 0);
    return;
  }
  const number = confirms.begin(channel.byExchange.of(route.exchange));
  channel.counters.publishConfirm++;
  publishBy(channel, message, route, mandatory, confirms, number);
  confirms.confirmed(number);
}

/** As above, but for what a test has go wrong. */
function sendFaultily(
  channel: Channel,
  message: Message,
  route: Route,
  mandatory: boolean,
  { unroutable, refused, hold, overtaken, then }: PublishFault,
): void {
  const { confirms } = channel;
  const number = confirms?.begin(channel.byExchange.of(route.exchange)) ?? 0;
  const way = unroutable === true ? { ...route, targets: [], delays: [], perMessage: false } : route;
  if (refused === true) confirms?.rejected(number);
  else if (overtaken !== undefined) overtaken(publishedLater(channel, message, number));
  else publishBy(channel, message, way, mandatory, confirms, number);
  if (confirms !== undefined && hold !== undefined) {
    confirms.wait(number);
    hold(() => confirms.confirmed(number));
  }
  confirms?.confirmed(number);
  then?.();
}

/** What publishes the message when others have overtaken it, by the route that there is then. */
function publishedLater(channel: Channel, message: Message, number: number): () => void {
  const { vhost } = channel.connection;
  const copy = message.copy();
  tellPublished(channel, message, number);
  return () => {
    const exchange = vhost.exchange(copy.exchange);
    if (exchange !== undefined) publishCounted(channel, copy, vhost.route(exchange, copy), false, undefined, 0);
  };
}

/** One that is mandatory, and that nobody takes, goes back to its publisher: before its confirm. */
export function publishBy(
  channel: Channel,
  message: Message,
  route: Route,
  mandatory: boolean,
  tracker: ConfirmTracker | undefined,
  number: number,
): void {
  if (channel.connection.vhost.observer !== undefined) tellPublished(channel, message, number);
  const routed = publishCounted(channel, message, route, mandatory, tracker, number);
  if (routed || !mandatory) return;
  returnMessage(channel, message);
}

function publishCounted(
  { connection: { vhost }, counters, byExchange }: Channel,
  message: Message,
  route: Route,
  mandatory: boolean,
  tracker: ConfirmTracker | undefined,
  number: number,
): boolean {
  const ofExchange = byExchange.of(route.exchange);
  ofExchange.publish++;
  const routed = publishRouted(vhost, counters, message, route, mandatory, tracker, number);
  if (!routed) countUnroutable(ofExchange, mandatory);
  return routed;
}

function returnMessage(channel: Channel, message: Message): void {
  const { writer, vhost } = channel.connection;
  try {
    // The name for replies, which is longer than what its publisher sent, may have left no room.
    writer.return(channel.number, REPLY_CODES.NO_ROUTE.code, 'NO_ROUTE', writer.fit(message));
  } catch (error) {
    vhost.lost(message.exchange, error);
  }
}
