/** The direct exchange: the binding key equals the routing key (AMQP 0-9-1 section 3.1.3.1). */
import type { Binding } from './binding.ts';
import { Exchange } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

export class DirectExchange extends Exchange {
  readonly type = 'direct';
  readonly #byKey = new Map<string, Set<Binding>>();

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    for (const key of message.routingKeys) this.#byKey.get(key)?.forEach(found);
  }

  protected added(binding: Binding): void {
    const bindings = this.#byKey.get(binding.routingKey);
    if (bindings === undefined) this.#byKey.set(binding.routingKey, new Set([binding]));
    else bindings.add(binding);
  }

  protected removed(binding: Binding): void {
    const bindings = this.#byKey.get(binding.routingKey);
    bindings?.delete(binding);
    if (bindings?.size === 0) this.#byKey.delete(binding.routingKey);
  }

  protected emptied(): void {
    this.#byKey.clear();
  }
}
