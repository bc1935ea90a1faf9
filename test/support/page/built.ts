/** The page is built before tests look at it, unless it was since its sources changed. */
import { join } from 'node:path';
import { buildPage, isPageBuilt } from '../../../scripts/page.ts';

const FOLDER = join(import.meta.dirname, '../../../dist/web');

/** Vitest runs it once, before all workers. */
export async function setup(): Promise<void> {
  if (!isPageBuilt(FOLDER)) await buildPage(FOLDER);
}
