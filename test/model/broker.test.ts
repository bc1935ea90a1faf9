/**
 * A broker does what its model does: whatever combination of queue features is declared, set by policies, used and restarted, clients
 * see the same messages in the same order with the same deaths, marks and confirms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'vitest';
import { Comparison } from './broker.comparison.ts';
import { Ambiguous } from './broker.choices.ts';
import { scenario, stored } from './broker.steps.ts';

const RUNS = Number(process.env['LEVERET_MODEL_RUNS'] ?? 10);
const SEED = Number(process.env['LEVERET_MODEL_SEED'] ?? 20261122);

test.each([
  ['whatever its queues are and whatever is done to them', undefined],
  ['if its store answers later, too', SEED],
])('a broker does what its model does, %s', { timeout: RUNS * 40_000 }, async (_, late) => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ alternates: of, steps }) => {
      const folder = mkdtempSync(join(tmpdir(), 'leveret-model-'));
      const compared = new Comparison(folder, late);
      await compared.start(of);
      try {
        for (const next of steps) await compared.apply(late === undefined ? next : stored(next));
        await compared.drain();
      } catch (error) {
        if (!(error instanceof Ambiguous)) throw error;
      } finally {
        await compared.stop();
        rmSync(folder, { recursive: true });
      }
    }),
    // Shrinking a failure takes long: it ends in time to be told.
    { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: RUNS * 30_000, markInterruptAsFailure: true },
  );
});
