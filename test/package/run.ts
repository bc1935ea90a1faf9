/**
 * Packs the package, installs it in a folder for each project, and runs that: `node test/package/run.ts`, all of them, or those that are named.
 * `--quick`: only those of .ci/run. Needs `npm run build` before, and the registry.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECTS, type Project } from './projects.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_MS = 300_000;

const asked = process.argv.slice(2);
const chosen = PROJECTS.filter(({ name, quick }) =>
  asked.includes('--quick') ? quick === true : asked.length === 0 || asked.some((word) => name.startsWith(word)),
);
const work = mkdtempSync(join(tmpdir(), 'leveret-package-'));
try {
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', work], {
    cwd: ROOT,
  });
  const archive = join(work, packed.toString().trim());
  const failed = chosen.filter((project) => !works(project, archive));
  console.log(`${chosen.length - failed.length} of ${chosen.length} work`);
  if (failed.length > 0 || chosen.length === 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}

function works(project: Project, archive: string): boolean {
  const folder = join(work, project.name);
  for (const [file, content] of Object.entries(project.files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'program', private: true, type: project.type }));
  const install = ['npm install --no-audit --no-fund --loglevel=error', archive, 'amqplib', ...project.packages];
  let output = '';
  for (const line of [install.join(' '), ...project.run]) {
    const { stdout, stderr, status, signal } = spawnSync(line, {
      cwd: folder,
      shell: true,
      timeout: MOST_MS,
      encoding: 'utf8',
    });
    output += stdout;
    if (status === 0) continue;
    console.log(`FAILED ${project.name}: ${line}\n  ended with ${signal ?? status}\n${stdout}${stderr}`);
    return false;
  }
  const isRight = output.includes(project.prints ?? 'hello');
  console.log(isRight ? `ok     ${project.name}` : `FAILED ${project.name}: it printed\n${output}`);
  rmSync(folder, { recursive: true });
  return isRight;
}
