/**
 * The recent history exchange: a fanout that remembers the last messages and hands them to whatever is bound later
 * (RabbitMQ: Recent History Exchange). Who routes a message lets `history` keep it; who binds replays it.
 */
import { historyLength } from './arguments.ts';
import type { ExchangeOptions } from './exchange.ts';
import { FanoutExchange } from './fanout.ts';
import { History } from './history.ts';

export class RecentHistoryExchange extends FanoutExchange {
  override readonly type = 'x-recent-history';
  override readonly history: History;

  constructor(options: ExchangeOptions) {
    super(options);
    this.history = new History(historyLength(options.arguments));
  }
}
