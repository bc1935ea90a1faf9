/**
 * Clients that keep to the framing and say anything at all in it: random methods with random arguments on random channels,
 * with and without content. A channel that the broker closes is opened again, so that sessions get far.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { type Arena, inParallel, useArena } from './arena.ts';
import { fuzzTimeout, Random, seeds } from './random.ts';
import { opening, randomCommand } from './commands.ts';

const AT_ONCE = 4;
const COMMANDS = 300;

describe('random commands harm nobody else', () => {
  describe('in a broker in memory', () => {
    const arena = useArena();

    test('whatever they are', { timeout: fuzzTimeout() }, () => sessions(arena(), 24));
  });

  describe('in a broker with a data folder', () => {
    let folder = '';
    const arena = useArena(async () => {
      folder = await mkdtemp(join(tmpdir(), 'leveret-fuzz-'));
      return { dataDir: folder };
    });
    // Hooks of one suite end in reverse order, so the broker has let go of the folder by then.
    afterAll(() => rm(folder, { recursive: true }));

    test('whatever they are', { timeout: fuzzTimeout() }, () => sessions(arena(), 12));
  });
});

async function sessions(arena: Arena, count: number): Promise<void> {
  await arena.attack(() =>
    inParallel(seeds(count), AT_ONCE, (seed) => session(arena, new Random(seed), `seed ${seed}`)),
  );
}

async function session(arena: Arena, random: Random, label: string): Promise<void> {
  const client = await arena.connect();
  arena.label(client.socket, label);
  const unacked = new Map<number, number[]>();
  const tags = (channel: number) => unacked.get(channel) ?? [];
  client.inbox.onReceived = (channel, { method }) => {
    if (method.name === 'basic.deliver' || method.name === 'basic.get-ok') {
      unacked.set(channel, [...tags(channel).slice(-10), method.deliveryTag]);
    }
    if (method.name === 'channel.open-ok') unacked.delete(channel);
    if (method.name === 'channel.close') client.send(channel, 'channel.close-ok').send(channel, 'channel.open');
    if (method.name === 'connection.close') client.send(0, 'connection.close-ok');
  };
  client.write(opening(random));
  for (let said = 0; said < COMMANDS && client.inbox.closed === undefined; said++) {
    for (const frame of randomCommand(random, tags)) client.write(frame);
    if (random.chance(0.3)) await turn();
  }
  if (random.chance(0.5)) client.destroy();
  else client.socket.end();
  await client.expectSocketClosed();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
