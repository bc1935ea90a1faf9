/** How the tests run: every test file in its own process, with time-outs that a slow shared machine can keep. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most tests wait most of the time: for a child process, a disk, a time-out of the protocol.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000, interval: 10 } },
    // A test must not depend on the one before it, and a test marked `only` must not hide the others.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
