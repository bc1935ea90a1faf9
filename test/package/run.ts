/**
 * Packs the package, installs it beside what projects need, and runs them: `node test/package/run.ts`, all of them, or those whose names begin with
 * the words that are given. Projects that need the same share a folder, one after the other; folders are worked on side by side. Needs
 * `npm run build` before, and the registry.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FewAtOnce } from '../../src/util/few-at-once.ts';
import { run } from '../support/processes/run.ts';
import { PROJECTS, type Project } from './projects.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_MS = 300_000;
const INSTALL = 'npm install --no-audit --no-fund --loglevel=error --prefer-offline';
/** What an installation leaves in a folder. */
const INSTALLED = ['node_modules', 'package.json', 'package-lock.json'];

const asked = process.argv.slice(2);
const chosen = PROJECTS.filter(({ name }) => asked.length === 0 || asked.some((word) => name.startsWith(word)));
const work = mkdtempSync(join(tmpdir(), 'leveret-package-'));
try {
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', work], {
    cwd: ROOT,
  });
  const archive = join(work, packed.toString().trim());
  const places = new FewAtOnce(availableParallelism());
  const sets = [...Map.groupBy(chosen, ({ packages }) => packages.join(' ')).values()];
  const counts = await Promise.all(sets.map((set) => places.run(() => countWorking(set, archive))));
  const working = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${working} of ${chosen.length} work`);
  if (working < chosen.length || chosen.length === 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}

/** How many of the projects work, which need the same packages. */
async function countWorking(projects: readonly Project[], archive: string): Promise<number> {
  const folder = mkdtempSync(join(work, 'set-'));
  const manifest = join(folder, 'package.json');
  writeFileSync(manifest, JSON.stringify({ name: 'program', private: true }));
  const names = projects.map(({ name }) => name).join(', ');
  if ((await outputOf([INSTALL, archive, 'amqplib', ...projects[0].packages].join(' '), folder, names)) === undefined)
    return 0;
  let working = 0;
  for (const project of projects) {
    for (const entry of readdirSync(folder)) {
      if (!INSTALLED.includes(entry)) rmSync(join(folder, entry), { recursive: true });
    }
    const { type } = project;
    writeFileSync(manifest, JSON.stringify({ ...(JSON.parse(readFileSync(manifest, 'utf8')) as object), type }));
    if (await works(project, folder)) working++;
  }
  rmSync(folder, { recursive: true });
  return working;
}

async function works({ name, files, run: lines, prints = 'hello' }: Project, folder: string): Promise<boolean> {
  const begun = performance.now();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  let output = '';
  for (const line of lines) {
    const said = await outputOf(line, folder, name);
    if (said === undefined) return false;
    output += said;
  }
  const isRight = output.includes(prints);
  const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  console.log(isRight ? `ok     ${name} (${took})` : `FAILED ${name}: it printed\n${output}`);
  return isRight;
}

/** What a line of a shell prints; undefined, and told of, if it does not end well, or in time. */
async function outputOf(line: string, cwd: string, whose: string): Promise<string | undefined> {
  try {
    const { code, stdout, stderr } = await run('sh', ['-c', line], { cwd, deadline: MOST_MS });
    if (code === 0) return stdout.toString();
    console.log(`FAILED ${whose}: ${line}\n  ended with ${code}\n${stdout.toString()}${stderr}`);
  } catch (error) {
    console.log(`FAILED ${whose}: ${(error as Error).message}`);
  }
  return undefined;
}
