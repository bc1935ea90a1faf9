/** amqplib's promise API with its connections closed when the test is over. */
import { connect, type ChannelModel, type ConsumeMessage, type Channel, type Options } from 'amqplib';
import { onTestFinished } from 'vitest';
import { Inbox } from './inbox.ts';

/** Connections whose socket is gone: amqplib would wait for their close-ok for ever. */
const dropped = new WeakSet<ChannelModel>();

export interface Opened {
  readonly connection: ChannelModel;
  /** The errors the connection reported. */
  readonly errors: Inbox<Error & { code?: number }>;
}

/** Connects; the connection is closed after the test, if the test or the broker has not closed it before. */
export async function open(url: string | Options.Connect): Promise<Opened> {
  const connection = await connect(url);
  const errors = new Inbox<Error>();
  connection.on('error', errors.push);
  let closed = false;
  connection.on('close', () => (closed = true));
  onTestFinished(async () => {
    if (!closed && !dropped.has(connection)) await connection.close();
  });
  return { connection, errors };
}

/** A channel on a connection of its own. */
export async function openChannel(url: string): Promise<Channel> {
  return (await open(url)).connection.createChannel();
}

/** Consumes into an inbox; a cancel notification arrives there as null. */
export async function consumeInto(
  channel: Channel,
  queue: string,
  options?: Options.Consume,
): Promise<Inbox<ConsumeMessage | null>> {
  const inbox = new Inbox<ConsumeMessage | null>();
  await channel.consume(queue, inbox.push, options);
  return inbox;
}

/** The text of deliveries, with a cancel notification as null. */
export function texts(messages: readonly (ConsumeMessage | null)[]): (string | null)[] {
  return messages.map((message) => (message === null ? null : message.content.toString()));
}

/** Ends the connection's socket without a word, as a crashed client would. */
export function dropSocket(connection: ChannelModel): void {
  const { stream } = connection.connection as unknown as { stream: { destroy(): void } };
  dropped.add(connection);
  stream.destroy();
}
