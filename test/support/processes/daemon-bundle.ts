/**
 * What tests run as the daemon and as the commands: the bundle of the sources, as users run it. A start of it takes a third of the CPU that one of the
 * two hundred sources does, and the tests start hundreds.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle } from '../../../scripts/bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the daemon's script. */
    readonly daemon: string;
    /** The folder of the commands, with the bundle beside it: `bin` of the package. */
    readonly bin: string;
  }
}

const ROOT = join(import.meta.dirname, '../../..');
/** Within the package, as the bundle asks for its package.json. */
const BUNDLES = join(ROOT, '.bundles');
const DAY_MS = 86_400_000;

/** Vitest runs it once, before all workers. */
export async function setup(project: TestProject): Promise<void> {
  // Named by what it is made of: several runs may use one at a time, and none sees it change.
  const folder = join(BUNDLES, hashOfSources());
  if (!existsSync(folder)) await make(folder);
  utimesSync(folder, new Date(), new Date());
  removeUnused();
  project.provide('daemon', join(folder, 'dist/main.js'));
  project.provide('bin', join(folder, 'bin'));
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const sources = globSync(['src/**/*.ts', 'spec/http-api*.json', 'bin/**/*'], { cwd: ROOT }).filter(isFile).sort();
  for (const file of ['package-lock.json', 'scripts/bundle.ts', 'scripts/chunks.ts', ...sources])
    hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

function isFile(path: string): boolean {
  return statSync(join(ROOT, path)).isFile();
}

async function make(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await bundle(join(unfinished, 'dist'));
  cpSync(join(ROOT, 'bin'), join(unfinished, 'bin'), { recursive: true });
  try {
    renameSync(unfinished, folder);
  } catch {
    // Another run was faster.
    rmSync(unfinished, { recursive: true });
  }
}

function removeUnused(): void {
  for (const name of readdirSync(BUNDLES)) {
    const folder = join(BUNDLES, name);
    if (statSync(folder).mtimeMs < Date.now() - DAY_MS) rmSync(folder, { recursive: true, force: true });
  }
}
