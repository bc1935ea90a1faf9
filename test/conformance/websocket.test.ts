/** AMQP over WebSocket on the ports of the HTTP API: a connection like any other, for browsers. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { AmqpClient, frames, method } from '../support/amqp-client/index.ts';
import { PROTOCOL_HEADER } from '../support/amqp-client/handshake.ts';
import { Authority } from '../support/certificates.ts';
import { liveBytes } from '../support/live-memory.ts';
import { apiOf } from '../support/management/api.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { closeCode, connectByWebSocket, dialWebSocket } from '../support/websocket.ts';

const MiB = 1024 * 1024;

async function start(options: BrokerOptions = {}): Promise<Broker> {
  const broker = await Broker.start({ port: 0, managementPort: 0, ...options });
  onTestFinished(() => broker.stop());
  return broker;
}

test('websocket/messages: messages of any size pass both ways', async () => {
  const { client } = await connectByWebSocket(await start());
  const [publisher, channel] = [await client.channel(), await client.channel()];
  const queue = await channel.queue();
  await publisher.call('confirm.select');
  await channel.consume(queue);
  const bodies = [0, 1, 4096, 131_064, 3 * MiB, ...Array<number>(300).fill(700)].map((size) => randomBytes(size));
  for (const body of bodies) publisher.publish(queue, body);
  const deliveries = await channel.deliveries(bodies.length);
  expect(deliveries.every(({ body }, index) => body === bodies[index].toString())).toBe(true);
  channel.ack(deliveries.at(-1)!.deliveryTag, true);
  expect(await publisher.confirmed(1, bodies.length)).toEqual({ nacked: [] });
  await channel.expectCounts(queue, { messages: 0 });
});

test('websocket/boundaries: where a message ends has no meaning, and one of the broker holds whole frames', async () => {
  const broker = await start();
  const webSocket = await dialWebSocket(broker);
  const reader = new frames.FrameReader();
  const heard: number[] = [];
  webSocket.on('message', (data: Buffer) => heard.push([...reader.read(data)].length));
  for (const octet of PROTOCOL_HEADER) webSocket.send(Buffer.from([octet]));
  await once(webSocket, 'message');
  const fragments = [...startOk()];
  fragments.forEach((octet, index) => webSocket.send(Buffer.from([octet]), { fin: index === fragments.length - 1 }));
  await once(webSocket, 'message');
  webSocket.send(Buffer.concat([tuneOk(), open(), openChannel()]));
  const all = () => heard.reduce((sum, count) => sum + count, 0);
  while (all() < 4) await once(webSocket, 'message');
  expect(heard.every((count) => count > 0)).toBe(true);
});

test('websocket/shown: the HTTP API names it as RabbitMQ does, with what TLS says of it', async () => {
  const authority = new Authority(temporaryFolder());
  const { cert, key } = authority.issue('server', { names: 'DNS:localhost' });
  const broker = await start({ managementTlsPort: 0, managementTlsCert: [cert], managementTlsKey: [key] });
  const shown = async () =>
    ((await apiOf(broker)('GET', '/connections')).json as Record<string, unknown>[]).map(
      ({ protocol, ssl, ssl_protocol: version, peer_host: peer, port }) => ({ protocol, ssl, version, peer, port }),
    );
  const plain = await connectByWebSocket(broker);
  const { managementPort: port } = broker;
  const expected = { protocol: 'Web AMQP 0-9-1', ssl: false, version: null, peer: '127.0.0.1', port };
  expect(await shown()).toEqual([expected]);
  await plain.client.close();
  const ca = readFileSync(authority.cert);
  const { url, managementTlsPort } = broker;
  await connectByWebSocket({ url, managementTlsPort, managementPort: undefined }, { ca });
  expect(await shown()).toEqual([{ ...expected, ssl: true, version: 'tlsv1.3', port: managementTlsPort }]);
});

describe('who may', () => {
  test('websocket/origin: pages of the broker and of the origins that are named, and who is no page', async () => {
    const broker = await start({ managementCorsOrigins: ['https://app.example'] });
    const answer = async (origin: string | undefined, host?: string): Promise<string> => {
      const headers = host === undefined ? {} : { host };
      return dialWebSocket(broker, { ...(origin !== undefined && { origin }), headers }).then(
        () => 'open',
        (error: Error) => error.message,
      );
    };
    expect(await answer(undefined)).toBe('open');
    expect(await answer('https://app.example')).toBe('open');
    expect(await answer('http://broker.example', 'broker.example')).toBe('open');
    for (const origin of ['https://elsewhere.example', 'http://app.example', 'null', 'http://localhost']) {
      expect(await answer(origin), origin).toMatch(/403/);
    }
    const open = await start({ managementCorsOrigins: ['*'] });
    await dialWebSocket(open, { origin: 'https://elsewhere.example' });
  });

  test('websocket/login: who comes in says so by AMQP, whatever else the request has with it', async () => {
    const broker = await start();
    const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` };
    await expect(connectByWebSocket(broker, { headers, password: 'wrong' })).rejects.toThrow(/403/);
  });

  test('websocket/off: without a path there is none', async () => {
    const broker = await start({ websocketPath: 'none' });
    await expect(dialWebSocket(broker)).rejects.toThrow();
    await expect(dialWebSocket(await start({ websocketPath: '/other' }))).rejects.toThrow();
  });

  test('websocket/other-upgrades: a request that asks for another protocol is answered as if it did not', async () => {
    const { managementPort: port } = await start();
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const asked = request({ port, path: '/api/overview', auth: 'guest:guest', headers }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});

describe('what is not AMQP over WebSocket', () => {
  test('websocket/text: text is closed with 1003', async () => {
    const webSocket = await dialWebSocket(await start());
    webSocket.send('AMQP');
    expect(await closeCode(webSocket)).toBe(1003);
  });

  test('websocket/too-large: a message that is larger than any of AMQP may be is closed with 1009', async () => {
    const { client, webSocket } = await connectByWebSocket(await start({ maxMessageSize: 1000 }));
    webSocket.send(Buffer.alloc(300_000));
    expect(await closeCode(webSocket)).toBe(1009);
    await client.expectSocketClosed();
  });

  test('websocket/unfinished: who has not logged in may not have much kept of a message that does not end', async () => {
    const broker = await start({ handshakeTimeout: 3_600_000 });
    const webSocket = await dialWebSocket(broker);
    webSocket.send(PROTOCOL_HEADER);
    await once(webSocket, 'message');
    webSocket.send(Buffer.alloc(300_000), { fin: false });
    expect(await closeCode(webSocket)).toBe(1006);
    const { client } = await connectByWebSocket(broker);
    client.write(Buffer.alloc(0));
    await client.expectAlive();
  });

  test('websocket/unfinished-quota: what is kept of messages that do not end is bounded: who has most of it is closed with 506', async () => {
    const broker = await start({ memoryBudget: 8 * MiB, maxMessageSize: MiB });
    const all = await Promise.all(Array.from({ length: 6 }, () => connectByWebSocket(broker)));
    const closed = Promise.race(all.map(({ webSocket }) => once(webSocket, 'close')));
    for (const { webSocket } of all) webSocket.send(Buffer.alloc(MiB), { fin: false });
    await closed;
    await (await AmqpClient.connect(broker.url)).expectAlive();
  });

  test('websocket/unmasked: a frame that breaks the protocol is closed with 1002', async () => {
    const broker = await start();
    const webSocket = await dialWebSocket(broker);
    const { _socket: socket } = webSocket as unknown as { readonly _socket: NodeJS.WritableStream };
    socket.write(Buffer.from([0x82, 1, 0]));
    expect(await closeCode(webSocket)).toBe(1002);
  });
});

describe('its end', () => {
  test('websocket/closed: after connection.close it is closed with 1000', async () => {
    const { client, webSocket } = await connectByWebSocket(await start());
    client.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' });
    expect(await closeCode(webSocket)).toBe(1000);
    await client.expect('connection.close-ok');
  });

  test.each([
    ['closes it without connection.close', 'close'],
    ['drops it', 'terminate'],
  ] as const)('websocket/gone: what a client holds comes back if it %s', async (_, how) => {
    const broker = await start();
    const { client, webSocket } = await connectByWebSocket(broker);
    const channel = await client.channel();
    const queue = await channel.queue('q', { exclusive: false });
    channel.publish(queue, 'held');
    await channel.consume(queue);
    await channel.delivery();
    webSocket[how]();
    const other = await AmqpClient.connect(broker.url);
    await (await other.channel()).expectCounts('q', { messages: 1, consumers: 0 });
    await other.close();
  });

  test('websocket/said-last: what was said before it is closed is done', async () => {
    const broker = await start();
    const { client } = await connectByWebSocket(broker);
    const channel = await client.channel();
    await channel.queue('q', { exclusive: false });
    for (let n = 0; n < 500; n++) channel.publish('q', Buffer.alloc(2000));
    client.socket.end();
    const other = await AmqpClient.connect(broker.url);
    await (await other.channel()).expectCounts('q', { messages: 500 });
    await other.close();
  });

  test('websocket/stop: the broker closes with 320 when it stops, and does not wait for who is silent', async () => {
    const broker = await start();
    const { client } = await connectByWebSocket(broker);
    await dialWebSocket(broker);
    const stopped = broker.stop();
    await client.expectClose(320, /CONNECTION_FORCED/);
    await stopped;
  });

  test('websocket/heartbeats: the broker sends them, and drops who sends none', async () => {
    const { client } = await connectByWebSocket(await start(), { tune: { heartbeat: 1 } });
    await client.expectSocketClosed();
    expect(client.inbox.heartbeats).toBeGreaterThan(0);
  });
});

describe('who takes its time', () => {
  test('websocket/slow-reader: what waits for a client that does not read stays bounded', async () => {
    const broker = await start();
    const filler = await AmqpClient.connect(broker.url);
    const filling = await filler.channel();
    await filling.queue('q', { exclusive: false });
    for (let n = 0; n < 400; n++) filling.publish('q', Buffer.alloc(65_536));
    await filling.expectCounts('q', { messages: 400 });
    const before = liveBytes();
    const { client, webSocket } = await connectByWebSocket(broker);
    const channel = await client.channel();
    webSocket.pause();
    client.write(
      frames.methodFrame(channel.number, method('basic.consume', { queue: 'q', consumerTag: 't', noAck: true })),
    );
    await filling.expectCounts('q', { consumers: 1 });
    expect((await filling.counts('q')).messages).toBeGreaterThan(200);
    expect(liveBytes() - before).toBeLessThan(16 * MiB);
    webSocket.resume();
    await channel.expect('basic.consume-ok');
    await channel.deliveries(400);
    await filler.close();
  });

  test('websocket/pings: they are answered', async () => {
    const webSocket = await dialWebSocket(await start());
    webSocket.ping('hello');
    const [answer] = (await once(webSocket, 'pong')) as [Buffer];
    expect(answer.toString()).toBe('hello');
  });

  test('websocket/drained: nobody comes in while the broker lets nobody in', async () => {
    const broker = await start();
    const ask = apiOf(broker);
    const [{ name }] = (await ask('GET', '/nodes')).json as { readonly name: string }[];
    const act = (action: string) => ask('POST', `/nodes/${name}/actions`, { body: { action } });
    await act('suspend_listeners');
    await expect(dialWebSocket(broker)).rejects.toThrow(/503/);
    await act('resume_listeners');
    await connectByWebSocket(broker);
  });
});

const startOk = () =>
  frames.methodFrame(
    0,
    method('connection.start-ok', { mechanism: 'PLAIN', response: Buffer.from('\0guest\0guest'), locale: 'en_US' }),
  );
const tuneOk = () =>
  frames.methodFrame(0, method('connection.tune-ok', { channelMax: 10, frameMax: 8192, heartbeat: 0 }));
const open = () => frames.methodFrame(0, method('connection.open', { virtualHost: '/' }));
const openChannel = () => frames.methodFrame(1, method('channel.open'));
