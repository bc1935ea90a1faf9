/** Where a message goes: the targets behind an exchange for one routing key, found once and remembered. */
import type { Binding } from './exchange/binding.ts';
import type { Exchange } from './exchange/exchange.ts';
import type { History } from './exchange/history.ts';
import { RoutedMessage } from './exchange/routed-message.ts';
import { delayOf } from '../message/delay-header.ts';
import type { Message } from '../message/message.ts';
import type { MessageTarget } from '../message/message-target.ts';

/** How routing finds what exchanges point to by name. */
export interface Directory {
  exchange(name: string): Exchange | undefined;
  queue(name: string): MessageTarget | undefined;
  /** What the default exchange leads to for a routing key. */
  target(routingKey: string): MessageTarget | undefined;
}

export interface Route {
  readonly exchange: Exchange;
  readonly routingKey: string;
  readonly targets: readonly MessageTarget[];
  /** Exchanges on the way that keep what passes them. */
  readonly histories: readonly History[];
  /** Exchanges on the way where the message waits before it goes on. */
  readonly delays: readonly MessageTarget[];
  /** True if more than the routing key decides, so that each message must be routed by itself. */
  readonly perMessage: boolean;
}

const NONE: readonly [] = [];

/** The way to a queue, or a consumer of replies, from the exchange that leads there without a binding. */
export function routeTo(target: MessageTarget, exchange: Exchange, routingKey: string): Route {
  return { exchange, routingKey, targets: [target], histories: NONE, delays: NONE, perMessage: false };
}

/**
 * Follows a message from `exchange` through bindings, exchanges behind exchanges, and alternate exchanges; loops end.
 * `further`: the routing keys that the message has beside its own. An alternate exchange is for what none of them routes.
 * `told`: hears of each binding that the message goes by.
 */
export function findRoute(
  directory: Directory,
  exchange: Exchange,
  routingKey: string,
  message: Message | undefined,
  further: readonly string[] = [],
  told?: (binding: Binding) => void,
): Route {
  const targets = new Set<MessageTarget>();
  const routed = new RoutedMessage(routingKey, message, further);
  const histories: History[] = [];
  const delays: MessageTarget[] = [];
  const seen = new Set<Exchange>([exchange]);
  const open = [exchange];
  let perMessage = false;
  const visit = (next: Exchange | undefined): void => {
    if (next === undefined || seen.has(next)) return;
    seen.add(next);
    open.push(next);
  };
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    perMessage ||= current.perMessage;
    if (current.delayed !== undefined && message !== undefined && delayOf(message) > 0) {
      delays.push(current.delayed);
      continue;
    }
    if (current.history !== undefined) histories.push(current.history);
    let matched = false;
    // As an alternate the default exchange leads nowhere, in RabbitMQ too.
    if (current === exchange && current.name === '') {
      for (const key of routed.routingKeys) {
        const target = directory.target(key);
        if (target === undefined) continue;
        matched = true;
        targets.add(target);
      }
    } else {
      current.match(routed, (binding) => {
        const { destination } = binding;
        matched = true;
        told?.(binding);
        if (destination.kind === 'queue') targets.add(destination);
        else visit(directory.exchange(destination.name));
      });
    }
    const { alternate } = current;
    if (!matched && alternate !== undefined) visit(directory.exchange(alternate));
  }
  return { exchange, routingKey, targets: [...targets], histories, delays, perMessage };
}
