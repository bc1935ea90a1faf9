/** The lives of a broker on one data folder: each finds what the one before left. */
import type { Measurement } from '../scenario.ts';
import { TemporaryFolder } from '../target/folder.ts';
import type { LaunchedBroker } from '../target/launch.ts';
import type { Target } from '../target/target.ts';

/** Starts a broker for each of the `lives` in turn, on a folder that is empty at first; returns what they measured. */
export async function measureLives(
  target: Target,
  lives: readonly ((broker: LaunchedBroker) => Promise<readonly Measurement[]>)[],
): Promise<Measurement[]> {
  using folder = new TemporaryFolder();
  const measurements: Measurement[] = [];
  for (const live of lives) {
    const broker = await target.launch!(folder.path);
    try {
      measurements.push(...(await live(broker)));
    } finally {
      await broker.stop();
    }
  }
  return measurements;
}
