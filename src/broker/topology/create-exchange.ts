/** Making an exchange of a type that is known by its name. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Chance } from '../../util/chance.ts';
import { DelayedMessages } from '../delay/delayed-messages.ts';
import type { LogContext } from '../log/log-context.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';
import type { Message } from '../message/message.ts';
import type { Unreadable } from '../arguments/unreadable.ts';
import type { Observer } from '../events/observer.ts';
import { delayedType } from '../routing/exchange/arguments.ts';
import { DelayedMessageExchange } from '../routing/exchange/delayed-message.ts';
import type { Exchange, ExchangeOptions } from '../routing/exchange/exchange.ts';
import { EXCHANGE_TYPES, type ExchangeType } from '../routing/exchange/types.ts';

export interface ExchangeDeclaration extends ExchangeOptions {
  readonly type: string;
}

/** The vhost, as its exchanges see it: those by chance, and those that keep messages for later. */
export interface ExchangeHost {
  /** The vhost's name. */
  readonly name: string;
  readonly observer: Observer | undefined;
  readonly node: LogContext & Scheduling & { readonly chance: Chance };
  /** Routes from the exchange on what waited there. */
  sendThrough(exchange: Exchange, message: Message): void;
  /** A message that waited at the exchange cannot be sent on, and is lost. */
  lost(exchange: string, reason: unknown): void;
  /** Something of the exchange cannot be read; or, without a reason, can be read again. */
  unreadable(what: Unreadable, name: string, reason: Error | undefined): void;
}

/** `logId`: number of the log that it has in the store, if any. Throws AmqpError PRECONDITION_FAILED if it cannot be. */
export function createExchange(declaration: ExchangeDeclaration, host: ExchangeHost, logId?: number): Exchange {
  const routing = routingExchange(declaration, host.node.chance);
  if (!keepsMessages(declaration)) return routing;
  const delayed = new DelayedMessages(host.node, logId, {
    name: declaration.name,
    vhost: host,
    sendThrough: (message) => host.sendThrough(exchange, message),
    lost: (reason) => host.lost(declaration.name, reason),
    stopped: (reason) => host.unreadable('exchange', declaration.name, reason),
    wentOn: () => host.unreadable('exchange', declaration.name, undefined),
  });
  const exchange = new DelayedMessageExchange(declaration, routing, delayed);
  return exchange;
}

/** True if messages wait at the exchange, in a log of their own. */
export function keepsMessages({ type }: ExchangeDeclaration): boolean {
  return type === 'x-delayed-message';
}

/** What routes its messages: the exchange itself, but for those that wait first. */
function routingExchange(declaration: ExchangeDeclaration, chance: Chance): Exchange {
  const type = keepsMessages(declaration) ? delayedType(declaration.arguments) : declaration.type;
  return new (knownType(type))(declaration, chance);
}

function knownType(type: string): ExchangeType {
  const known = EXCHANGE_TYPES.get(type);
  if (known === undefined) throw new AmqpError('PRECONDITION_FAILED', `unknown exchange type '${type}'`);
  return known;
}

/** Throws AmqpError PRECONDITION_FAILED if no exchange can be declared like this, whether or not one is there. */
export function checkExchangeDeclaration(declaration: ExchangeDeclaration, vhost: string): void {
  const { name, type, arguments: args } = declaration;
  if (!keepsMessages(declaration)) knownType(type);
  const alternate = args.get('alternate-exchange');
  if (alternate === undefined || alternate.type === 'longstr') return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `invalid type '${alternate.type}' for arg 'alternate-exchange' in exchange '${name}' in vhost '${vhost}'`,
  );
}

/** Throws AmqpError PRECONDITION_FAILED if a new exchange has arguments that its type cannot make sense of. */
export function checkTypeArguments(declaration: ExchangeDeclaration, chance: Chance): void {
  // The type looks at them when it makes one.
  routingExchange(declaration, chance);
}
