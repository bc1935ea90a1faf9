/** Redeclarations: what is declared again must be what is there, but for what RabbitMQ does not compare. */
import { checkSameQueueArguments } from '../arguments/queue-arguments.ts';
import * as errors from '../arguments/errors.ts';
import type { Exchange, ExchangeOptions } from '../routing/exchange/exchange.ts';
import type { DeclaredQueue, QueueOptions } from '../queue/declared-queue.ts';

/** Throws AmqpError PRECONDITION_FAILED. */
export function checkSameExchange(
  received: ExchangeOptions & { readonly type: string },
  current: Exchange,
  vhost: string,
): void {
  const { name } = received;
  errors.checkEquivalent('exchange', name, vhost, 'type', received.type, current.type);
  errors.checkEquivalent('exchange', name, vhost, 'durable', received.durable, current.durable);
  errors.checkEquivalent('exchange', name, vhost, 'auto_delete', received.autoDelete, current.autoDelete);
  errors.checkEquivalent('exchange', name, vhost, 'internal', received.internal, current.internal);
  const [now, then] = [received.arguments, current.arguments];
  errors.checkEquivalentArgument('exchange', name, vhost, 'alternate-exchange', now, then);
}

/** Throws AmqpError RESOURCE_LOCKED or PRECONDITION_FAILED. */
export function checkSameQueue(received: QueueOptions, current: DeclaredQueue, vhost: string): void {
  const { name } = received;
  if (received.owner !== current.owner) throw errors.locked(name, vhost);
  const durable = received.durable && received.owner === undefined;
  errors.checkEquivalent('queue', name, vhost, 'durable', durable, current.durable);
  errors.checkEquivalent('queue', name, vhost, 'auto_delete', received.autoDelete, current.autoDelete);
  checkSameQueueArguments(received.arguments, current.arguments, name, vhost);
}
