/** What the image's entrypoint makes of `docker run IMAGE test`. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ENTRYPOINT = join(import.meta.dirname, '../../../docker/image/docker-entrypoint.sh');

/** Programs in place of those of the image. */
function folderWith(programs: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

test('a broker for tests is reached by mapped ports, and options go on to it', () => {
  const folder = folderWith({ leveret: 'echo "$@"', id: 'echo 999' });
  const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder };
  const said = execFileSync('bash', [ENTRYPOINT, 'test', '--manual-clock'], { env, encoding: 'utf8' });
  expect(said.trim()).toBe(
    'test --host 0.0.0.0 --port 5672 --control-host 0.0.0.0 --control-port 15680 --manual-clock',
  );
});
