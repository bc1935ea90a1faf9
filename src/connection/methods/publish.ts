/** basic.publish, once its content is whole (AMQP 0-9-1 section 1.8; RabbitMQ: Publishers). */
import { LONGEST_MS } from '../../broker/arguments/queue-arguments.ts';
import type { Message } from '../../broker/message/message.ts';
import { REPLY_TO } from '../../broker/routing/reply-to.ts';
import type { Route } from '../../broker/routing/route.ts';
import { propertyFlags } from '../../codec/properties.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { PROPERTY_EXPIRATION, PROPERTY_REPLY_TO, PROPERTY_USER_ID } from '../../protocol/generated/constants.ts';
import { REPLY_CODES } from '../../protocol/generated/reply-codes.ts';
import type { Channel } from '../channel/channel.ts';

/** Properties that a rule hangs on. */
const CHECKED = PROPERTY_EXPIRATION | PROPERTY_REPLY_TO | PROPERTY_USER_ID;

export function publish(channel: Channel): void {
  const { content } = channel;
  const { message, mandatory } = content;
  if (content.immediate) throw new AmqpError('NOT_IMPLEMENTED', 'immediate=true');
  const route = channel.routes.find(message);
  if ((propertyFlags(message.properties, message.propertiesStart) & CHECKED) !== 0) checkProperties(channel, message);
  if (channel.transaction !== undefined) channel.transaction.publish(message, route, mandatory);
  else sendOn(channel, message, route, mandatory);
}

function sendOn(channel: Channel, message: Message, route: Route, mandatory: boolean): void {
  const { confirms, connection } = channel;
  const number = confirms === undefined ? 0 : confirms.begin();
  const routed = connection.vhost.publish(message, route, confirms, number);
  // A return goes out before its confirm.
  if (!routed && mandatory) returnMessage(channel, message);
  confirms?.confirmed(number);
}

/** A mandatory message that nobody takes goes back to its publisher. */
export function returnMessage(channel: Channel, message: Message): void {
  channel.connection.writer.return(channel.number, REPLY_CODES.NO_ROUTE.code, 'NO_ROUTE', message);
}

function checkProperties(channel: Channel, message: Message): void {
  const { userId, expiration, replyTo } = message.decodeProperties();
  if (userId !== undefined) checkUser(channel, userId);
  if (expiration !== undefined) checkExpiration(expiration);
  if (replyTo === REPLY_TO) rewriteReplyTo(channel, message);
}

function checkUser(channel: Channel, userId: string): void {
  const { access } = channel.connection;
  if (userId === access.user || access.impersonator) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `user_id property set to '${userId}' but authenticated user was '${access.user}'`,
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

/** Direct reply-to: the requests of a channel carry the name under which replies reach it. */
function rewriteReplyTo(channel: Channel, message: Message): void {
  if (channel.replyConsumer === undefined) {
    throw new AmqpError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
  }
  message.changeProperties({ replyTo: channel.replyConsumer.name });
}
