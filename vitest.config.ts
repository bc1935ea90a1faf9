/** How the tests run: every test file in its own process, with time-outs that a machine full of other work can keep. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TEST_PATIENCE, UNTIL } from './test/support/patience.ts';

// What Node compiles of vitest, of the sources and of what tests start it keeps for the next process; most of them run the same.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most tests wait most of the time: for a child process, a disk, a time-out of the protocol.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/processes/daemon-bundle.ts',
    testTimeout: TEST_PATIENCE,
    hookTimeout: TEST_PATIENCE,
    expect: { poll: UNTIL },
    // A test must not depend on the one before it, and a test marked `only` must not hide the others.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
