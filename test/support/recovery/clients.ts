/** What the recovery tests do with amqplib's channels. */
import { once } from 'node:events';
import type { Channel, ConfirmChannel, ConsumeMessage, GetMessage, Options } from 'amqplib';
import { open, openChannel } from '../interop/amqplib.ts';
import { Inbox } from '../interop/inbox.ts';

/** A channel with confirms, on a connection of its own. */
export async function confirmChannel(url: string): Promise<ConfirmChannel> {
  return (await open(url)).connection.createConfirmChannel();
}

/** Publishes persistent messages to a queue and waits until all are confirmed. */
export async function store(
  channel: ConfirmChannel,
  queue: string,
  bodies: readonly (string | Buffer)[],
): Promise<void> {
  for (const body of bodies) channel.sendToQueue(queue, Buffer.from(body), { persistent: true });
  await channel.waitForConfirms();
}

/** Waits until everything the broker was told before is committed: a confirmed publish comes after it in the store. */
export async function barrier(url: string): Promise<void> {
  const channel = await confirmChannel(url);
  await channel.assertQueue('barrier');
  await store(channel, 'barrier', ['x']);
}

export interface Consumed {
  readonly channel: Channel;
  readonly messages: readonly ConsumeMessage[];
}

/**
 * Takes the first `count` messages of a queue, unacknowledged, on a connection of its own. `prefetch`: 0 for no limit. Rejects if the broker
 * closes that connection.
 */
export async function hold(url: string, queue: string, count: number, prefetch = count): Promise<Consumed> {
  const channel = await openChannel(url);
  await channel.prefetch(prefetch);
  const inbox = new Inbox<ConsumeMessage | null>();
  const closed = once(channel, 'close').then(() => {
    throw new Error(`the connection was closed before ${count} messages came`);
  });
  closed.catch(() => undefined);
  const { consumerTag } = await channel.consume(queue, inbox.push);
  const messages = (await Promise.race([inbox.take(count), closed])) as ConsumeMessage[];
  // Or each acknowledgement would bring the next delivery.
  await channel.cancel(consumerTag);
  return { channel, messages };
}

/** A round trip: the broker has done what this channel said before. */
export async function settled(channel: Channel): Promise<void> {
  await channel.prefetch(0);
}

/** `body`, or `body!` where the message is redelivered. */
export function marked({ content, fields }: ConsumeMessage | GetMessage): string {
  return content.toString() + (fields.redelivered ? '!' : '');
}

/** All messages of a queue, marked, in their order; they are gone from it then. */
export async function drain(url: string, queue: string): Promise<string[]> {
  const channel = await openChannel(url);
  const { messageCount } = await channel.checkQueue(queue);
  const inbox = new Inbox<ConsumeMessage | null>();
  await channel.consume(queue, inbox.push, { noAck: true });
  return ((await inbox.take(messageCount)) as ConsumeMessage[]).map(marked);
}

export async function exists(url: string, kind: 'queue' | 'exchange', name: string): Promise<boolean> {
  const { connection } = await open(url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await (kind === 'queue' ? channel.checkQueue(name) : channel.checkExchange(name));
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return false;
    throw error;
  }
}

/** The reply code of the error that ends the operation's channel; undefined where it works. */
export async function refusal(
  url: string,
  operation: (channel: Channel) => Promise<unknown>,
): Promise<number | undefined> {
  const { connection } = await open(url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await operation(channel);
    return undefined;
  } catch (error) {
    return (error as { code?: number }).code;
  }
}

export function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, n) => String(from + n));
}

export const persistent: Options.Publish = { persistent: true };
