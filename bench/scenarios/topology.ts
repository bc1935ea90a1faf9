/** Queues, exchanges and bindings that scenarios need, made before and removed after. */
import { setTimeout } from 'node:timers/promises';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { BenchConnection } from '../client/connection.ts';

/** How long a queue has for what was published to be in it, and between two looks, in milliseconds. */
const SETTLING_MS = 10_000;
const LOOK_AGAIN_MS = 50;

export interface QueueSet {
  readonly names: readonly string[];
  readonly durable: boolean;
}

/** `name` alone, or `name.0`, `name.1` and so on. */
export function numbered(name: string, count: number): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}.${i}`);
}

/** A connection for what is said before and after the clock runs. */
export class Topology implements AsyncDisposable {
  readonly connection: BenchConnection;
  readonly #queues = new Set<string>();
  readonly #exchanges = new Set<string>();

  private constructor(connection: BenchConnection) {
    this.connection = connection;
  }

  static async open(url: string): Promise<Topology> {
    return new Topology(await BenchConnection.withChannel(url));
  }

  /** Declares queues that are new and empty. */
  async queues({ names, durable }: QueueSet): Promise<void> {
    for (const queue of names) {
      await this.deleteQueue(queue);
      await this.declareQueue(queue, durable);
      this.#queues.add(queue);
    }
  }

  async declareQueue(queue: string, durable: boolean): Promise<void> {
    const declare = { name: 'queue.declare', queue, passive: false, durable, exclusive: false } as const;
    await this.connection.call(
      1,
      { ...declare, autoDelete: false, noWait: false, arguments: new Map() },
      'queue.declare-ok',
    );
  }

  /** Declares many durable queues, without waiting for each. */
  async declareQueues(queues: readonly string[]): Promise<void> {
    const declare = { name: 'queue.declare', passive: false, durable: true, exclusive: false } as const;
    for (const queue of queues) {
      this.connection.send(1, { ...declare, queue, autoDelete: false, noWait: true, arguments: new Map() });
    }
    // Its answer says that all are there, and stored.
    await this.declareQueue(queues[queues.length - 1], true);
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.connection.call(
      1,
      { name: 'queue.delete', queue, ifUnused: false, ifEmpty: false, noWait: false },
      'queue.delete-ok',
    );
  }

  /** A transient exchange. */
  async exchange(exchange: string, type: string): Promise<void> {
    await this.connection.call(
      1,
      { name: 'exchange.delete', exchange, ifUnused: false, noWait: false },
      'exchange.delete-ok',
    );
    const declare = { name: 'exchange.declare', exchange, type, passive: false, durable: false } as const;
    await this.connection.call(
      1,
      { ...declare, autoDelete: false, internal: false, noWait: false, arguments: new Map() },
      'exchange.declare-ok',
    );
    this.#exchanges.add(exchange);
  }

  /** Binds without waiting; the next call's answer comes behind all of it. */
  bind(exchange: string, queue: string, routingKey: string, args: Readonly<Record<string, unknown>> = {}): void {
    const bind = { name: 'queue.bind', queue, exchange, routingKey, noWait: true } as const;
    this.connection.send(1, { ...bind, arguments: toFieldTable(args) });
  }

  /** Ready messages of a queue. */
  async ready(queue: string): Promise<number> {
    const declare = { name: 'queue.declare', queue, passive: true, durable: false, exclusive: false } as const;
    const { messageCount } = await this.connection.call(
      1,
      { ...declare, autoDelete: false, noWait: false, arguments: new Map() },
      'queue.declare-ok',
    );
    return messageCount;
  }

  /** Throws where a queue holds another number of ready messages, and goes on doing so: a broker may yet be taking what nobody confirms. */
  async expectReady(queue: string, count: number): Promise<void> {
    const deadline = performance.now() + SETTLING_MS;
    let ready = await this.ready(queue);
    while (ready !== count && performance.now() < deadline) {
      await setTimeout(LOOK_AGAIN_MS);
      ready = await this.ready(queue);
    }
    if (ready !== count) throw new Error(`${ready} messages are in the queue instead of ${count}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const queue of this.#queues) await this.deleteQueue(queue);
      for (const exchange of this.#exchanges) {
        await this.connection.call(
          1,
          { name: 'exchange.delete', exchange, ifUnused: false, noWait: false },
          'exchange.delete-ok',
        );
      }
      await this.connection.close();
    } finally {
      this.connection.destroy();
    }
  }
}
