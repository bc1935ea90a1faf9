/** `stop_app; reset; start_app`, as scripts that begin with an empty broker have it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { startCommand } from '../../../support/cli/command.ts';
import { type Ended, operatedBroker, runHere } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const NEEDS_APP =
  "Error: this command requires the 'rabbit' app to be running on the target node. Start it with 'rabbitmqctl start_app'.\n";

it('stops the broker, resets what it stored, and starts it anew in the same process', async () => {
  const dataDir = temporaryFolder();
  const ports = ['--port', '0', '--management-port', 'none', '--prometheus-port', 'none'];
  const auditLog = join(temporaryFolder(), 'audit.log');
  const daemon = startCommand(['--host', '127.0.0.1', '--data-dir', dataDir, '--audit-log', auditLog, ...ports]);
  await daemon.waitForLine('Server startup complete');
  const at = ['-n', 'a@b', '--data-dir', dataDir];
  const ctl = (...argv: readonly string[]): Promise<Ended> => runHere(rabbitmqctl, [...at, ...argv]);
  const diagnostics = (...argv: readonly string[]): Promise<Ended> =>
    runHere(rabbitmqDiagnostics, [...at, '-q', ...argv]);

  await ctl('add_user', 'u', 'pw');
  expect(await ctl('reset')).toMatchObject({
    code: 64,
    stderr:
      "Error: this command requires the 'rabbit' app to be stopped on the target node. Stop it with 'rabbitmqctl stop_app'.\n",
  });
  expect(await ctl('stop_app')).toEqual({
    code: 0,
    stdout: 'Stopping rabbit application on node a@b ...\n',
    stderr: '',
  });
  expect(await ctl('stop_app')).toMatchObject({ code: 0, stderr: '' });

  expect(await ctl('list_users')).toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringMatching(`^${NEEDS_APP}`) as string,
  });
  expect(await ctl('await_startup')).toMatchObject({ code: 69, stderr: 'Error:\nrabbit_is_not_running\n' });
  expect(await diagnostics('ping')).toEqual({ code: 0, stdout: 'Ping succeeded\n', stderr: '' });
  expect(await diagnostics('check_running')).toMatchObject({ code: 69 });
  expect(await diagnostics('is_running')).toEqual({
    code: 0,
    stdout: 'RabbitMQ on node a@b is not running or has not fully booted yet (check with is_booting)\n',
    stderr: '',
  });

  expect(await ctl('start_app')).toEqual({ code: 0, stdout: 'Starting node a@b ...\n', stderr: '' });
  // A stop and a start lose nothing.
  expect((await ctl('-s', 'list_users')).stdout).toBe('guest\t[administrator]\nu\t[]\n');
  await ctl('stop_app');
  expect(await ctl('reset')).toEqual({ code: 0, stdout: 'Resetting node a@b ...\n', stderr: '' });
  expect(await ctl('force_reset')).toMatchObject({ code: 0, stderr: '' });
  expect(await ctl('start_app')).toMatchObject({ code: 0, stderr: '' });
  expect((await ctl('-s', 'list_users')).stdout).toBe('guest\t[administrator]\n');

  // Its end is asked of the process, whether a broker runs in it or not.
  await ctl('stop_app');
  expect(await ctl('stop')).toEqual({ code: 0, stdout: 'Stopping and halting node a@b ...\n', stderr: '' });
  expect((await daemon.finished).code).toBe(0);
  const lines = readFileSync(auditLog, 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, string>);
  expect(entries[0]).toMatchObject({ event: 'change', action: 'PUT /api/users/u' });
  const [, refused, stopped] = entries;
  const operator = { event: 'change', protocol: 'http', user: 'rmq-internal', peer: 'control socket' };
  expect(refused).toMatchObject({ ...operator, outcome: 'failure', action: 'POST /process/reset' });
  expect(stopped).toMatchObject({ ...operator, outcome: 'success', action: 'POST /process/stop' });
  const asked = entries.slice(1).map(({ action }) => action.replace('POST /process/', ''));
  expect(asked).toEqual(['reset', 'stop', 'start', 'stop', 'reset', 'reset', 'start', 'stop', 'halt']);
});

it('ends the daemon, and says when its process is gone', async () => {
  const dataDir = temporaryFolder();
  const daemon = startCommand(['--host', '127.0.0.1', '--data-dir', dataDir, '--port', '0']);
  await daemon.waitForLine('Server startup complete');
  const pid = `running at PID ${daemon.child.pid}`;
  expect(await runHere(rabbitmqctl, ['-n', 'a@b', '--data-dir', dataDir, 'shutdown'])).toEqual({
    code: 0,
    stdout: `Shutting down RabbitMQ node a@b ${pid}\nWaiting for PID ${daemon.child.pid} to terminate\nRabbitMQ node a@b ${pid} successfully shut down\n`,
    stderr: '',
  });
  const { code, stdout } = await daemon.finished;
  expect(code).toBe(0);
  expect(stdout).toContain('"by":"command"');
});

it('ends the broker of a program, and leaves the program alone', async () => {
  const { broker, run } = await operatedBroker(rabbitmqctl);
  expect(await run('-q', 'stop')).toEqual({ code: 0, stdout: '', stderr: '' });
  await broker.closed;
  expect(await run('-q', 'list_users')).toMatchObject({ code: 69 });
});

it('has a program start and stop its broker', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('-q', 'stop_app')).toEqual({
    code: 69,
    stdout: '',
    stderr: 'Error:\nthis broker is part of a program, which starts and stops it\n',
  });
  expect(await run('-q', 'list_users')).toMatchObject({ code: 0 });
});
