/** How the tests run: in processes, with time-outs that a machine full of other work can keep. */
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { TEST_PATIENCE, UNTIL } from './test/support/patience.ts';

// What Node compiles of vitest, of the sources and of what tests start it keeps for the next process; most of them run the same.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile');

/** Bytes, of which the tests use a small part. */
const ROOM = 4 * 1024 ** 3;

// Where there is room in memory, tests have their files there: each commit would wait for a disk, which no test pulls the plug of.
const MEMORY = '/dev/shm';
if (existsSync(MEMORY) && roomIn(MEMORY) >= ROOM) process.env['TMPDIR'] ??= MEMORY;

function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Files that look at their process, or change it: its heap, its files, its modules, flags of V8. All others leave nothing behind, and one process runs
 * many of them after another: a process of its own costs each 0.5 s, half of what most of them do.
 */
const ALONE = [
  'test/guard/**/*.test.ts',
  'test/fuzz/{crowds,memory,slow-clients}.test.ts',
  'test/recovery/huge-bodies.test.ts',
  'test/unit/util/{disk-space,heap-growth,idle-garbage,inlining,log-pipe}.test.ts',
];

/** MiB for young objects, of which the tests make very many: collected less often, they take a seventh less of the processor. */
const ROOMY = ['--min-semi-space-size=16', '--max-semi-space-size=32'];

/** Clients that have to do with a store that answers reads later, too. */
const CLIENTS = ['test/interop/{amqplib-{callback,messages,queues},pika}.test.ts'];

/** Clients of a broker on PostgreSQL, through restarts too; with LEVERET_DATABASE_CLIENTS=all, all of them. */
const SOME_ON_DATABASE = ['test/interop/{amqplib-{callback,queues,routing},pika,restart-programs}.test.ts'];
const ALL_ON_DATABASE = ['test/interop/*.test.ts'];
/** Has a database of its own. */
const OWN_DATABASE = 'test/interop/cluster-example.test.ts';
const ON_DATABASE = process.env['LEVERET_DATABASE_CLIENTS'] === 'all' ? ALL_ON_DATABASE : SOME_ON_DATABASE;
const hasDatabase = existsSync('/usr/lib/postgresql') || process.env['CI'] !== undefined;

/** What takes long begins first: at the end one process would be left alone with it. */
const LONGEST = ['guard', 'fuzz', 'recovery', 'contract', 'interop', 'page', 'model', 'conformance'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ project, moduleId }: TestSpecification) => {
      const folder = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}/`));
      return (project.name === 'alone' ? 0 : LONGEST.length + 1) + (folder < 0 ? LONGEST.length : folder);
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: { name: 'sharing', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false, execArgv: ROOMY },
      },
      {
        extends: true,
        test: { name: 'late-store', include: CLIENTS, isolate: false, execArgv: ROOMY, provide: { lateStore: true } },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: hasDatabase ? ON_DATABASE : [],
          exclude: [OWN_DATABASE],
          isolate: false,
          globalSetup: ['test/support/postgres/for-clients.ts'],
        },
      },
    ],
    pool: 'forks',
    // Node strips the types by itself, as it does for the scripts: its modules are quicker than the same through a transform.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Most tests wait most of the time: for a child process, a disk, a time-out of the protocol.
    maxWorkers: Math.max(6, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    provide: { lateStore: false, database: '' },
    globalSetup: [
      'test/support/processes/left-behind.ts',
      'test/support/processes/daemon-bundle.ts',
      'test/support/page/built.ts',
    ],
    testTimeout: TEST_PATIENCE,
    hookTimeout: TEST_PATIENCE,
    expect: { poll: UNTIL },
    // A test must not depend on the one before it, and a test marked `only` must not hide the others.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
