/** Publishers and consumers of a few durable queues, and what they know over all lives of the broker. */
import { openChannel } from '../../support/interop/amqplib.ts';
import type { Random } from '../../support/recovery/random.ts';
import { QueueLedger } from './ledger.ts';
import type { Life } from './life.ts';
import { consume, Publisher } from './traffic.ts';

export class Crowd {
  readonly queues = ['a', 'b', 'c', 'd'].map((name) => new QueueLedger(name));
  readonly publishers = ['p0', 'p1', 'p2'].map((name) => new Publisher(name));

  /** The queues, and the exchange `all` that leads to each. */
  async declare(url: string): Promise<void> {
    const channel = await openChannel(url);
    await channel.assertQueue('barrier');
    await channel.assertExchange('all', 'fanout');
    for (const { name } of this.queues) {
      await channel.assertQueue(name);
      await channel.bindQueue(name, 'all', '');
    }
  }

  /** All publish in this life of the broker. */
  publish(life: Life, random: Random): void {
    for (const publisher of this.publishers) {
      const own = random.fork();
      life.run(() => publisher.live(life, this.queues, own));
    }
  }

  /** Some queues are consumed, others only grow: what comes into them is not redelivered in the next life. */
  consume(life: Life, random: Random): void {
    for (const queue of this.queues) {
      for (let consumers = random.integer(0, 2); consumers > 0; consumers--) {
        const own = random.fork();
        life.run(() => consume(life, queue, own));
      }
    }
  }
}
