/**
 * The modulus hash exchange: the binding at the place that the routing key's hash has among N (RabbitMQ: Sharding Plugin).
 * The same routing key takes the same way until a binding comes or goes; then nearly every key may take another.
 */
import { type Binding, bindingKey } from './binding.ts';
import { Exchange } from './exchange.ts';
import { hashText } from './hash.ts';
import type { RoutedMessage } from './routed-message.ts';

export class ModulusHashExchange extends Exchange {
  readonly type = 'x-modulus-hash';
  /** In an order that a restart does not change; undefined if the bindings changed. */
  #places: readonly Binding[] | undefined;

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    const places = (this.#places ??= inOrder(this.bindings));
    if (places.length > 0) found(places[hashText(message.routingKeys.join('\0')) % places.length]);
  }

  protected added(): void {
    this.#places = undefined;
  }

  protected removed(): void {
    this.#places = undefined;
  }

  protected emptied(): void {
    this.#places = undefined;
  }
}

function inOrder(bindings: Iterable<Binding>): readonly Binding[] {
  const keyed = Array.from(bindings, (binding) => ({ binding, key: bindingKey(binding) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.map(({ binding }) => binding);
}
