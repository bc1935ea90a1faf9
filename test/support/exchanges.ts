/** Queues behind an exchange: bound at once, and looked into at once. */
import type { AmqpChannel } from './amqp-client/index.ts';

/** Declares one queue a binding key and binds it; gives the queues in that order. */
export async function bound(channel: AmqpChannel, exchange: string, bindingKeys: readonly string[]): Promise<string[]> {
  const queues: string[] = [];
  for (const key of bindingKeys) {
    const queue = await channel.queue();
    await channel.bind(queue, exchange, key);
    queues.push(queue);
  }
  return queues;
}

/** What each queue holds; empties them. */
export async function contents(channel: AmqpChannel, queues: readonly string[]): Promise<string[][]> {
  const all: string[][] = [];
  for (const queue of queues) all.push(await channel.drain(queue));
  return all;
}

/** Routing keys and bodies: n0, n1, ... */
export const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
