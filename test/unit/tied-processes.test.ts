/** No test leaves a process behind, however it ends. */
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { spawnTied, works } from '../support/processes/tied.ts';

const ROOT = join(import.meta.dirname, '../..');
const TIED = pathToFileURL(join(ROOT, 'test/support/processes/tied.ts')).href;
const kernelTies = works(['setpriv', '--pdeathsig', 'KILL', '--', 'true']);

/** Starts a program that never ends, by way of one that ends as it is told; returns when it is gone. */
async function grandchild(end: string, signal?: 'SIGKILL'): Promise<void> {
  const script = `
    const { spawnTied } = await import('${TIED}');
    const child = spawnTied([process.execPath, '-e', "console.log('runs'); setInterval(() => {}, 1000)"]);
    child.stdout.once('data', () => { console.log(child.pid); ${end} });`;
  const parent = spawnTied([process.execPath, '--input-type=module', '-e', script]);
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  if (signal !== undefined) parent.kill(signal);
  await expect.poll(() => isAlive(Number(line.toString()))).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Who has ended and was not waited for yet is still known.
    return process.platform !== 'linux' || !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a child ends with the process that started it, which ends in an orderly way', () => grandchild('process.exit()'));

test('a child ends with the process that started it, which throws', () => grandchild("throw new Error('end')"));

test.skipIf(!kernelTies)('a child ends with the process that started it, which is killed', () =>
  grandchild('', 'SIGKILL'),
);

test('nothing under test/ starts a process in another way', () => {
  const own = ['compose/container.ts', 'support/processes/tied.ts'];
  const starters = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && statSync(join(ROOT, 'test', name)).isFile())
    .filter((name) => /import \{[^}]*\b(spawn|execFile|exec|fork)\b[^}]*\} from 'node:child_process'/.test(read(name)));
  expect(starters.sort()).toEqual(own);
});

function read(name: string): string {
  return readFileSync(join(ROOT, 'test', name), 'utf8');
}
