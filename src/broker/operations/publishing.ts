/** What an actor may publish, and where (AMQP 0-9-1 section 1.8; RabbitMQ: Publishers, Access Control, Validated User-ID). */
import { encodeProperties, propertyFlags, type PropertyChanges } from '../../codec/properties.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { PROPERTY_EXPIRATION, PROPERTY_REPLY_TO, PROPERTY_USER_ID } from '../../protocol/generated/constants.ts';
import { LONGEST_MS } from '../arguments/queue-arguments.ts';
import { type ChannelCounters, countUnroutable } from '../events/counters.ts';
import { Message } from '../message/message.ts';
import { furtherRoutingKeys } from '../message/routing-headers.ts';
import type { Exchange } from '../routing/exchange/exchange.ts';
import type { Route } from '../routing/route.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import type { Vhost } from '../topology/vhost.ts';
import { REPLY_TO } from '../routing/reply-to.ts';
import type { Actor } from './actor.ts';
import { TransactionConfirms } from './transaction-confirms.ts';

/** Properties that a rule hangs on. */
const CHECKED = PROPERTY_EXPIRATION | PROPERTY_REPLY_TO | PROPERTY_USER_ID;

/** Throws AmqpError if the exchange is unknown, internal, or not the actor's to write to. */
export function writableExchange(actor: Actor, name: string): Exchange {
  const { vhost } = actor;
  actor.check('write', 'exchange', name);
  const exchange = vhost.existingExchange(name);
  if (exchange.internal) {
    throw new AmqpError('ACCESS_REFUSED', `cannot publish to internal exchange '${name}' in vhost '${vhost.name}'`);
  }
  return exchange;
}

/**
 * A message goes by the routing keys in CC and BCC too, so they count as its own does: for `exchange`, which it is published to, and
 * no other on its way. Throws AmqpError ACCESS_REFUSED.
 */
export function checkFurtherTopics(actor: Actor, exchange: Exchange, message: Message): void {
  for (const key of furtherRoutingKeys(message)) actor.checkTopic('write', exchange, key);
}

/** A message that comes from no channel. */
export interface SingleMessage {
  /** Empty for the default exchange. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: PropertyChanges;
  readonly body: Buffer;
}

export interface Published {
  /** False if no queue took it, nor a delayed exchange. */
  readonly routed: boolean;
  /** Resolves when the message is as safe as a confirm says; to false if a queue refused it. */
  readonly confirmed: Promise<boolean>;
}

/** Throws AmqpError if the actor may not publish it so; RangeError for a name or a short property over 255 bytes. */
export function publishMessage(
  actor: Actor,
  { exchange: name, routingKey, properties, body }: SingleMessage,
): Published {
  const exchange = writableExchange(actor, name);
  const message = new Message();
  message.setRoute(name, routingKey);
  message.setProperties(encodeProperties(properties));
  message.setBody(body);
  actor.checkTopic('write', exchange, routingKey);
  if (actor.isBoundByTopic(exchange)) checkFurtherTopics(actor, exchange, message);
  checkProperties(actor, message, undefined);
  const tracker = new TransactionConfirms();
  const { vhost } = actor;
  const counters = vhost.counters.channels.others;
  counters.publishConfirm++;
  vhost.observer?.({ type: 'published', vhost: vhost.name, message, by: undefined, publishSeqNo: 0 });
  const routed = publishRouted(vhost, counters, message, vhost.route(exchange, message), true, tracker, 0);
  const confirmed = new Promise<boolean>((resolve) => {
    tracker.whenSafe(() => {
      if (!tracker.refused) counters.confirm++;
      resolve(!tracker.refused);
    });
  });
  return { routed, confirmed };
}

/** Sends a message on by its route, and counts it for its publisher. Returns false if no queue takes it, nor a delayed exchange. */
export function publishRouted(
  vhost: Vhost,
  counters: ChannelCounters,
  message: Message,
  route: Route,
  mandatory: boolean,
  tracker: ConfirmTracker | undefined,
  publishSeqNo: number,
): boolean {
  counters.publish++;
  vhost.node.counters.messageSizes.add(message.bodySize);
  const routed = vhost.publish(message, route, tracker, publishSeqNo);
  if (!routed) {
    countUnroutable(counters, mandatory);
    vhost.observer?.({ type: 'unroutable', vhost: vhost.name, message, mandatory });
  }
  return routed;
}

/**
 * Throws AmqpError PRECONDITION_FAILED for properties that are not to be published so. `replyName`: the name under which direct replies
 * reach the publisher, if it consumes them.
 */
export function checkProperties(actor: Actor, message: Message, replyName: string | undefined): void {
  if ((propertyFlags(message.properties, message.propertiesStart) & CHECKED) !== 0)
    checkEach(actor, message, replyName);
}

/** Apart from its caller, which each message passes, so that V8 inlines that one. */
function checkEach(actor: Actor, message: Message, replyName: string | undefined): void {
  const userId = message.shortString(PROPERTY_USER_ID);
  if (userId !== undefined) checkUser(actor, userId);
  const expiration = message.shortString(PROPERTY_EXPIRATION);
  if (expiration !== undefined) checkExpiration(expiration);
  if (message.shortString(PROPERTY_REPLY_TO) === REPLY_TO) rewriteReplyTo(message, replyName);
}

function checkUser(actor: Actor, userId: string): void {
  if (userId === actor.user || actor.impersonator) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `user_id property set to '${userId}' but authenticated user was '${actor.user}'`,
  );
}

/** A time in milliseconds, as decimal digits. */
function checkExpiration(text: string): void {
  const [digits] = /^[+-]?\d+/.exec(text) ?? [];
  let wrong: string | undefined;
  if (digits === undefined) wrong = 'no_integer';
  else if (digits.length < text.length) wrong = `{leftover_string,"${text.slice(digits.length)}"}`;
  else if (Number(digits) < 0) wrong = `{value_negative,${Number(digits)}}`;
  else if (Number(digits) > LONGEST_MS) wrong = `{value_too_large,${BigInt(digits)}}`;
  if (wrong !== undefined) throw new AmqpError('PRECONDITION_FAILED', `invalid expiration '${text}': ${wrong}`);
}

/** Direct reply-to: requests carry the name under which replies reach their publisher. */
function rewriteReplyTo(message: Message, replyName: string | undefined): void {
  if (replyName === undefined) throw new AmqpError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
  message.changeProperties({ replyTo: replyName });
}
