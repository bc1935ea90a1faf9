/**
 * Counts messages by the route they took. Most take that of the message before, so what exchange and queues count is added when the
 * route changes, or when somebody wants to know.
 */
import type { ExchangeCounters } from '../events/counters.ts';
import type { Route } from './route.ts';

export class RouteCounts {
  /** Of all exchanges. */
  readonly #total: ExchangeCounters;
  #route: Route | undefined;
  #messages = 0;

  constructor(total: ExchangeCounters) {
    this.#total = total;
  }

  count(route: Route): void {
    if (route !== this.#route) {
      this.settle();
      this.#route = route;
    }
    this.#messages++;
  }

  /** All that was counted is where it belongs, and no route is held any more. */
  settle(): void {
    if (this.#route === undefined) return;
    const { exchange, targets } = this.#route;
    const messages = this.#messages;
    this.#route = undefined;
    this.#messages = 0;
    const copies = messages * targets.length;
    for (const counters of [exchange.counters, this.#total]) {
      counters.publishIn += messages;
      counters.publishOut += copies;
    }
    for (const target of targets) target.published?.(messages, exchange);
  }
}
