/** A test broker with a client of the application that is tested. */
import { onTestFinished } from 'vitest';
import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { TestBroker, type TestOptions } from '../../src/testing/index.ts';

export interface Application {
  readonly broker: TestBroker;
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
}

export async function startBroker(options?: TestOptions): Promise<TestBroker> {
  const broker = await TestBroker.start(options);
  onTestFinished(() => broker.stop());
  return broker;
}

/** A connection whose errors are no test's failure. */
export async function connectTo(url: string): Promise<ChannelModel> {
  const connection = await connect(url);
  connection.on('error', () => undefined);
  return connection;
}

export async function startApplication(options?: TestOptions): Promise<Application> {
  const broker = await startBroker(options);
  const connection = await connectTo(broker.url);
  return { broker, connection, channel: await confirmChannel(connection) };
}

async function confirmChannel(connection: ChannelModel): Promise<ConfirmChannel> {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}

export async function publish(channel: ConfirmChannel, exchange: string, key: string, content: object): Promise<void> {
  channel.publish(exchange, key, Buffer.from(JSON.stringify(content)));
  await channel.waitForConfirms();
}

/** Has each message acknowledged. */
export async function acknowledgeAll(channel: Channel, queue: string): Promise<void> {
  await channel.consume(queue, (message) => channel.ack(message!));
}
