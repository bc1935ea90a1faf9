/** The page is built before tests look at it, unless it was since its sources changed. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from '../../../scripts/page.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Vitest runs it once, before all workers. */
export async function setup(): Promise<void> {
  const built = statSync(join(ROOT, 'dist/web/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['package-lock.json', 'scripts/page.ts', ...globSync('web/**/*.*', { cwd: ROOT })];
  if (sources.some((file) => statSync(join(ROOT, file)).mtimeMs > built)) await buildPage(join(ROOT, 'dist/web'));
}
