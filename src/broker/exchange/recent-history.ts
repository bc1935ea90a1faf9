/**
 * The recent history exchange: a fanout that remembers the last messages and hands them to whatever is bound later
 * (RabbitMQ: Recent History Exchange). Who routes a message lets `history` keep it; who binds replays it.
 */
import { historyLength } from './arguments.ts';
import type { Binding } from './binding.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { History } from './history.ts';
import type { RoutedMessage } from './routed-message.ts';

export class RecentHistoryExchange extends Exchange {
  readonly type = 'x-recent-history';
  override readonly history: History;

  constructor(options: ExchangeOptions) {
    super(options);
    this.history = new History(historyLength(options.arguments));
  }

  match(_message: RoutedMessage, found: (binding: Binding) => void): void {
    for (const binding of this.bindings) found(binding);
  }

  protected added(): void {
    // The bindings themselves are all there is to match.
  }

  protected removed(): void {
    // As above.
  }
}
