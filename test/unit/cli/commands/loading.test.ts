/** What a command and a broker's start load, because health checks run commands every few seconds. */
import { expect, it } from 'vitest';
import { startCommand } from '../../../support/cli/command.ts';
import { runScript } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** At its end the process tells which large parts of Node it has loaded that nothing here needs. */
const TELL = `process.on('exit', () => process.stderr.write('loaded:' + process.moduleLoadList.filter((name) => /undici|webcrypto|node:https|dns.promises|_http_client/.test(name))))`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(TELL)}`;

it('loads no client for fetch or HTTP, no TLS and no cryptography for a command', async () => {
  const dataDir = temporaryFolder();
  const ports = ['--port', '0', '--management-port', '0', '--prometheus-port', 'none'];
  const daemon = startCommand(['--host', '127.0.0.1', '--data-dir', dataDir, ...ports], { env: { NODE_OPTIONS } });
  await daemon.waitForLine('Server startup complete');
  const env = { LEVERET_DATA_DIR: dataDir, NODE_OPTIONS };
  expect(await runScript('rabbitmq-diagnostics', ['-q', 'ping'], env)).toEqual({
    code: 0,
    stdout: 'Ping succeeded\n',
    stderr: 'loaded:',
  });
  expect(await runScript('rabbitmqctl', ['-s', 'list_queues'], env)).toEqual({
    code: 0,
    stdout: '',
    stderr: 'loaded:',
  });
  daemon.child.kill('SIGTERM');
  expect((await daemon.finished).stderr).not.toContain('undici');
});
