import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ping, reachableHost } from '../../../src/cli/ping.ts';

const START = Buffer.from([1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 10, 0xce]);

/** A server that treats each connection as told; returns its port. */
async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const pingPort = (port: number, timeout = 10) => ping({ host: '127.0.0.1', port, secure: false, timeout });

describe('ping', () => {
  it('succeeds once connection.start came, also in pieces, after the protocol header was sent', async () => {
    let header = '';
    const port = await serve((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        header = bytes.toString('latin1');
        socket.write(START.subarray(0, 5), () => socket.write(START.subarray(5)));
      });
    });
    await pingPort(port);
    expect(header).toBe('AMQP\x00\x00\x09\x01');
  });

  it.each([
    ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'what answers is not an AMQP 0-9-1 broker'],
    ['a broker of another protocol version', 'AMQP\x03\x01\x00\x00', 'it closed the connection'],
  ])('fails when %s answers', async (_, answer, reason) => {
    const port = await serve((socket) => socket.on('error', () => {}).end(answer, 'latin1'));
    await expect(pingPort(port)).rejects.toThrow(`no broker answers on 127.0.0.1 port ${port}: ${reason}`);
  });

  it('fails when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    await expect(pingPort(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('fails when the answer does not come in time', async () => {
    const port = await serve((socket) => socket.on('error', () => {}));
    await expect(pingPort(port, 0.02)).rejects.toThrow('nothing came within 0.02 seconds');
  });

  it("reaches a broker that listens on every address by this machine's own", () => {
    expect(reachableHost('::')).toBe('localhost');
    expect(reachableHost('0.0.0.0')).toBe('127.0.0.1');
    expect(reachableHost('broker')).toBe('broker');
  });
});
