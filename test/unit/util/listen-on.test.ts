/** Servers that listen: on an address without asking what it is, and with the system's error if they cannot. */
import dns from 'node:dns';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenOn } from '../../../src/util/listen-on.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function server(): Server {
  const made = createServer((socket) => socket.end('hello'));
  onTestFinished(() => void made.close());
  return made;
}

async function heard(place: { port: number; host: string } | { path: string }): Promise<string> {
  const [said] = (await once(connect(place), 'data')) as [Buffer];
  return said.toString();
}

test('an address of IPv4 is not looked up, and clients come there', async () => {
  const lookup = vi.spyOn(dns, 'lookup');
  const listening = server();
  await listenOn(listening, { port: 0, host: '127.0.0.1' });
  const { address, port } = listening.address() as AddressInfo;
  expect(address).toBe('127.0.0.1');
  expect(lookup).not.toHaveBeenCalled();
  expect(await heard({ port, host: '127.0.0.1' })).toBe('hello');
});

test.each(['::', '::1', 'localhost'])('clients come to %s', async (host) => {
  const listening = server();
  await listenOn(listening, { port: 0, host });
  const { port } = listening.address() as AddressInfo;
  expect(await heard({ port, host: host === '::' ? '127.0.0.1' : host })).toBe('hello');
});

test('a path is bound at once', async () => {
  const path = join(temporaryFolder(), 'socket');
  const listening = server();
  const bound = listenOn(listening, { path });
  expect(listening.listening).toBe(true);
  await bound;
  expect(await heard({ path })).toBe('hello');
});

test('a port that is taken is named, and may be had later', async () => {
  const first = server();
  await listenOn(first, { port: 0, host: '127.0.0.1' });
  const { port } = first.address() as AddressInfo;
  const second = server();
  const error = { code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port };
  await expect(listenOn(second, { port, host: '127.0.0.1' })).rejects.toMatchObject(error);
  first.close();
  await once(first, 'close');
  await listenOn(second, { port, host: '127.0.0.1' });
  expect(await heard({ port, host: '127.0.0.1' })).toBe('hello');
});

test('an address of another machine is refused', async () => {
  const error = { code: 'EADDRNOTAVAIL', address: '192.0.2.1' };
  await expect(listenOn(server(), { port: 0, host: '192.0.2.1' })).rejects.toMatchObject(error);
});
