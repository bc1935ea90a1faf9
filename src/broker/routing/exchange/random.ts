/** The random exchange: one binding, picked by chance for each message (RabbitMQ: Random Exchange Type). */
import type { Chance } from '../../../util/chance.ts';
import type { Binding } from './binding.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

export class RandomExchange extends Exchange {
  readonly type: string = 'x-random';
  override readonly perMessage = true;
  /** The bindings to pick from; undefined if they changed. */
  #choices: readonly Binding[] | undefined;
  readonly #chance: Chance;

  constructor(options: ExchangeOptions, chance: Chance) {
    super(options);
    this.#chance = chance;
  }

  match(_message: RoutedMessage, found: (binding: Binding) => void): void {
    const choices = (this.#choices ??= [...this.bindings]);
    if (choices.length > 0) found(choices[this.#chance.below(choices.length)]);
  }

  protected added(): void {
    this.#choices = undefined;
  }

  protected removed(): void {
    this.#choices = undefined;
  }

  protected emptied(): void {
    this.#choices = undefined;
  }
}
