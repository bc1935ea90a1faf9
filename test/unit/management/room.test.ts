/** Large requests and answers have so much of the memory, all together. */
import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { Room } from '../../../src/management/http/room.ts';
import { rethrow } from '../../../src/util/guard.ts';
import { apiOf } from '../../support/management/api.ts';

const KIB = 1024;

function responseOn(socket: Socket): ServerResponse {
  return new ServerResponse(new IncomingMessage(socket));
}

async function closed(socket: Socket): Promise<Socket> {
  const close = once(socket, 'close');
  socket.destroy();
  await close;
  return socket;
}

test('what is small is not counted, and one alone may have all it wants', async () => {
  const room = new Room(100 * KIB);
  const hold = (bytes: number, socket = new Socket()) => room.hold(responseOn(socket), bytes, rethrow);
  const [first, second] = [new Socket(), new Socket()];
  expect(hold(200 * KIB, first)).toBe(true);
  expect(hold(65 * KIB)).toBe(false);
  expect(hold(64 * KIB)).toBe(true);
  await closed(first);
  expect(hold(65 * KIB, second)).toBe(true);
  expect(hold(65 * KIB)).toBe(false);
  await closed(second);
  expect(hold(65 * KIB)).toBe(true);
});

test('who holds some may have more while there is room, and gives all of it back', async () => {
  const room = new Room(300 * KIB);
  const [first, second] = [new Socket(), new Socket()];
  const [one, two] = [responseOn(first), responseOn(second)];
  expect(room.hold(one, 200 * KIB, rethrow)).toBe(true);
  // Alone.
  expect(room.hold(one, 200 * KIB, rethrow)).toBe(true);
  expect(room.hold(two, 100 * KIB, rethrow)).toBe(false);
  await closed(first);
  expect(room.hold(two, 100 * KIB, rethrow)).toBe(true);
  const three = responseOn(new Socket());
  expect(room.hold(three, 100 * KIB, rethrow)).toBe(true);
  expect(room.hold(two, 100 * KIB, rethrow)).toBe(true);
  expect(room.hold(two, 100 * KIB, rethrow)).toBe(false);
  await closed(second);
  expect(room.hold(three, 200 * KIB, rethrow)).toBe(true);
});

/** Of a machine, or a container, that has little memory. */
async function smallBroker(): Promise<Broker> {
  const memory = vi.spyOn(process, 'constrainedMemory').mockReturnValue(512 * KIB * KIB);
  const broker = await Broker.start({ port: 0, managementPort: 0 });
  onTestFinished(async () => {
    memory.mockRestore();
    await broker.stop();
  });
  return broker;
}

/** A request whose body does not come. */
async function asking(broker: Broker, path: string, bytes: number): Promise<Socket> {
  const socket = connect(broker.managementPort!, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST /api${path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${btoa('guest:guest')}\r\n` +
      `expect: 100-continue\r\ncontent-length: ${bytes}\r\n\r\n`,
  );
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  return socket;
}

test('messages are taken by many at once on a small machine', async () => {
  const broker = await smallBroker();
  for (let n = 0; n < 20; n++) await asking(broker, '/queues/%2F/q/get', 100);
  const publish = { properties: {}, routing_key: 'q', payload: 'x'.repeat(100 * KIB), payload_encoding: 'string' };
  expect((await apiOf(broker)('POST', '/exchanges/%2F/amq.default/publish', { body: publish })).status).toBe(200);
});

test('who takes more messages than there is room for gets fewer', async () => {
  const broker = await smallBroker();
  const ask = apiOf(broker);
  await ask('PUT', '/queues/%2F/q', { body: {} });
  const payload = 'x'.repeat(KIB * KIB);
  const message = { properties: {}, routing_key: 'q', payload, payload_encoding: 'string' };
  for (let n = 0; n < 30; n++) await ask('POST', '/exchanges/%2F/amq.default/publish', { body: message });
  const take = { count: 30, ackmode: 'ack_requeue_true', encoding: 'auto' };
  const taken = async () => ((await ask('POST', '/queues/%2F/q/get', { body: take })).json as unknown[]).length;
  expect(await taken()).toBe(30);
  // They have 60 MB of 64 MiB.
  const others = await Promise.all([1, 2, 3].map(() => asking(broker, '/definitions', 20_000_000)));
  expect(await taken()).toBe(7);
  const last = await asking(broker, '/definitions', 7_000_000);
  const { status, text } = await ask('POST', '/queues/%2F/q/get', { body: take });
  expect([status, text]).toEqual([503, expect.stringContaining('Too many large requests') as string]);
  for (const socket of [...others, last]) socket.destroy();
  await expect.poll(taken).toBe(30);
});

test('of a connection that is gone nothing is held, and what is held is given back once', async () => {
  const room = new Room(100 * KIB);
  const hold = (socket: Socket) => {
    const response = responseOn(socket);
    return { response, isHeld: room.hold(response, 65 * KIB, rethrow) };
  };
  expect(hold(await closed(new Socket())).isHeld).toBe(true);
  const kept = new Socket();
  const { response, isHeld } = hold(kept);
  expect(isHeld).toBe(true);
  // As Node does it.
  kept.prependListener('close', () => response.emit('close'));
  await closed(kept);
  expect(hold(new Socket()).isHeld).toBe(true);
  expect(hold(new Socket()).isHeld).toBe(false);
});

test('uploads that nobody goes on with are refused when they are too many, and hold up no others', async () => {
  const broker = await Broker.start({ port: 0, managementPort: 0 });
  onTestFinished(() => broker.stop());
  const sockets: Socket[] = [];
  let answered = '';
  // All together they would fill the memory of any machine.
  while (answered === '' && sockets.length < 100) {
    const socket = connect(broker.managementPort!, '127.0.0.1');
    sockets.push(socket.on('data', (data) => (answered += data.toString())));
    await once(socket, 'connect');
    socket.write(
      `POST /api/definitions HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${btoa('guest:guest')}\r\n` +
        'expect: 100-continue\r\ncontent-length: 20000000\r\n\r\n',
    );
    // Node says that the body may come once it has handed on the request.
    await once(socket, 'data');
    answered = answered.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '');
  }
  await expect.poll(() => answered).toContain('Too many large requests at the same time, try again later');
  expect(answered).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 1/);
  const ask = apiOf(broker);
  expect((await ask('GET', '/whoami')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  const body = { properties: {}, routing_key: 'q', payload: 'x'.repeat(100 * KIB), payload_encoding: 'string' };
  const publish = async () => (await ask('POST', '/exchanges/%2F/amq.default/publish', { body })).status;
  await expect.poll(publish).toBe(200);
});

test('a body that anybody may send holds no more than such a body may have', async () => {
  const broker = await Broker.start({ port: 0, managementPort: 0 });
  onTestFinished(() => broker.stop());
  const sockets: Socket[] = [];
  for (let i = 0; i < 60; i++) {
    const socket = connect(broker.managementPort!, '127.0.0.1');
    sockets.push(socket);
    socket.write('POST /api/login HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  }
  const body = { properties: {}, routing_key: 'q', payload: 'x'.repeat(100 * KIB), payload_encoding: 'string' };
  expect((await apiOf(broker)('POST', '/exchanges/%2F/amq.default/publish', { body })).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
