/** Where a message goes: the sinks behind an exchange for one routing key, found once and remembered. */
import type { Exchange } from './exchange/exchange.ts';
import { RoutedMessage } from './exchange/routed-message.ts';
import type { Message } from './message.ts';
import type { Sink } from './sink.ts';

/** How routing finds what exchanges point to by name. */
export interface Directory {
  exchange(name: string): Exchange | undefined;
  /** What the default exchange leads to for a routing key. */
  sink(routingKey: string): Sink | undefined;
}

export interface Route {
  readonly exchange: Exchange;
  readonly routingKey: string;
  readonly sinks: readonly Sink[];
  /** True where the sinks depend on the message's headers, so that each message must be routed by itself. */
  readonly usesHeaders: boolean;
}

/** Follows a message from `exchange` through bindings, exchanges behind exchanges, and alternate exchanges; loops end. */
export function findRoute(
  directory: Directory,
  exchange: Exchange,
  routingKey: string,
  message: Message | undefined,
): Route {
  const sinks = new Set<Sink>();
  const routed = new RoutedMessage(routingKey, message);
  const seen = new Set<Exchange>([exchange]);
  const open = [exchange];
  let usesHeaders = false;
  const visit = (next: Exchange | undefined): void => {
    if (next === undefined || seen.has(next)) return;
    seen.add(next);
    open.push(next);
  };
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    usesHeaders ||= current.usesHeaders;
    let matched = false;
    if (current.name === '') {
      const sink = directory.sink(routingKey);
      if (sink !== undefined) sinks.add(sink);
      matched = sink !== undefined;
    } else {
      current.match(routed, ({ destination }) => {
        matched = true;
        if (destination.kind === 'queue') sinks.add(destination);
        else visit(directory.exchange(destination.name));
      });
    }
    const { alternate } = current;
    if (!matched && alternate !== undefined) visit(directory.exchange(alternate));
  }
  return { exchange, routingKey, sinks: [...sinks], usesHeaders };
}
