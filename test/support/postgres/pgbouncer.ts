/** Debian's PgBouncer in front of a server, as long as a test runs. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { freePort } from '../interop/daemon.ts';
import { UNTIL } from '../patience.ts';
import { spawnTied, tied } from '../processes/tied.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { AS_OWNER } from './server.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** False: its test is left out, but in CI, where it fails then. */
export const hasPgbouncer = existsSync(PROGRAM) || process.env['CI'] !== undefined;

/** Resolves with its port when it listens. `to`: the port of the server. */
export async function startPgbouncer(to: number): Promise<number> {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const port = await freePort();
  const settings = join(folder, 'pgbouncer.ini');
  writeFileSync(
    settings,
    `[databases]
leveret = host=127.0.0.1 port=${to} dbname=leveret user=leveret
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = session
`,
  );
  const child = spawnTied([...AS_OWNER, ...tied([PROGRAM, '-q', settings])]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await vi.waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${said}`);
    await listens(port);
  }, UNTIL);
  return port;
}

function listens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject).once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
