/** What a message costs the garbage collector, counted rather than timed: see allocation-child.ts. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runOk } from '../support/processes/run.ts';

const CHILD = fileURLToPath(new URL('./allocation-child.ts', import.meta.url));

interface Load {
  readonly what: string;
  readonly autoAck: boolean;
  readonly size: number;
  readonly unconfirmed: number;
  /** Published to in turn. Default 1. */
  readonly queues?: number;
  readonly bytes: number;
}

interface Allocations {
  readonly bytesAMessage: number;
  readonly places: readonly { readonly place: string; readonly bytes: number }[];
}

async function allocations({ autoAck, size, unconfirmed, queues = 1 }: Load): Promise<Allocations> {
  const args = [CHILD, String(autoAck), String(size), String(unconfirmed), String(queues)];
  return JSON.parse(await runOk(process.execPath, args)) as Allocations;
}

/** Bytes of heap. A lower figure is progress: lower the bound with it. */
const BOUNDS: readonly Load[] = [
  { what: 'from publisher to auto-ack consumer', autoAck: true, size: 16, unconfirmed: 0, bytes: 20 },
  { what: 'through 100 queues in turn', autoAck: true, size: 16, unconfirmed: 0, queues: 100, bytes: 20 },
  { what: 'delivered and acknowledged one by one', autoAck: false, size: 16, unconfirmed: 0, bytes: 20 },
  { what: 'of 1 KiB, confirmed and acknowledged one by one', autoAck: false, size: 1024, unconfirmed: 200, bytes: 150 },
];

describe('allocations in the way of a message', () => {
  it.each(BOUNDS)('stay below $bytes bytes $what', async (load) => {
    const { bytesAMessage, places } = await allocations(load);
    expect(bytesAMessage, JSON.stringify(places, null, 2)).toBeLessThan(load.bytes);
  });
});
