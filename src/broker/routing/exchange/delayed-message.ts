/**
 * The delayed message exchange: it routes as another type does (`x-delayed-type`), but a message that asks to wait (`x-delay`)
 * is kept first and routed when its time has come, by the bindings of that moment (the delayed message exchange plugin of RabbitMQ).
 */
import type { DelayedMessages } from '../../delay/delayed-messages.ts';
import type { Binding, BindingIdentity } from './binding.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import type { History } from './history.ts';
import type { RoutedMessage } from './routed-message.ts';

export class DelayedMessageExchange extends Exchange {
  readonly type = 'x-delayed-message';
  /** Whether the message is to wait stands in its headers. */
  override readonly perMessage = true;
  override readonly delayed: DelayedMessages;
  override readonly history: History | undefined;
  /** Routes what does not wait. It has the same bindings. */
  readonly #routing: Exchange;

  constructor(options: ExchangeOptions, routing: Exchange, delayed: DelayedMessages) {
    super(options);
    this.#routing = routing;
    this.delayed = delayed;
    this.history = routing.history;
  }

  override validateBinding(binding: BindingIdentity): void {
    this.#routing.validateBinding(binding);
  }

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    this.#routing.match(message, found);
  }

  protected added(binding: Binding): void {
    this.#routing.bind(binding);
  }

  protected removed(binding: Binding): void {
    this.#routing.unbind(binding);
  }

  protected emptied(): void {
    this.#routing.unbindAll();
  }
}
