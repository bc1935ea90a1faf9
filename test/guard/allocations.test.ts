/** What a message costs the garbage collector, counted rather than timed: see allocation-child.ts. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('./allocation-child.ts', import.meta.url));

interface Allocations {
  readonly bytesAMessage: number;
  readonly places: readonly { readonly place: string; readonly bytes: number }[];
}

async function allocations(autoAck: boolean, size: number, unconfirmed: number): Promise<Allocations> {
  const args = [CHILD, String(autoAck), String(size), String(unconfirmed)];
  const child = promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  try {
    return JSON.parse((await child).stdout) as Allocations;
  } catch (error) {
    // The broker's log is on standard output.
    const { stdout = '' } = error as { readonly stdout?: string };
    throw new Error(`The child failed. It printed:\n${stdout}`, { cause: error });
  }
}

/** Bytes of heap. A lower figure is progress: lower the bound with it. */
const BOUNDS = [
  { what: 'from publisher to auto-ack consumer', autoAck: true, size: 16, unconfirmed: 0, bytes: 20 },
  { what: 'delivered and acknowledged one by one', autoAck: false, size: 16, unconfirmed: 0, bytes: 20 },
  { what: 'of 1 KiB, confirmed and acknowledged one by one', autoAck: false, size: 1024, unconfirmed: 200, bytes: 150 },
];

describe('allocations in the way of a message', () => {
  it.each(BOUNDS)(
    'stay below $bytes bytes $what',
    { timeout: 90_000 },
    async ({ autoAck, size, unconfirmed, bytes }) => {
      const { bytesAMessage, places } = await allocations(autoAck, size, unconfirmed);
      expect(bytesAMessage, JSON.stringify(places, null, 2)).toBeLessThan(bytes);
    },
  );
});
