/** Memory goes back to the system: whatever a broker had to keep, idle again it is less than twice as large as before. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { LOADS, loadAndDelete } from '../../bench/scenarios/memory-back.ts';
import { ANY_PORTS, startCommand } from '../support/cli/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A broker collects what a start leaves when it has rested for a second. */
const IDLE_MS = 3000;
/** It takes 10 s on a quiet machine. */
const BACK_MS = 120_000;

/** Bytes. */
function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

test.skipIf(process.platform !== 'linux')(
  'a broker that is idle again is small, whatever it had to keep',
  { timeout: (LOADS.length + 1) * BACK_MS },
  async () => {
    const daemon = startCommand(['--host', '127.0.0.1', '--port', '0', '--data-dir', temporaryFolder()], {
      env: ANY_PORTS,
    });
    const { port } = await daemon.waitForLine('started TCP listener');
    const pid = daemon.child.pid!;
    await sleep(IDLE_MS);
    const idle = resident(pid);
    for (const load of LOADS) {
      await loadAndDelete(`amqp://guest:guest@127.0.0.1:${String(port)}`, load, { scale: 0.7 });
      const isSmall = () => expect(resident(pid), load.description).toBeLessThan(2 * idle);
      await vi.waitFor(isSmall, { timeout: BACK_MS, interval: 500 });
    }
  },
);
