/** Random frames of WebSocket, with AMQP in them or anything else: nothing of it is an internal error, hangs, or disturbs others. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { KeptLog } from '../support/kept-log.ts';
import { Canary } from './canary.ts';
import { fuzzTimeout, Random, seeds } from './random.ts';
import { HANDSHAKE, OPEN_CHANNEL } from './sessions.ts';

const log = new KeptLog();
let broker: Broker;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0, handshakeTimeout: 5000, logger: log });
});
afterAll(() => broker.stop());

test.each(seeds(4))('random frames, seed %i', { timeout: fuzzTimeout() }, async (seed) => {
  const random = new Random(seed);
  const canary = await Canary.start(broker.url);
  try {
    await Promise.all(Array.from({ length: 12 }, () => attack(random)));
    expect(log.errors).toEqual([]);
    await canary.stop();
  } finally {
    canary.destroy();
  }
});

/** Ends when the broker has given it up. */
async function attack(random: Random): Promise<void> {
  const socket = connect(broker.managementPort!, '127.0.0.1');
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  const request = `GET /ws/amqp HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${random.bytes(16).toString('base64')}\r\n\r\n`;
  const frames = random.chance(0.5) ? sound(random) : [];
  while (frames.length < 20) frames.push(frameOf(random, random.bytes(random.below(300))));
  const said = Buffer.concat([Buffer.from(request), ...frames]);
  for (const piece of random.split(said)) await say(socket, piece);
  socket.end();
  if (!socket.closed) await once(socket, 'close');
}

async function say(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.writable) await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
}

/** A session as it should be, in messages of any size: with one wrong thing behind it, or in it. */
function sound(random: Random): Buffer[] {
  const session = Buffer.concat([...HANDSHAKE, OPEN_CHANNEL]);
  return random.split(session, 20).map((piece) => frame(0x82, true, piece, piece.length));
}

function frameOf(random: Random, payload: Buffer): Buffer {
  const opcode = random.chance(0.7) ? random.pick([0, 1, 2, 8, 9, 10]) : random.below(16);
  const flags = random.chance(0.8) ? 0x80 : random.below(16) << 4;
  const length = random.chance(0.9) ? payload.length : random.pick([126, 65_536, 2 ** 31, 2 ** 40, 262_145]);
  return frame(flags | opcode, random.chance(0.95), payload, length);
}

/** The mask is zeros, which leaves the payload as it is. */
function frame(first: number, masked: boolean, payload: Buffer, length: number): Buffer {
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(10);
  head[0] = first;
  let size = 2;
  if (length < 126) head[1] = mask | length;
  else if (length < 65_536) {
    head[1] = mask | 126;
    head.writeUInt16BE(length, 2);
    size = 4;
  } else {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
    size = 10;
  }
  return Buffer.concat([head.subarray(0, size), Buffer.alloc(masked ? 4 : 0), payload]);
}
