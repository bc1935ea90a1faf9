/** Declaring and deleting exchanges (AMQP 0-9-1 section 1.6; RabbitMQ: Access Control, Alternate Exchanges). */
import type { FieldTable } from '../../protocol/field-table.ts';
import { textIn } from '../arguments/fields.ts';
import type { Actor } from './actor.ts';
import { exchangeName } from './names.ts';
import { Receipt } from './receipt.ts';

export interface ExchangeRequest {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

/** Throws AmqpError if the exchange cannot be, is another, or the actor may not. */
export function declareExchange(actor: Actor, request: ExchangeRequest): Receipt {
  const { vhost } = actor;
  const name = exchangeName(request.name);
  actor.check('configure', 'exchange', name);
  const alternate = textIn(request.arguments, 'alternate-exchange');
  if (alternate !== undefined) {
    actor.check('read', 'exchange', name);
    actor.check('write', 'exchange', alternate);
  }
  const { type, durable, autoDelete, internal, arguments: args } = request;
  vhost.declareExchange({ name, type, durable, autoDelete, internal, arguments: args }, actor.connection);
  return new Receipt(vhost.node.store, undefined);
}

/** exchange.declare with passive. Throws AmqpError NOT_FOUND. */
export function inspectExchange(actor: Actor, name: string): Receipt {
  actor.vhost.existingExchange(exchangeName(name));
  return new Receipt(undefined, undefined);
}

/** No error if there is none. Throws AmqpError if it is not to be deleted. */
export function deleteExchange(actor: Actor, name: string, ifUnused = false): Receipt {
  const exchange = exchangeName(name);
  actor.check('configure', 'exchange', exchange);
  actor.vhost.deleteExchange(exchange, ifUnused, actor.connection);
  return new Receipt(actor.vhost.node.store, undefined);
}
