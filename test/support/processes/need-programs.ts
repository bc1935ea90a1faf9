/**
 * Which test files need a program that npm does not install: PostgreSQL, Chromium, clients of other languages. They are those that ask for one by what
 * stands here in `test/support`, and so nobody keeps a list of them. `npm run test:programs` runs them, and `npm test` all others.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const ASKS = /from '(\.\.?\/)+support\/(postgres\/|page\/browser\.ts'|interop\/programs\.ts')/;

/** Their paths from the root of the package. */
export function needPrograms(): readonly string[] {
  const files = globSync('test/**/*.test.ts', { cwd: ROOT });
  return files.filter((file) => ASKS.test(readFileSync(join(ROOT, file), 'utf8')));
}
