/** The consumers of one queue: who they are. Whose turn it is their DispatchOrder knows. */
import type { Consumer } from './consumer.ts';
import type { DispatchOrder } from './dispatch-order.ts';
import type { QueueSettings } from './queue-settings.ts';
import { RoundRobin } from './round-robin.ts';
import { SingleActive } from './single-active.ts';

export class Consumers {
  /** In the order in which they came. */
  readonly #all = new Set<Consumer>();
  readonly #order: DispatchOrder;
  #exclusive: Consumer | undefined;

  constructor({ singleActiveConsumer }: Pick<QueueSettings, 'singleActiveConsumer'>) {
    this.#order = singleActiveConsumer ? new SingleActive(this.#all) : new RoundRobin();
  }

  get count(): number {
    return this.#all.size;
  }

  get exclusive(): boolean {
    return this.#exclusive !== undefined;
  }

  add(consumer: Consumer): void {
    this.#all.add(consumer);
    if (consumer.exclusive) this.#exclusive = consumer;
  }

  remove(consumer: Consumer): void {
    this.#all.delete(consumer);
    if (this.#exclusive === consumer) this.#exclusive = undefined;
    this.#order.remove(consumer);
  }

  /** The queue has nothing for them any more: they are gone, and hear it. */
  cancel(): void {
    for (const consumer of [...this.#all]) {
      this.remove(consumer);
      consumer.target.cancelled(consumer);
    }
  }

  /** The consumer counts on its turn again. */
  activate(consumer: Consumer): void {
    if (!consumer.active && this.#all.has(consumer)) this.#order.activate(consumer);
  }

  /** The consumer for the next message; undefined if none can take one. */
  next(): Consumer | undefined {
    return this.#order.next();
  }

  [Symbol.iterator](): IterableIterator<Consumer> {
    return this.#all.values();
  }
}
