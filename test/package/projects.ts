/** Programs as users have them, each with a runner, a bundler or a compiler of its own, which install the packed package and must work. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUIDE_PROJECT, RECIPE_PROJECTS } from './recipes.ts';

export interface Project {
  readonly name: string;
  /** Installed beside leveret and amqplib; options of `npm install` too. */
  readonly packages: readonly string[];
  readonly type: 'module' | 'commonjs';
  readonly files: Readonly<Record<string, string>>;
  /** Commands of the project, one after the other, each a line of a shell. */
  readonly run: readonly string[];
  /** What they print; `hello` if not given. */
  readonly prints?: string;
}

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
/** README.md's first block of JavaScript. */
const EXAMPLE = /```js\n([\s\S]*?)```/.exec(README)![1];
const COMMONJS = `${EXAMPLE.replace(/import (.*) from '(.*)';/g, "const $1 = require('$2');").replace('\n\n', '\n\nvoid (async () => {\n')}})();\n`;
const COMMONJS_TYPES = `${EXAMPLE.replace('import amqp', 'import * as amqp').replace('\n\n', '\n\nvoid (async () => {\n').replace('message.content', '(message as amqp.GetMessage).content')}})();\n`;

/** What all test runners run: both entries, a client, and the end of the process without its being told. */
const BODY = `
  const broker = await TestBroker.start();
  const connection = await amqp.connect(broker.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('greetings');
  channel.sendToQueue('greetings', Buffer.from('hello'));
  const { text } = await broker.queue('greetings').toReceive();
  await connection.close();
  await broker.stop();
  if (text !== 'hello') throw new Error(text);
  console.log(text);
`;
const REQUIRED = `const { TestBroker } = require('leveret/testing');\nconst amqp = require('amqplib');\n`;
const IMPORTED = `import { TestBroker } from 'leveret/testing';\nimport amqp from 'amqplib';\n`;
const testIn = (head: string, test = 'test') => `${head}${test}('greets', async () => {${BODY}});\n`;

/** Every export of both entries, as a program uses them. */
const TYPES = `
import { Broker, ConfigError, ListenError, type BrokerOptions, type Logger } from 'leveret';
import { TestBroker, type Received, type LogEntry, type TestSpace } from 'leveret/testing';
const options: BrokerOptions = { port: 0, unref: true };
export async function start(logger: Logger): Promise<string> {
  const broker: Broker = await Broker.start({ ...options, logger });
  const test = await TestBroker.start({ clock: 'manual' });
  const space: TestSpace = await test.space();
  const message: Received<{ id: number }> = await space.queue('q').toReceive<{ id: number }>({ json: { id: 1 } });
  const entries: LogEntry[] = test.log.all({ kind: 'queued' });
  const body: Buffer = message.body;
  await test.clock.advance('7d');
  // @ts-expect-error -- an option that is misspelt
  await Broker.start({ prot: 5672 }).catch((error) => error instanceof ConfigError || error instanceof ListenError);
  // @ts-expect-error -- brokers are started
  new Broker();
  return broker.url + entries.length + body.length + message.json.id;
}
`;

function typescript(version: string, types: string, module: string, options = ''): Project {
  const strict = `--strict --skipLibCheck false --noEmit --target es2022 --types node --module ${module} ${options}`;
  return {
    name: `typescript-${version}-${module}`,
    packages: [`typescript@${version}`, `@types/node@${types}`],
    type: module === 'commonjs' ? 'commonjs' : 'module',
    files: { 'program.ts': TYPES },
    run: [`npx tsc ${strict} program.ts`, 'echo hello'],
  };
}

function jest(version: string): Project {
  const files = { 'greets.test.js': testIn(REQUIRED) };
  return { name: `jest-${version}`, packages: [`jest@${version}`], type: 'commonjs', files, run: ['npx jest 2>&1'] };
}

/** A test that fails shows what its broker was doing. */
function failingJest(version: string): Project {
  const code = `const space = require('leveret/testing/jest').useSpace();
test('fails', async () => {
  await expect(space().queue('greetings')).toReceive({}, { patience: 10 });
});
`;
  const run = ['npx jest 2>&1 || true'];
  return {
    name: `jest-${version}-failing`,
    packages: [`jest@${version}`],
    type: 'commonjs',
    files: { 'fails.test.js': code },
    run,
    prints: 'The last of the log of space-1:',
  };
}

function vitest(version: string): Project {
  const files = { 'greets.test.js': testIn(`import { test } from 'vitest';\n${IMPORTED}`) };
  return { name: `vitest-${version}`, packages: [`vitest@${version}`], type: 'module', files, run: ['npx vitest run'] };
}

/** A project of examples/testing, with the packed package in place of a published one. */
function example(
  name: string,
  type: Project['type'],
  packages: readonly string[],
  run: string,
  prints: string,
): Project {
  const folder = join(import.meta.dirname, '../../examples/testing', name);
  const names = readdirSync(folder).filter((file) => /\.(js|py)$/.test(file));
  const files = Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  return { name: `example-${name}`, packages, type, files, run: [run], prints };
}

const OLD_NODE = `
import { Broker } from 'leveret';
await Broker.start({ port: 0, dataDir: 'data' }).catch((error) => console.log(error.name, error.message));
`;

/** Without the package that speaks to a database: a broker does without a database, or says what it needs. */
const NO_DATABASE = `
import { Broker } from 'leveret';
await (await Broker.start({ port: 0, dataDir: 'data' })).stop();
await Broker.start({ port: 0, store: 'postgres://localhost/leveret' }).catch((error) => console.log(error.name, error.message));
`;

export const PROJECTS: readonly Project[] = [
  { name: 'node-esm', packages: [], type: 'module', files: { 'a.js': EXAMPLE }, run: ['node a.js'] },
  { name: 'node-cjs', packages: [], type: 'commonjs', files: { 'a.js': COMMONJS }, run: ['node a.js'] },
  {
    name: 'node-cjs-data-folder',
    packages: [],
    type: 'commonjs',
    files: { 'a.js': COMMONJS.replace('port: 0', "port: 0, dataDir: 'data'") },
    run: ['node a.js', 'test -s data/leveret.db'],
  },
  {
    name: 'unref',
    packages: [],
    type: 'module',
    files: {
      'a.js':
        "import { Broker } from 'leveret';\nawait Broker.start({ port: 0, dataDir: 'data', unref: true });\nconsole.log('hello');\n",
    },
    run: ['node a.js'],
  },
  {
    name: 'without-optional-packages',
    packages: ['--omit=optional'],
    type: 'module',
    files: {
      'a.js': NO_DATABASE,
      'b.cjs':
        NO_DATABASE.replace(/import (.*) from '(.*)';/, "const $1 = require('$2');\nvoid (async () => {") + '})();\n',
    },
    run: [
      'test ! -e node_modules/pg',
      'node a.js | grep -q "^StoreError A store in PostgreSQL needs the package pg"',
      'node b.cjs | grep -q "^StoreError A store in PostgreSQL needs the package pg"',
      'npx leveret --store postgres://localhost/leveret 2>&1 | grep "needs the package pg"',
    ],
    prints: 'needs the package pg, which is not installed',
  },
  jest('29'),
  jest('30'),
  failingJest('29'),
  failingJest('30'),
  {
    name: 'jest-30-esm',
    packages: ['jest@30'],
    type: 'module',
    files: { 'greets.test.js': testIn(IMPORTED), 'jest.config.js': 'export default { transform: {} };\n' },
    run: ['NODE_OPTIONS=--experimental-vm-modules npx jest 2>&1'],
  },
  vitest('3'),
  vitest('4'),
  vitest('5'),
  {
    name: 'mocha',
    packages: ['mocha'],
    type: 'commonjs',
    files: { 'test/greets.js': testIn(REQUIRED, 'it') },
    run: ['npx mocha'],
  },
  {
    name: 'node-test',
    packages: [],
    type: 'module',
    files: { 'greets.test.js': testIn(`import { test } from 'node:test';\n${IMPORTED}`) },
    run: ['node --test'],
  },
  {
    name: 'node-test-forgotten-broker',
    packages: [],
    type: 'module',
    files: {
      'forgets.test.js': `import { test } from 'node:test';\n${IMPORTED}test('forgets', () => TestBroker.start());\n`,
    },
    run: ['timeout 60 node --test --test-reporter=tap'],
    prints: '# pass 1',
  },
  { name: 'tsx-esm', packages: ['tsx'], type: 'module', files: { 'a.ts': EXAMPLE }, run: ['npx tsx a.ts'] },
  { name: 'tsx-cjs', packages: ['tsx'], type: 'commonjs', files: { 'a.ts': COMMONJS_TYPES }, run: ['npx tsx a.ts'] },
  {
    name: 'ts-node',
    packages: ['ts-node', 'typescript@5', '@types/node@24'],
    type: 'commonjs',
    files: {
      'a.ts': COMMONJS_TYPES,
      'tsconfig.json': '{ "compilerOptions": { "module": "node16", "target": "es2022", "strict": true } }',
    },
    run: ['npx ts-node a.ts'],
  },
  {
    name: 'esbuild',
    packages: ['esbuild'],
    type: 'module',
    files: {
      'a.mjs': EXAMPLE,
      'b.cjs': COMMONJS,
      'c.mjs': `void import('./d.mjs');\n`,
      'd.mjs': EXAMPLE.replace(
        /\nconst broker[\s\S]*/,
        '\nvoid Broker.start({ port: 0 }).then((broker) => broker.stop()).then(() => console.log(typeof amqp.connect));\n',
      ),
    },
    run: [
      'npx esbuild a.mjs --bundle --platform=node --format=esm --external:better-sqlite3 --outfile=out/a.mjs --log-level=error --banner:js="import { createRequire as cr } from \'node:module\'; const require = cr(import.meta.url);"',
      'npx esbuild b.cjs --bundle --platform=node --format=cjs --external:better-sqlite3 --outfile=out/b.cjs --log-level=error',
      'npx esbuild d.mjs --bundle --platform=node --format=cjs --external:better-sqlite3 --outfile=out/d.cjs --log-level=error',
      'rm -r node_modules/leveret && node out/a.mjs && node out/b.cjs && node out/d.cjs',
    ],
  },
  {
    name: 'webpack',
    packages: ['webpack', 'webpack-cli'],
    type: 'module',
    files: { 'a.js': EXAMPLE },
    run: [
      'npx webpack ./a.js --mode production --target node --output-path out --output-filename a.cjs',
      'node out/a.cjs',
    ],
  },
  typescript('5.0', '18', 'node16'),
  typescript('5.4', '20', 'node16'),
  typescript('5.9', '22', 'nodenext'),
  typescript('5.9', '22', 'commonjs', '--moduleResolution node10'),
  typescript('6.0', '24', 'nodenext'),
  {
    name: 'bun',
    packages: ['bun'],
    type: 'module',
    files: { 'a.js': EXAMPLE, 'b.js': EXAMPLE.replace('port: 0', "port: 0, dataDir: 'data'") },
    run: ['npx bun a.js', 'npx bun b.js'],
  },
  {
    name: 'deno',
    packages: ['deno'],
    type: 'module',
    files: { 'a.js': EXAMPLE, 'b.js': EXAMPLE.replace('port: 0', "port: 0, dataDir: 'data'") },
    run: ['npx deno run -A a.js', 'npx deno run -A b.js'],
  },
  example('vitest', 'module', ['vitest@5'], 'npx vitest run', '3 passed'),
  example('jest', 'commonjs', ['jest@30'], 'npx jest 2>&1', 'Tests:       2 passed, 2 total'),
  example('node-test', 'module', [], 'node --test --test-reporter=tap', '# pass 2'),
  // Debian's Python, which has pika and pytest by apt.
  example('pytest', 'module', [], 'LEVERET="npx leveret" /usr/bin/python3 -m pytest -q', '4 passed'),
  {
    name: 'node-20',
    packages: ['node@20'],
    type: 'module',
    files: { 'a.js': OLD_NODE },
    run: ['node_modules/node/bin/node a.js'],
    prints: 'is too old: Leveret needs 22.14 or newer',
  },
  {
    name: 'node-22.12',
    packages: ['node@22.12.0'],
    type: 'module',
    files: { 'a.js': EXAMPLE, 'b.js': OLD_NODE },
    run: ['node_modules/node/bin/node a.js', 'node_modules/node/bin/node b.js'],
    prints: 'is too old for a data folder: Leveret needs 22.14 or newer',
  },
  GUIDE_PROJECT,
  ...RECIPE_PROJECTS,
];
