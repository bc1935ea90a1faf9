/**
 * The consumers of one queue, and whose turn it is: the highest priority first, in turn among equals. A consumer that cannot
 * take a message is set aside until it says that it can, so that a thousand busy consumers cost nothing.
 */
import { Deque } from '../../util/deque.ts';
import type { Consumer } from './consumer.ts';

interface PriorityGroup {
  readonly priority: number;
  readonly turn: Deque<Consumer>;
  /** How many of them are gone, and not active any more: to find each in its place would take long where they are many. */
  gone: number;
}

export class Consumers {
  readonly #all = new Set<Consumer>();
  /** Highest priority first. */
  #groups: PriorityGroup[] = [];
  #exclusive: Consumer | undefined;
  /** Only the consumer that came first gets messages (RabbitMQ: Single Active Consumer). */
  readonly #single: boolean;

  constructor(single = false) {
    this.#single = single;
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
    const position = this.#groups.findIndex(({ priority }) => priority === consumer.priority);
    if (position < 0) return;
    const group = this.#groups[position];
    if (consumer.active) group.gone++;
    consumer.active = false;
    if (group.gone * 2 > group.turn.length) sweep(group);
    if (group.turn.length === 0) this.#groups.splice(position, 1);
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
    if (consumer.active || !this.#all.has(consumer)) return;
    consumer.active = true;
    if (!this.#single) this.#group(consumer.priority).turn.push(consumer);
  }

  /** The consumer for the next message; undefined where none can take one. */
  next(): Consumer | undefined {
    if (this.#single) return this.#nextSingle();
    for (let i = 0; i < this.#groups.length; i++) {
      const group = this.#groups[i];
      const { turn } = group;
      while (turn.length > 0) {
        const consumer = turn.first!;
        if (consumer.active && consumer.ready) {
          if (turn.length > 1) turn.push(turn.shift()!);
          return consumer;
        }
        turn.shift();
        if (!consumer.active) group.gone--;
        consumer.active = false;
      }
    }
    return undefined;
  }

  #nextSingle(): Consumer | undefined {
    const [first] = this.#all as Set<Consumer | undefined>;
    if (first === undefined || first.ready) return first;
    first.active = false;
    return undefined;
  }

  [Symbol.iterator](): IterableIterator<Consumer> {
    return this.#all.values();
  }

  #group(priority: number): PriorityGroup {
    let i = 0;
    while (i < this.#groups.length && this.#groups[i].priority > priority) i++;
    const found = this.#groups[i];
    if (found?.priority === priority) return found;
    const group = { priority, turn: new Deque<Consumer>(), gone: 0 };
    this.#groups = this.#groups.toSpliced(i, 0, group);
    return group;
  }
}

/** Takes those that are gone out of the turn. */
function sweep(group: PriorityGroup): void {
  const { turn } = group;
  for (let left = turn.length; left > 0; left--) {
    const consumer = turn.shift()!;
    if (consumer.active) turn.push(consumer);
  }
  group.gone = 0;
}
