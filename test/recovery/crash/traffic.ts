/** Clients that publish to and consume from the same few durable queues, as fast as they can, until the broker is killed. */
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Random } from '../../support/recovery/random.ts';
import { bodyOf, idOf, messageId, type QueueLedger } from './ledger.ts';
import { type Life, turn } from './life.ts';

/** Unconfirmed messages of a publisher at any time. */
const WINDOW = 200;

/** Bytes of most bodies. */
const SIZES = [20, 20, 200, 1000, 4096];
/** The share of larger ones, up to those that are kept apart: more, and a round would mostly copy them. */
const LARGE = 0.025;

/** Numbers of the messages that each publisher sent, over all lives. */
export class Publisher {
  readonly #name: string;
  #number = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Publishes to single queues, and to all of them through the exchange `all`. */
  async live(life: Life, queues: readonly QueueLedger[], random: Random): Promise<void> {
    const channel = await life.channel();
    let unconfirmed = 0;
    let room = Promise.withResolvers<void>();
    while (!life.over) {
      for (let burst = random.integer(1, 30); burst > 0; burst--) {
        const bytes = random.chance(LARGE) ? random.integer(0, 300_000) : random.pick(SIZES);
        const id = messageId(this.#name, this.#number++, bytes);
        const persistent = !random.chance(0.1);
        const everywhere = random.chance(0.1);
        const to = everywhere ? queues : [random.pick(queues)];
        for (const queue of to) queue.sent(id, persistent);
        unconfirmed++;
        const [exchange, key] = everywhere ? ['all', ''] : ['', to[0].name];
        channel.publish(exchange, key, bodyOf(id), { persistent }, (error: unknown) => {
          if (--unconfirmed <= WINDOW) room.resolve();
          if (error !== null && error !== undefined) return;
          if (persistent) for (const queue of to) queue.confirmed(id);
          life.confirmed();
        });
      }
      await turn();
      if (unconfirmed <= WINDOW) continue;
      room = Promise.withResolvers();
      await life.wait(room.promise);
    }
  }
}

/** Consumes one queue: acknowledges, rejects, requeues and holds what it gets. */
export async function consume(life: Life, queue: QueueLedger, random: Random): Promise<void> {
  const channel = await life.channel();
  const held: { readonly tag: number; readonly id: string }[] = [];
  let settled: string[] = [];
  let delivered: string[] = [];
  const settle = (id: string): void => {
    queue.settling(id);
    settled.push(id);
  };
  const answer = (message: ConsumeMessage): void => {
    const id = idOf(message);
    const tag = message.fields.deliveryTag;
    delivered.push(id);
    const choice = random.next();
    if (choice < 0.5) {
      settle(id);
      channel.ack(message);
    } else if (choice < 0.6) {
      for (const older of held.splice(0)) settle(older.id);
      settle(id);
      channel.ack(message, true);
    } else if (choice < 0.75) {
      channel.nack(message, false, true);
    } else if (choice < 0.8) {
      settle(id);
      channel.reject(message, false);
    } else {
      held.push({ tag, id });
    }
  };
  queue.consumed();
  await channel.prefetch(random.integer(20, 200));
  await channel.consume(queue.name, (message) => message !== null && !life.over && answer(message));
  while (!life.over) {
    const [before, seen] = [settled, delivered];
    [settled, delivered] = [[], []];
    await barrier(channel);
    queue.stored(before, seen);
    // What is held for long would stop the consumer: it goes back.
    if (held.length >= 10 && !life.over) {
      channel.nack({ fields: { deliveryTag: held.at(-1)!.tag } } as ConsumeMessage, true, true);
      held.length = 0;
    }
  }
}

/** When this resolves, what the channel said before is in the store. */
export async function barrier(channel: ConfirmChannel): Promise<void> {
  await channel.checkQueue('barrier');
  channel.sendToQueue('barrier', Buffer.of(0), { persistent: true });
  await channel.waitForConfirms();
}
