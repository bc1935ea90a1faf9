/** @cloudamqp/amqp-client by WebSocket, from Node: what its sessions do for an application. */
import { AMQPWebSocketClient } from '@cloudamqp/amqp-client/amqp-websocket-client';
import { AMQPSession } from '@cloudamqp/amqp-client';
import { expect, onTestFinished, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { apiOf } from '../support/management/api.ts';
import { webSocketUrl } from '../support/websocket.ts';

async function start(): Promise<Broker> {
  const broker = await Broker.start({ port: 0, managementPort: 0 });
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

test('a session comes back by itself after the connection is lost', async () => {
  const broker = await start();
  const session = await AMQPSession.connect(webSocketUrl(broker), { reconnectInterval: 10, logger: null });
  onTestFinished(() => session.stop());
  const queue = await session.queue('q');
  const inbox = new Inbox<string | null>();
  await queue.subscribe((message) => inbox.push(message.bodyString()));
  await queue.publish('before');
  expect(await inbox.take(1)).toEqual(['before']);
  const ask = apiOf(broker);
  const [{ name }] = (await ask('GET', '/connections')).json as { readonly name: string }[];
  await ask('DELETE', `/connections/${encodeURIComponent(name)}`);
  await expect
    .poll(() =>
      queue.publish('after').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  expect(await inbox.take(1)).toEqual(['after']);
});
