/** A queue to which other queues send their dead letters, read on a connection of its own, and the passing of time by it. */
import { fromFieldTable } from '../../src/codec/field-table.ts';
import type { Delivery } from './amqp-client/index.ts';
import type { Target } from './target.ts';

export interface DeadLetters {
  /** Arguments of a queue whose dead letters come here. */
  readonly arguments: { readonly 'x-dead-letter-exchange': string; readonly 'x-dead-letter-routing-key': string };
  readonly queue: string;
  next(): Promise<Delivery>;
  /** Proves that nothing has come. */
  none(): Promise<void>;
}

export async function deadLetters(target: Target): Promise<DeadLetters> {
  const channel = await target.channel();
  const queue = await channel.queue(target.name('letters'), { exclusive: false, autoDelete: true });
  await channel.consume(queue, { noAck: true });
  return {
    arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue },
    queue,
    next: () => channel.delivery(),
    none: () => channel.expectNothing(queue),
  };
}

/**
 * Lets milliseconds pass as the broker counts them: at once by a time that is the test's; otherwise until a message of that expiration has expired.
 */
export async function brokerClock(target: Target): Promise<(ms: number) => Promise<void>> {
  const { time } = target;
  if (time !== undefined) return (ms) => time.pass(ms);
  const channel = await target.channel();
  const letters = await deadLetters(target);
  const queue = await channel.queue(target.name('clock'), { arguments: letters.arguments });
  return async (ms) => {
    channel.publish(queue, '', { expiration: String(ms) });
    await letters.next();
  };
}

/** The headers as plain values. */
export function headersOf({ properties }: Pick<Delivery, 'properties'>): Record<string, unknown> {
  return fromFieldTable(properties.headers ?? new Map());
}

/** The entries of x-death as plain values, the newest first. */
export function deathsOf(message: Pick<Delivery, 'properties'>): Record<string, unknown>[] {
  return headersOf(message)['x-death'] as Record<string, unknown>[];
}
