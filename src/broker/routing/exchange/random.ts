/** The random exchange: one binding, picked by chance for each message (RabbitMQ: Random Exchange Type). */
import type { Binding } from './binding.ts';
import { Exchange } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

export class RandomExchange extends Exchange {
  readonly type: string = 'x-random';
  override readonly perMessage = true;
  /** The bindings to pick from; undefined where they changed. */
  #choices: readonly Binding[] | undefined;

  match(_message: RoutedMessage, found: (binding: Binding) => void): void {
    const choices = (this.#choices ??= [...this.bindings]);
    if (choices.length > 0) found(choices[Math.floor(Math.random() * choices.length)]);
  }

  protected added(): void {
    this.#choices = undefined;
  }

  protected removed(): void {
    this.#choices = undefined;
  }
}
