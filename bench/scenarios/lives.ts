/** The lives of a broker on one data folder: each finds what the one before left. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../scenario.ts';
import type { LaunchedBroker } from '../target/launch.ts';
import type { Target } from '../target/target.ts';

/** Starts a broker for each of the `lives` in turn, on a folder that is empty at first; returns what they measured. */
export async function measureLives(
  target: Target,
  lives: readonly ((broker: LaunchedBroker) => Promise<readonly Measurement[]>)[],
): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-bench-'));
  const measurements: Measurement[] = [];
  try {
    for (const live of lives) {
      const broker = await target.launch!(folder);
      try {
        measurements.push(...(await live(broker)));
      } finally {
        await broker.stop();
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measurements;
}
