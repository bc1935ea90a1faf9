/** AMQP by a Unix socket: for programs of the same machine, whose users the file's mode chooses. */
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { AmqpClient, handshake } from '../support/amqp-client/index.ts';
import { apiOf } from '../support/management/api.ts';
import { run } from '../support/processes/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function place(): string {
  return join(temporaryFolder(), 'amqp.sock');
}

async function start(unixSocket: string, options: BrokerOptions = {}): Promise<Broker> {
  const broker = await Broker.start({ port: 'none', managementPort: 0, unixSocket, ...options });
  onTestFinished(() => broker.stop());
  return broker;
}

async function enter(path: string): Promise<AmqpClient> {
  const socket: Socket = connect(path);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const client = AmqpClient.over('amqp://guest:guest@localhost', socket);
  await handshake(client, {});
  return client;
}

test('unix-socket/messages: it is spoken as on a port, and users of this machine alone come in by it', async () => {
  const path = place();
  const broker = await start(path, { loopbackUsers: ['guest'] });
  expect(statSync(path).mode & 0o777).toBe(0o660);
  const [one, two] = [await enter(path), await enter(path)];
  const channel = await one.channel();
  const queue = await channel.queue();
  await channel.consume(queue, { noAck: true });
  channel.publish(queue, 'hello');
  expect((await channel.delivery()).body).toBe('hello');
  const shown = (await apiOf(broker)('GET', '/connections')).json as Record<string, unknown>[];
  const names = shown.map(({ name }) => name);
  expect(names.sort()).toEqual([`unix:1 -> ${path}:0`, `unix:2 -> ${path}:0`]);
  expect(shown[0]).toMatchObject({ peer_host: 'unix', host: path, protocol: 'AMQP 0-9-1', ssl: false });
  const closed = two.expectClose(320, /closed by the test/);
  await apiOf(broker)('DELETE', `/connections/${encodeURIComponent(`unix:2 -> ${path}:0`)}`, {
    headers: { 'x-reason': 'closed by the test' },
  });
  await closed;
});

test('unix-socket/silent: who says nothing is dropped', async () => {
  const path = place();
  await start(path, { handshakeTimeout: 100 });
  const socket = connect(path);
  socket.resume();
  await once(socket, 'close');
});

test('unix-socket/file: its mode is the one that is asked for, and it is gone after the stop', async () => {
  const path = place();
  const broker = await start(path, { unixSocketMode: 0o600 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await broker.stop();
  expect(existsSync(path)).toBe(false);
});

test('unix-socket/left-behind: one of a process that was killed makes room', async () => {
  const path = place();
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await run(process.execPath, ['-e', script]);
  expect(existsSync(path)).toBe(true);
  await start(path);
  await enter(path);
});

test('unix-socket/taken: what another program uses, and what is no socket, is left as it is', async () => {
  const path = place();
  const other = createServer();
  onTestFinished(() => void other.close());
  await once(other.listen(path), 'listening');
  const refusal = `cannot listen on the Unix socket ${path}: another program listens on it`;
  await expect(start(path)).rejects.toThrow(refusal);
  await once(connect(path), 'connect');
  const file = place();
  writeFileSync(file, 'text');
  await expect(start(file)).rejects.toThrow('no socket');
  expect(existsSync(file)).toBe(true);
  await expect(start(join(temporaryFolder(), 'none', 'amqp.sock'))).rejects.toThrow(/its folder is not there/);
});
