/**
 * Consumers take turns, the highest priority first (RabbitMQ: Consumer Priorities). One that has no room for a message is set aside until it
 * says that it has, so that a thousand busy consumers cost nothing.
 */
import { Deque } from '../../util/deque.ts';
import type { Consumer } from './consumer.ts';
import type { DispatchOrder } from './dispatch-order.ts';

interface PriorityGroup {
  readonly priority: number;
  readonly turn: Deque<Consumer>;
  /** How many of them are gone, and not active any more: to find each in its place would take long if they are many. */
  gone: number;
}

export class RoundRobin implements DispatchOrder {
  /** Highest priority first. */
  #groups: PriorityGroup[] = [];

  activate(consumer: Consumer): void {
    consumer.active = true;
    this.#group(consumer.priority).turn.push(consumer);
  }

  remove(consumer: Consumer): void {
    const position = this.#groups.findIndex(({ priority }) => priority === consumer.priority);
    if (position < 0) return;
    const group = this.#groups[position];
    if (consumer.active) group.gone++;
    consumer.active = false;
    if (group.gone * 2 > group.turn.length) sweep(group);
    if (group.turn.length === 0) this.#groups.splice(position, 1);
  }

  next(): Consumer | undefined {
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
