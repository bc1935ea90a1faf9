/** Only the consumer that came first gets messages; when it goes, the one that came next (RabbitMQ: Single Active Consumer). */
import type { Consumer } from './consumer.ts';
import type { DispatchOrder } from './dispatch-order.ts';

export class SingleActive implements DispatchOrder {
  readonly #consumers: Iterable<Consumer | undefined>;
  /** Who gets messages; undefined until that is asked for. */
  #first: Consumer | undefined;

  /** `consumers`: in the order in which they came; it changes with them. */
  constructor(consumers: Iterable<Consumer>) {
    this.#consumers = consumers;
  }

  activate(consumer: Consumer): void {
    consumer.active = true;
  }

  remove(consumer: Consumer): void {
    consumer.active = false;
    if (consumer === this.#first) this.#first = undefined;
  }

  next(): Consumer | undefined {
    if (this.#first === undefined) [this.#first] = this.#consumers;
    const first = this.#first;
    if (first === undefined || first.ready) return first;
    first.active = false;
    return undefined;
  }
}
