/**
 * A well-behaved client that publishes with confirms and consumes what it published while others misbehave. It must never
 * notice: every message arrives once, in order, confirmed, and without a long wait.
 */
import assert from 'node:assert/strict';
import { setTimeout as elapse } from 'node:timers/promises';
import { AmqpClient, type AmqpChannel } from '../support/amqp-client/index.ts';
import { PATIENCE } from '../support/patience.ts';

const BATCH = 10;
/** Between two batches, in milliseconds: as fast as it can, it would take more of the processor than those whom it is beside. */
const PACE_MS = 5;
/** A batch that takes longer than this, in milliseconds, was disturbed. A slow shared machine must not reach it. */
const LONGEST_MS = PATIENCE / 2;

export class Canary {
  readonly #client: AmqpClient;
  readonly #running: Promise<number>;
  #stopping = false;

  private constructor(client: AmqpClient, publisher: AmqpChannel, consumer: AmqpChannel, queue: string) {
    this.#client = client;
    this.#running = this.#run(publisher, consumer, queue);
    // Whoever stops the canary hears of its failure; until then it is not unhandled.
    this.#running.catch(() => {});
  }

  static async start(url: string): Promise<Canary> {
    const client = await AmqpClient.connect(url);
    const publisher = await client.channel();
    const consumer = await client.channel();
    await publisher.call('confirm.select');
    const queue = await consumer.queue();
    await consumer.call('basic.qos', { prefetchCount: BATCH });
    await consumer.consume(queue);
    return new Canary(client, publisher, consumer, queue);
  }

  /** Ends when the batch under way is through; gives the number of messages. Rejects where anything was amiss. */
  async stop(): Promise<number> {
    this.#stopping = true;
    const count = await this.#running;
    await this.#client.close();
    return count;
  }

  /** Ends it at once, for when the test has failed elsewhere. */
  destroy(): void {
    this.#client.destroy();
  }

  async #run(publisher: AmqpChannel, consumer: AmqpChannel, queue: string): Promise<number> {
    for (let first = 1; ; first += BATCH) {
      const bodies = Array.from({ length: BATCH }, (_, index) => `${first + index}`);
      const started = Date.now();
      for (const body of bodies) publisher.publish(queue, body, { mandatory: true, deliveryMode: 2 });
      const deliveries = await consumer.deliveries(BATCH);
      assert.deepEqual(
        deliveries.map(({ body, redelivered }) => ({ body, redelivered })),
        bodies.map((body) => ({ body, redelivered: false })),
      );
      consumer.ack(deliveries.at(-1)!.deliveryTag, true);
      assert.deepEqual(await publisher.confirmed(first, first + BATCH - 1), { nacked: [] });
      const took = Date.now() - started;
      assert.ok(took < LONGEST_MS, `a round trip of ${BATCH} messages took ${took} ms`);
      if (this.#stopping) return first + BATCH - 1;
      await elapse(PACE_MS);
    }
  }
}
