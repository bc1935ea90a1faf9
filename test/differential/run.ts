/**
 * Runs the conformance tests against Leveret (in this checkout) and against RabbitMQ, and compares what the clients received
 * method by method: also the fields that no test asks about.
 *
 *   node test/differential/run.ts amqp://guest:guest@127.0.0.1:5672 ["rabbitmqctl -n rabbit@localhost"]
 *
 * Prints every difference; those of rules listed in spec/deviations.md are expected. Exits with 1 where one is not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transcript } from '../support/transcript.ts';

const root = new URL('../../', import.meta.url).pathname;
const [url, control] = process.argv.slice(2);
if (url === undefined) {
  print('usage: run.ts AMQP-URL ["CONTROL-COMMAND"]');
  process.exit(2);
}

const leveret = transcripts('Leveret', {});
const rabbitmq = transcripts('RabbitMQ', {
  LEVERET_TEST_URL: url,
  ...(control === undefined ? {} : { LEVERET_TEST_CTL: control }),
});
const deviations = readFileSync(join(root, 'spec/deviations.md'), 'utf8');
let unexpected = 0;

for (const key of new Set([...Object.keys(rabbitmq), ...Object.keys(leveret)])) {
  const [theirs, ours] = [rabbitmq[key] ?? [], leveret[key] ?? []];
  const at = theirs.findIndex((line, index) => line !== ours[index]);
  if (at === -1 && theirs.length === ours.length) continue;
  const rule = /(\S+\/\S+): /.exec(key)?.[1] ?? '';
  const expected = deviations.includes(`\`${rule}\``);
  if (!expected) unexpected++;
  const from = at === -1 ? theirs.length : at;
  print(`${expected ? 'expected' : 'DIFFERENT'}  ${key}`);
  print(`  RabbitMQ: ${theirs[from] ?? '(nothing more)'}`);
  print(`  Leveret:  ${ours[from] ?? '(nothing more)'}`);
}
print(`${Object.keys(rabbitmq).length} channels compared, ${unexpected} unexpected differences`);
process.exitCode = unexpected === 0 ? 0 : 1;

/** Runs the suite with these environment variables and gives what its clients received. */
function transcripts(name: string, environment: Record<string, string>): Transcript {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-differential-'));
  const inherited = { ...process.env, LEVERET_TEST_URL: undefined, LEVERET_TEST_CTL: undefined };
  const env = { ...inherited, ...environment, LEVERET_TEST_TRANSCRIPT: folder };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // One test at a time, so that each connection is known to belong to the running test.
  const args = [vitest, 'run', 'test/conformance', '--maxConcurrency=1'];
  const run = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  print(`${name}: ${/Tests .*/.exec(run.stdout)?.[0] ?? run.stderr}`);
  const all: Transcript = {};
  for (const file of readdirSync(folder)) {
    Object.assign(all, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript);
  }
  rmSync(folder, { recursive: true });
  return all;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
