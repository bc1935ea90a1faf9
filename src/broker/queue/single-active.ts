/** Only the consumer that came first gets messages; when it goes, the one that came next (RabbitMQ: Single Active Consumer). */
import type { Consumer } from './consumer.ts';
import type { DispatchOrder } from './dispatch-order.ts';

export class SingleActive implements DispatchOrder {
  readonly #consumers: Iterable<Consumer | undefined>;

  /** `consumers`: in the order in which they came; it changes with them. */
  constructor(consumers: Iterable<Consumer>) {
    this.#consumers = consumers;
  }

  activate(consumer: Consumer): void {
    consumer.active = true;
  }

  remove(consumer: Consumer): void {
    consumer.active = false;
  }

  next(): Consumer | undefined {
    const [first] = this.#consumers;
    if (first === undefined || first.ready) return first;
    first.active = false;
    return undefined;
  }
}
