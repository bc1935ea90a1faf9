/** How the tests run: in processes, with time-outs that a machine full of other work can keep. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TEST_PATIENCE, UNTIL } from './test/support/patience.ts';

// What Node compiles of vitest, of the sources and of what tests start it keeps for the next process; most of them run the same.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile');

/**
 * Files that one process runs after another: a process of its own costs each 0.5 s, half of what all of them do. They leave nothing behind and
 * look at nothing that a file before them may have changed: the heap, the files of the process, flags of V8.
 */
const SHARING = ['test/conformance/*.test.ts', 'test/unit/{broker,codec,config,connection,protocol,wire}/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: SHARING } },
    ],
    pool: 'forks',
    // Most tests wait most of the time: for a child process, a disk, a time-out of the protocol.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['test/support/processes/daemon-bundle.ts', 'test/support/page/built.ts'],
    testTimeout: TEST_PATIENCE,
    hookTimeout: TEST_PATIENCE,
    expect: { poll: UNTIL },
    // A test must not depend on the one before it, and a test marked `only` must not hide the others.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
