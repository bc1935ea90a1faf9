/** @cloudamqp/amqp-client by WebSocket, from Node: what it does for an application. */
import { AMQPWebSocketClient } from '@cloudamqp/amqp-client/amqp-websocket-client';
import { expect, onTestFinished, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { databaseOfTest } from '../support/interop/target.ts';
import { webSocketUrl } from '../support/websocket.ts';

async function start(): Promise<Broker> {
  const broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
  onTestFinished(() => broker.stop());
  return broker;
}

test('a client publishes with confirms, consumes, and hears why it may not come in', async () => {
  const url = webSocketUrl(await start());
  const client = new AMQPWebSocketClient({ url, logger: null });
  const connection = await client.connect();
  const channel = await connection.channel();
  await channel.confirmSelect();
  await channel.queueDeclare('q', { durable: false });
  const bodies = Array.from({ length: 50 }, (_, n) => 'x'.repeat(n * 1000));
  for (const body of bodies) await channel.basicPublish('', 'q', body);
  const inbox = new Inbox<string | null>();
  await channel.basicConsume('q', { noAck: true }, (message) => inbox.push(message.bodyString()));
  expect(await inbox.take(bodies.length)).toEqual(bodies);
  await connection.close();
  const stranger = new AMQPWebSocketClient({ url, password: 'wrong', logger: null });
  await expect(stranger.connect()).rejects.toThrow(/ACCESS_REFUSED/);
});
