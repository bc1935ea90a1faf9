/** Clients of the HTTP API that take their time for ever are dropped, and hold up nobody. */
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HttpListener } from '../../../src/management/http/listener.ts';
import { Broker } from '../../../src/index.ts';
import { apiOf } from '../../support/management/api.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** With little patience. It answers with more than any socket's buffer takes. */
async function impatient() {
  let dropped: () => void;
  const answerDropped = new Promise<void>((resolve) => (dropped = resolve));
  const listener = new HttpListener(
    () =>
      Promise.resolve({
        answer: (request, response) => {
          response.once('close', dropped);
          request.resume().on('end', () => response.write(Buffer.alloc(32 * 1024 * 1024)));
        },
      }),
    { patience: { request: 400, headers: 200, idle: 300, look: 50 } },
  );
  stops.push(() => listener.stop());
  return { port: ((await listener.start({ port: 0, host: '127.0.0.1' })) as AddressInfo).port, answerDropped };
}

it.each([
  ['does not finish the head of its request', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: '],
  ['does not finish its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf'],
  ['does not take its answer', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['says nothing', ''],
])('who %s is dropped', async (_, said) => {
  const { port, answerDropped } = await impatient();
  // It reads nothing: of an end behind what it has not read it does not hear.
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(said);
  const closed = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()));
  if (said.startsWith('GET') && said.endsWith('\r\n\r\n')) socket.pause();
  else socket.resume();
  await Promise.race([closed, answerDropped]);
  socket.destroy();
});

it('a body is not read of who may not send one', async () => {
  const broker = await Broker.start({ port: 0, managementPort: 0 });
  stops.push(() => broker.stop());
  const socket = connect(broker.managementPort!, '127.0.0.1');
  // It announces megabytes, and sends none of them.
  socket.write(
    'POST /api/definitions HTTP/1.1\r\nhost: x\r\ncontent-length: 19000000\r\nauthorization: Basic Z3Vlc3Q6eA==\r\n\r\n',
  );
  const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data: Buffer) => resolve([data])));
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 401 /);
  socket.destroy();
  expect((await apiOf(broker)('GET', '/whoami')).status).toBe(200);
});
