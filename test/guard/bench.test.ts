/** The benchmark itself works: each kind of scenario, very short, against a broker in this process. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Results } from '../../bench/report/results.ts';
import { Broker } from '../../src/index.ts';

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SHORT = ['--runs', '1', '--seconds', '0.5', '--warmup', '0.1', '--scale', '0.01'];

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function bench(...args: string[]): Promise<Run> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [RUN, ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Run;
  }
}

describe('npm run bench', () => {
  let broker: Broker;
  let folder: string;

  beforeAll(async () => {
    broker = await Broker.start({ port: 0 });
    folder = mkdtempSync(join(tmpdir(), 'leveret-guard-'));
  });

  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('compares brokers in a table, a JSON file and a chart', { timeout: 240_000 }, async () => {
    const { port } = broker;
    const url = `amqp://guest:guest@127.0.0.1:${port}`;
    const scenarios = [
      'auto16',
      'pub16',
      'fan4x4',
      'topic10k',
      'headers1k',
      'fan100',
      'rpc',
      'amqplib',
      'conn1k',
      'queues',
      'bindings',
      'connections',
      'drain1m',
    ];
    const targets = ['--target', url, '--name', 'first', '--target', url, '--name', 'second'];
    const { code, stdout, stderr } = await bench(...targets, ...SHORT, '--out', folder, ...scenarios);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('second / first');
    const files = readdirSync(folder).sort();
    expect(files).toEqual([expect.stringMatching(/^\d{4}-.*\.json$/), 'chart.svg']);
    const results = JSON.parse(readFileSync(join(folder, files[0]), 'utf8')) as Results;
    expect(new Set(results.rows.map(({ scenario }) => scenario))).toEqual(new Set(scenarios));
    for (const { scenario, values } of results.rows)
      expect(values, scenario).toEqual([[expect.any(Number)], [expect.any(Number)]]);
    expect(readFileSync(join(folder, 'chart.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('starts a broker by its command where the scenario is about its process', { timeout: 120_000 }, async () => {
    const command = `own=${process.execPath} ${MAIN} --port {port} --data-dir {dir}`;
    const { code, stdout, stderr } = await bench(
      '--command',
      command,
      ...SHORT,
      '--no-out',
      'start',
      'restart1m',
      'memory',
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/idle .* MB/);
  });

  it('ends with an error where a broker does not do its work', { timeout: 60_000 }, async () => {
    const refusing = await Broker.start({ port: 0, maxMessageSize: 8 });
    const { code, stdout } = await bench(
      '--target',
      `amqp://127.0.0.1:${refusing.port}`,
      ...SHORT,
      '--no-out',
      'auto16',
    );
    await refusing.stop();
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED auto16 .* 406 PRECONDITION_FAILED/);
  });

  it('says how it is used where the arguments make no sense', async () => {
    const { code, stderr } = await bench('--target', 'amqp://127.0.0.1', 'no-such-scenario');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no scenario no-such-scenario');
  });
});
