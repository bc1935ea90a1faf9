/** Names of exchanges and queues as people and methods give them. */
import { type Chance, uniqueName } from '../../util/chance.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { defaultExchangeRefused } from '../arguments/errors.ts';
import { REPLY_TO } from '../routing/reply-to.ts';
import { SERVER_NAMED } from '../topology/replicated.ts';

/** RabbitMQ drops line ends from names, for the sake of its own command line. */
export function resourceName(name: string): string {
  return name.includes('\n') || name.includes('\r') ? name.replace(/[\r\n]/g, '') : name;
}

/** A name by which an exchange is declared, deleted or bound: the default exchange is nobody's. Throws AmqpError ACCESS_REFUSED. */
export function exchangeName(name: string): string {
  const exchange = resourceName(name);
  if (exchange === '') throw defaultExchangeRefused();
  return exchange;
}

/** A name for a queue that was declared without one. */
export function newQueueName(chance: Chance): string {
  return `${SERVER_NAMED}${uniqueName(chance)}`;
}

/** True for names that stand for a consumer of direct replies, not for a queue. */
export function isReplyName(name: string): boolean {
  return name === REPLY_TO || name.startsWith(`${REPLY_TO}.`);
}

/** Throws ChangeError `invalid` for what AMQP cannot carry as a name. */
export function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > 255) throw new ChangeError('invalid', 'a name must have 1 to 255 bytes');
}
