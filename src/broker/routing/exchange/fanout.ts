/** The fanout exchange: every binding matches (AMQP 0-9-1 section 3.1.3.2). */
import type { Binding } from './binding.ts';
import { Exchange } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

export class FanoutExchange extends Exchange {
  readonly type: string = 'fanout';

  match(_message: RoutedMessage, found: (binding: Binding) => void): void {
    for (const binding of this.bindings) found(binding);
  }

  protected added(): void {
    // The bindings themselves are all there is to match.
  }

  protected removed(): void {
    // As above.
  }

  protected emptied(): void {
    // As above.
  }
}
