/** Exchanges with bindings to destinations that are nothing but names. */
import type { Binding } from '../../../../../src/broker/routing/exchange/binding.ts';
import type { Exchange } from '../../../../../src/broker/routing/exchange/exchange.ts';
import { RoutedMessage } from '../../../../../src/broker/routing/exchange/routed-message.ts';
import { EXCHANGE_TYPES } from '../../../../../src/broker/routing/exchange/types.ts';
import { toFieldTable } from '../../../../../src/codec/field-table.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../../../src/protocol/field-table.ts';
import { systemChance } from '../../../../../src/util/system.ts';
import { messageOf } from '../../../../support/recovery/messages.ts';

export function exchangeOf(type: string, name = type): Exchange {
  const Type = EXCHANGE_TYPES.get(type)!;
  const options = { name, durable: false, autoDelete: false, internal: false, arguments: EMPTY_TABLE };
  return new Type(options, systemChance);
}

/** Binds `destination` and returns the binding. */
export function bind(source: Exchange, destination: string, routingKey = '', args: FieldTable = EMPTY_TABLE): Binding {
  const binding: Binding = { source, destination: exchangeOf('fanout', destination), routingKey, arguments: args };
  source.bind(binding);
  return binding;
}

/** Names of the destinations that a message reaches, in alphabetical order, each as often as a binding matched. */
export function matched(exchange: Exchange, routingKey: string, headers: Record<string, unknown> = {}): string[] {
  const message = messageOf({ exchange: exchange.name, routingKey, properties: { headers: toFieldTable(headers) } });
  const names: string[] = [];
  exchange.match(new RoutedMessage(routingKey, message), ({ destination }) => names.push(destination.name));
  return names.sort();
}
