/** Clients that begin a handshake of TLS, do not finish it, and come by the thousand. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Authority } from '../support/certificates.ts';
import { folderOfFile } from '../support/temporary-folder.ts';
import { useArena } from './arena.ts';

/** `npm run test:handshakes` for thousands: each takes two of the files that this process may open. */
const COUNT = Number(process.env['LEVERET_HANDSHAKES'] ?? 1200);
/** Those under way at a listener: the oldest makes room. */
const MOST = 1000;
const AT_ONCE = 100;
/** The begin of a client's hello, which says that more comes than ever does. */
const HELLO = Buffer.concat([Buffer.from('160301020001', 'hex'), Buffer.alloc(40)]);

const folder = folderOfFile();

describe('handshakes that do not end', () => {
  const arena = useArena(() => {
    const { cert, key } = new Authority(folder()).issue('server');
    return { tlsPort: 0, tlsCert: [cert], tlsKey: [key], tlsHandshakeTimeout: 1000 };
  });

  async function come(): Promise<Socket[]> {
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    while (sockets.length < COUNT) {
      const batch = Array.from({ length: AT_ONCE }, () => connect(arena().tlsPort, '127.0.0.1'));
      for (const socket of batch) socket.on('error', () => {}).resume();
      sockets.push(...batch);
      await Promise.all(batch.map((socket) => once(socket, 'connect')));
    }
    return sockets;
  }

  const closed = (socket: Socket): boolean => socket.destroyed || socket.readyState !== 'open';

  test('some say nothing, some go on slowly: all are dropped in time, and nobody else notices', async () => {
    await arena().attack(async () => {
      const sockets = await come();
      await expect.poll(() => sockets.filter(closed).length).toBeGreaterThanOrEqual(COUNT - MOST);
      const talking = sockets.filter((_, index) => index % 2 === 0);
      for (const byte of HELLO) {
        for (const socket of talking) if (!closed(socket)) socket.write(Buffer.of(byte));
        await elapse(10);
      }
      await expect.poll(() => sockets.every(closed)).toBe(true);
    });
  });
});
