/** Large requests and answers have so much of the memory, all together. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { Room } from '../../../src/management/http/room.ts';
import { apiOf } from '../../support/management/api.ts';

const KIB = 1024;

test('what is small is not counted, and one alone may have all it wants', () => {
  const room = new Room(100 * KIB);
  const first = room.take(200 * KIB)!;
  expect(room.take(65 * KIB)).toBeUndefined();
  expect(room.take(64 * KIB)).toBeDefined();
  first();
  const second = room.take(65 * KIB)!;
  expect(room.take(65 * KIB)).toBeUndefined();
  second();
  expect(room.take(65 * KIB)).toBeDefined();
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
