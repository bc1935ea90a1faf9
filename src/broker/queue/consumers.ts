/**
 * The consumers of one queue, and whose turn it is: the highest priority first, in turn among equals. A consumer that cannot
 * take a message is set aside until it says that it can, so that a thousand busy consumers cost nothing.
 */
import { Deque } from '../../util/deque.ts';
import type { Consumer } from './consumer.ts';

interface Level {
  readonly priority: number;
  readonly turn: Deque<Consumer>;
}

/** Of the many queues without consumers. Nothing is ever added to these. */
const NOBODY = new Set<Consumer>();
const NO_LEVELS: Level[] = [];

export class Consumers {
  /** Made for the first. */
  #all: Set<Consumer> = NOBODY;
  /** Highest priority first. */
  #levels: Level[] = NO_LEVELS;
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
    if (this.#all === NOBODY) this.#all = new Set();
    this.#all.add(consumer);
    if (consumer.exclusive) this.#exclusive = consumer;
  }

  remove(consumer: Consumer): void {
    this.#all.delete(consumer);
    if (this.#exclusive === consumer) this.#exclusive = undefined;
    const level = this.#levels.find(({ priority }) => priority === consumer.priority);
    if (!consumer.active || level === undefined) return;
    consumer.active = false;
    for (let i = 0; i < level.turn.length; i++) if (level.turn.at(i) === consumer) level.turn.removeAt(i);
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
    if (!this.#single) this.#level(consumer.priority).turn.push(consumer);
  }

  /** The consumer for the next message; undefined where none can take one. */
  next(): Consumer | undefined {
    if (this.#single) {
      const [first] = this.#all as Set<Consumer | undefined>;
      if (first === undefined || first.ready) return first;
      first.active = false;
      return undefined;
    }
    for (let i = 0; i < this.#levels.length; i++) {
      const { turn } = this.#levels[i];
      while (turn.length > 0) {
        const consumer = turn.first!;
        if (consumer.ready) {
          if (turn.length > 1) turn.push(turn.shift()!);
          return consumer;
        }
        turn.shift();
        consumer.active = false;
      }
    }
    return undefined;
  }

  [Symbol.iterator](): IterableIterator<Consumer> {
    return this.#all.values();
  }

  #level(priority: number): Level {
    let i = 0;
    while (i < this.#levels.length && this.#levels[i].priority > priority) i++;
    const found = this.#levels[i];
    if (found?.priority === priority) return found;
    const level = { priority, turn: new Deque<Consumer>() };
    this.#levels = this.#levels.toSpliced(i, 0, level);
    return level;
  }
}
