/** The commands of container health checks and of Dockerfiles, as RabbitMQ 3.10.8 has them. */
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqPlugins } from '../../../../src/cli/commands/rabbitmq-plugins.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { startCommand } from '../../../support/cli/command.ts';
import { operatedBroker, runHere, runScript, said } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('checks that the broker is healthy', async () => {
  const { broker, dataDir, run } = await operatedBroker(rabbitmqDiagnostics);
  const { port } = broker;
  expect(await run('check_running')).toEqual(
    said(
      'Checking if RabbitMQ is running on node rabbit@test ...\nRabbitMQ on node rabbit@test is fully booted and running\n',
    ),
  );
  expect(await run('-q', 'check_local_alarms')).toEqual(said('Node rabbit@test reported no local alarms\n'));
  expect(await run('-q', 'check_alarms')).toEqual(said('Node rabbit@test reported no alarms, local or clusterwide\n'));
  expect(await run('-q', 'check_virtual_hosts')).toEqual(said('Node rabbit@test reported all vhosts as running\n'));
  expect(await run('-q', 'check_port_connectivity')).toEqual(
    said(`Successfully connected to ports ${port} on node rabbit@test.\n`),
  );
  expect(await run('-q', 'check_port_listener', String(port))).toEqual(
    said(`A listener for port ${port} is running on node rabbit@test.\n`),
  );
  expect(await run('check_alarms', '--formatter', 'json')).toEqual(said('{"result":"ok"}\n'));
  expect(await run('check_port_listener', 'x')).toMatchObject({ code: 65, stdout: '' });
  expect(await run('check_certificate_expiration', '--unit', 'nope')).toMatchObject({ code: 64, stdout: '' });
  expect(await run('-q', 'check_port_listener', '9')).toEqual(
    said(
      '',
      69,
      `No listener for port 9 is active on node rabbit@test. Found listeners that use the following ports: ${port}\n`,
    ),
  );
  expect(await run('-q', 'check_protocol_listener', 'amqp')).toEqual(
    said('A listener for protocol amqp is running on node rabbit@test.\n'),
  );
  expect(await run('-q', 'check_protocol_listener', 'mqtt')).toEqual(
    said(
      '',
      69,
      'Error:\nNo listener for protocol mqtt is active on node rabbit@test. Found listeners for the following protocols: amqp\n',
    ),
  );
  expect(await run('-q', 'listeners')).toEqual(
    said(`Interface: 127.0.0.1, port: ${port}, protocol: amqp, purpose: AMQP 0-9-1\n`),
  );
  expect(await runScript('rabbitmq-diagnostics', ['-q', 'ping'], { LEVERET_DATA_DIR: dataDir })).toEqual(
    said('Ping succeeded\n'),
  );
});

it('finds a broker that does not run unhealthy', async () => {
  const argv = ['-q', 'check_running', '-n', 'a@b', '--data-dir', temporaryFolder()];
  expect(await runHere(rabbitmqDiagnostics, argv)).toEqual(
    said('', 69, 'Error:\nRabbitMQ on node a@b is not running or has not fully booted yet (check with is_booting)\n'),
  );
});

it('has built-in plugins enabled, and names those that there are not', async () => {
  const run = (...argv: readonly string[]): Promise<object> => runHere(rabbitmqPlugins, ['-q', '-n', 'a@b', ...argv]);
  expect(await run('is_enabled', 'rabbitmq_management')).toEqual(
    said('Plugin rabbitmq_management is enabled on node a@b\n'),
  );
  expect(await run('is_enabled', 'rabbitmq_mqtt')).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/^Error:\nPlugin rabbitmq_mqtt is not enabled on node a@b\. Enabled/) as string,
  });
  expect(await run('enable', '--offline', 'rabbitmq_management', 'rabbitmq_prometheus')).toMatchObject({ code: 0 });
  expect(await run('enable', 'rabbitmq_mqtt')).toMatchObject({
    code: 70,
    stderr: expect.stringMatching(/^Error:\n\{:plugins_not_found, \[:rabbitmq_mqtt\]\}\n/) as string,
  });
  expect(await run('disable', 'rabbitmq_prometheus')).toMatchObject({ code: 69 });
  expect(await run('disable', 'rabbitmq_mqtt')).toEqual(said('Plugin configuration unchanged.\n'));
  expect(await run('list', '-m', 'prometheus')).toEqual(said('rabbitmq_prometheus\n'));
  expect(await run('list', '-E', '^rabbitmq_man')).toMatchObject({
    stdout: expect.stringContaining(
      '[E*] rabbitmq_management       3.13.7\n[E*] rabbitmq_management_agent 3.13.7\n',
    ) as string,
  });
  expect(await run('list', '(')).toMatchObject({ code: 65 });
  expect(await run('set', 'rabbitmq_management', 'rabbitmq_prometheus')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nnothing to do\.\n$/) as string,
  });
  expect(await run('set', 'rabbitmq_mqtt')).toMatchObject({ code: 65 });
});

it('lists what is in a vhost and enables feature flags', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('-s', 'list_exchanges')).toMatchObject({
    stdout: expect.stringContaining('amq.topic\ttopic\n') as string,
  });
  expect(await run('-q', 'enable_feature_flag', 'all')).toEqual(said(''));
  expect(await run('-q', 'enable_feature_flag', 'nope')).toEqual(
    said('', 64, 'Error:\nThis feature flag is not supported by node rabbit@test\n'),
  );
  expect(await run('-q', 'export_definitions', '-')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"guest"') as string,
  });
});

it('stops the broker of a data folder', async () => {
  const dataDir = temporaryFolder();
  const ports = ['--port', '0', '--management-port', 'none', '--prometheus-port', 'none'];
  const daemon = startCommand(['--host', '127.0.0.1', '--data-dir', dataDir, ...ports]);
  await daemon.waitForLine('Server startup complete');
  const argv = ['stop', '-n', 'a@b', '--data-dir', dataDir];
  expect(await runHere(rabbitmqctl, argv)).toEqual(said('Stopping and halting node a@b ...\n'));
  expect((await daemon.finished).code).toBe(0);
});
