import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedInput } from '../../../../src/connection/input/shared-input.ts';
import { rethrow } from '../../../../src/util/guard.ts';

let server: Server;

beforeEach(async () => {
  server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
});

/** A client's socket, and the server's for it as the listener gets it. */
async function pair(): Promise<[client: Socket, accepted: Socket]> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  return [client, accepted];
}

test('sockets read into the same memory, one after the other', async () => {
  const input = new SharedInput();
  const chunks: Buffer[] = [];
  const texts: string[] = [];
  for (const said of ['first', 'other']) {
    const [client, accepted] = await pair();
    const received = new Promise<void>((resolve) => {
      input.open(accepted, rethrow, (chunk) => {
        chunks.push(chunk);
        texts.push(chunk.toString());
        resolve();
      });
    });
    client.end(said);
    await received;
  }
  expect(texts).toEqual(['first', 'other']);
  expect(chunks[0].buffer).toBe(chunks[1].buffer);
  expect(chunks[0].toString()).toBe('other');
});

test('a socket writes, ends, and is counted by its server as any other', async () => {
  const [client, socket] = await pair();
  new SharedInput().open(socket, rethrow, () => {});
  expect(socket.remotePort).toBe(client.localPort);
  socket.end('bye');
  expect(await text(client)).toBe('bye');
  server.close();
  // It emits this once the last connection is gone.
  await once(server, 'close');
});

test('a socket that pauses is not read from until it resumes', async () => {
  const [client, socket] = await pair();
  let heard = '';
  new SharedInput().open(socket, rethrow, (chunk) => {
    heard += chunk.toString();
    socket.pause();
  });
  client.write('one');
  await expect.poll(() => heard).toBe('one');
  client.end('two');
  await once(client, 'finish');
  expect(heard).toBe('one');
  socket.resume();
  await expect.poll(() => heard).toBe('onetwo');
});

test('a socket of another kind is read from in the usual way', () => {
  const stream = new PassThrough();
  let heard = '';
  new SharedInput().open(stream, rethrow, (chunk: Buffer) => {
    heard += chunk.toString();
  });
  stream.write('hello');
  return expect.poll(() => heard).toBe('hello');
});
