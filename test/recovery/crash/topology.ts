/**
 * A client that declares, binds, fills, purges and deletes queues and exchanges of its own, one operation at a time. After a
 * crash its part of the broker is as it was before the operation under way, or as it is after it.
 */
import type { ConfirmChannel } from 'amqplib';
import type { Random } from '../../support/recovery/random.ts';
import { bodyOf, messageId } from './ledger.ts';
import type { Life } from './life.ts';

/** What the client has: immutable, an operation makes a new one. */
export interface Topology {
  /** Ids of the messages, by queue. */
  readonly queues: ReadonlyMap<string, readonly string[]>;
  /** True where auto-delete. */
  readonly exchanges: ReadonlyMap<string, boolean>;
  /** `source > kind destination (key)`. */
  readonly bindings: ReadonlySet<string>;
}

const EMPTY: Topology = { queues: new Map(), exchanges: new Map(), bindings: new Set() };

interface Operation {
  readonly after: Topology;
  readonly run: (channel: ConfirmChannel) => Promise<unknown>;
}

export class Declarer {
  readonly name: string;
  /** What is there once all operations are done, the last one of which may be under way. */
  #states: Topology[] = [EMPTY];
  #underWay = false;
  /** Where in `#states` those begin that may be what the broker comes back with, where the power failed before its end. */
  #atCut: number | undefined;
  #number = 0;

  constructor(name: string) {
    this.name = name;
  }

  async live(life: Life, random: Random): Promise<void> {
    const channel = await life.channel();
    while (!life.over) {
      const operation = this.#choose(random);
      if (operation === undefined) continue;
      this.#states.push(operation.after);
      this.#underWay = true;
      await operation.run(channel);
      this.#underWay = false;
    }
  }

  /** The power fails now, though the client goes on. */
  powerFails(): void {
    this.#atCut = this.#latest;
  }

  /** The broker was killed. `cut`: what it did after the power failed may be lost. */
  killed(cut: boolean): void {
    this.#states = this.#states.slice(cut ? this.#atCut : this.#latest);
    this.#atCut = undefined;
  }

  /** What may be there, or each as far as an operation has led from it to the next. */
  get possible(): readonly Topology[] {
    return this.#states;
  }

  /** This is there. */
  found(topology: Topology): void {
    this.#states = [topology];
    this.#underWay = false;
  }

  /** Index of the last state that is there for sure. */
  get #latest(): number {
    return this.#states.length - (this.#underWay ? 2 : 1);
  }

  get #before(): Topology {
    return this.#states[this.#latest];
  }

  #choose(random: Random): Operation | undefined {
    const { queues, exchanges, bindings } = this.#before;
    const queue = `${this.name}-q${random.integer(0, 3)}`;
    const exchange = `${this.name}-x${random.integer(0, 3)}`;
    const choice = random.next();
    if (choice < 0.2) {
      const after = queues.has(queue) ? this.#before : { ...this.#before, queues: new Map([...queues, [queue, []]]) };
      return { after, run: (channel) => channel.assertQueue(queue) };
    }
    if (choice < 0.35) {
      const autoDelete = exchanges.get(exchange) ?? random.chance(0.4);
      const after = { ...this.#before, exchanges: new Map([...exchanges, [exchange, autoDelete]]) };
      return { after, run: (channel) => channel.assertExchange(exchange, 'direct', { autoDelete }) };
    }
    if (choice < 0.5 && exchanges.has(exchange)) return this.#bind(exchange, random);
    if (choice < 0.6 && bindings.size > 0) return this.#unbind(random.pick([...bindings]));
    if (choice < 0.65 && exchanges.has(exchange)) {
      return { after: withoutExchange(this.#before, exchange), run: (channel) => channel.deleteExchange(exchange) };
    }
    if (!queues.has(queue)) return undefined;
    if (choice < 0.7) return { after: withoutQueue(this.#before, queue), run: (channel) => channel.deleteQueue(queue) };
    if (choice < 0.8) {
      const after = { ...this.#before, queues: new Map([...queues, [queue, []]]) };
      return { after, run: (channel) => channel.purgeQueue(queue) };
    }
    return this.#publish(queue, random);
  }

  #publish(queue: string, random: Random): Operation {
    const { queues } = this.#before;
    const ids = Array.from({ length: random.integer(1, 20) }, () =>
      messageId(this.name, this.#number++, random.integer(0, 5000)),
    );
    const after = { ...this.#before, queues: new Map([...queues, [queue, [...queues.get(queue)!, ...ids]]]) };
    const run = (channel: ConfirmChannel): Promise<void> => {
      for (const id of ids) channel.sendToQueue(queue, bodyOf(id), { persistent: true });
      return channel.waitForConfirms();
    };
    return { after, run };
  }

  #bind(source: string, random: Random): Operation | undefined {
    const { queues, exchanges, bindings } = this.#before;
    const key = `k${random.integer(0, 2)}`;
    const toQueue = random.chance(0.6);
    const ends = [...(toQueue ? queues : exchanges).keys()];
    if (ends.length === 0) return undefined;
    const destination = random.pick(ends);
    const kind = toQueue ? 'queue' : 'exchange';
    const after = { ...this.#before, bindings: new Set([...bindings, bindingText(source, kind, destination, key)]) };
    const run = (channel: ConfirmChannel): Promise<unknown> =>
      toQueue ? channel.bindQueue(destination, source, key) : channel.bindExchange(destination, source, key);
    return { after, run };
  }

  #unbind(binding: string): Operation {
    const [source, , kind, destination, key] = binding.split(' ');
    const run = (channel: ConfirmChannel): Promise<unknown> =>
      kind === 'queue'
        ? channel.unbindQueue(destination, source, key.slice(1, -1))
        : channel.unbindExchange(destination, source, key.slice(1, -1));
    return { after: withoutBinding(this.#before, binding), run };
  }
}

export function bindingText(source: string, kind: string, destination: string, key: string): string {
  return `${source} > ${kind} ${destination} (${key})`;
}

function withoutBinding(topology: Topology, binding: string): Topology {
  if (!topology.bindings.has(binding)) return topology;
  const bindings = new Set(topology.bindings);
  bindings.delete(binding);
  const rest = { ...topology, bindings };
  const [source] = binding.split(' ');
  const unused = ![...bindings].some((other) => other.startsWith(`${source} `));
  // An auto-delete exchange goes with its last binding.
  return unused && topology.exchanges.get(source) === true ? withoutExchange(rest, source) : rest;
}

function withoutExchange(topology: Topology, exchange: string): Topology {
  const exchanges = new Map(topology.exchanges);
  exchanges.delete(exchange);
  return withoutBindingsOf({ ...topology, exchanges }, exchange);
}

function withoutQueue(topology: Topology, queue: string): Topology {
  const queues = new Map(topology.queues);
  queues.delete(queue);
  return withoutBindingsOf({ ...topology, queues }, queue);
}

/** Without the bindings that have the exchange or queue at an end. */
function withoutBindingsOf(topology: Topology, name: string): Topology {
  const own = [...topology.bindings].filter((binding) => binding.split(' ').includes(name));
  return own.reduce(withoutBinding, topology);
}
