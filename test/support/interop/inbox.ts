/**
 * What a test collects from callbacks and later waits for: deliveries, returns, events. Every wait has a deadline and
 * says what did arrive when it passes.
 */
import { PATIENCE } from '../patience.ts';

interface Waiter {
  readonly done: () => boolean;
  readonly resolve: () => void;
}

export class Inbox<T> {
  readonly items: T[] = [];
  #taken = 0;
  #waiters: Waiter[] = [];

  /** Adds one item; bound, so that it can be passed as a callback. */
  readonly push = (item: T): void => {
    this.items.push(item);
    const ready = this.#waiters.filter((waiter) => waiter.done());
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  };

  /** Items that arrived and were not taken yet. */
  get waiting(): number {
    return this.items.length - this.#taken;
  }

  /** The next item. Rejects after `deadline` milliseconds. */
  async next(deadline = PATIENCE): Promise<T> {
    const [item] = (await this.take(1, deadline)) as [T];
    return item;
  }

  /** The next `count` items in their order. Rejects after `deadline` milliseconds. */
  async take(count: number, deadline = PATIENCE): Promise<T[]> {
    await this.#until(
      () => this.waiting >= count,
      deadline,
      () => `${count} items, ${this.waiting} arrived`,
    );
    const items = this.items.slice(this.#taken, this.#taken + count);
    this.#taken += count;
    return items;
  }

  /** Waits until all items together fulfil a condition. Rejects after `deadline` milliseconds. */
  async until(condition: (items: readonly T[]) => boolean, deadline = PATIENCE): Promise<void> {
    await this.#until(
      () => condition(this.items),
      deadline,
      () => `a condition on ${this.items.length} items`,
    );
  }

  #until(done: () => boolean, deadline: number, describe: () => string): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((waiter) => waiter.done !== done);
        reject(new Error(`Waited ${deadline} ms for ${describe()}.`));
      }, deadline);
      this.#waiters.push({
        done,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }
}
