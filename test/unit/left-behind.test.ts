/** What killed runs of the tests left in memory. */
import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeLeftBehind } from '../support/processes/left-behind.ts';
import { start } from '../support/processes/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test.skipIf(process.platform !== 'linux')('goes when it is a day old, if nobody uses it', async () => {
  const parent = temporaryFolder();
  const made = (name: string, days: number): string => {
    const folder = join(parent, name);
    mkdirSync(folder);
    const then = new Date(Date.now() - days * 86_400_000);
    utimesSync(folder, then, then);
    return folder;
  };
  const gone = [made('leveret-test-aB3xY9', 2), made('postgres-of-leveret-aB3xY9', 2)];
  const used = made('leveret-interop-aB3xY8', 2);
  const kept = [made('leveret-test-aB3xY7', 0.5), made('leveret-notes', 2), made('another-aB3xY9', 2), used];
  const user = start('sh', ['-c', 'echo here; read -r never < /dev/zero'], { cwd: used });
  await user.lines.until((lines) => lines.includes('here'));
  removeLeftBehind(parent);
  user.kill('SIGKILL');
  await user.outcome;
  expect(gone.filter((folder) => existsSync(folder))).toEqual([]);
  expect(kept.filter((folder) => !existsSync(folder))).toEqual([]);
});
