/** Streams of a test: one that is filled, and channels that read it. */
import { toFieldTable } from '../../src/codec/field-table.ts';
import type { AmqpChannel, Delivery } from './amqp-client/index.ts';
import type { PublishOptions } from './amqp-client/channel.ts';
import { headersOf } from './dead-letters.ts';
import type { Target } from './target.ts';

/** A message by its body, or with more. */
export type Filling = string | (PublishOptions & { readonly body: string });

export class TestStream {
  readonly queue: string;
  readonly #target: Target;

  constructor(target: Target, queue: string) {
    this.#target = target;
    this.queue = queue;
  }

  static async declare(target: Target, args: Record<string, unknown> = {}): Promise<TestStream> {
    const channel = await target.channel();
    const queue = target.name('stream');
    await channel.call('queue.declare', { queue, durable: true, arguments: { 'x-queue-type': 'stream', ...args } });
    await channel.client.close();
    return new TestStream(target, queue);
  }

  /** Publishes messages one after the other, each confirmed before the next: they are in batches of their own. */
  async fill(...messages: readonly Filling[]): Promise<this> {
    const channel = await this.#target.channel();
    await channel.call('confirm.select');
    for (const [index, filling] of messages.entries()) {
      const { body, ...options } = typeof filling === 'string' ? { body: filling } : filling;
      channel.publish(this.queue, body, options);
      await channel.confirmed(index + 1, index + 1);
    }
    await channel.client.close();
    return this;
  }

  /** A channel of its own with a consumer that begins at `offset`, or by default where the broker says. */
  async read(
    offset?: string | number | Date,
    { prefetch = 100, args = {} }: { prefetch?: number; args?: Record<string, unknown> } = {},
  ): Promise<AmqpChannel> {
    const channel = await this.#target.channel();
    await channel.call('basic.qos', { prefetchCount: prefetch });
    await channel.consume(this.queue, { arguments: toFieldTable({ 'x-stream-offset': offset, ...args }) });
    return channel;
  }
}

export function offsetOf(delivery: Delivery): unknown {
  return headersOf(delivery)['x-stream-offset'];
}

export function bodiesOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ body }) => body);
}
