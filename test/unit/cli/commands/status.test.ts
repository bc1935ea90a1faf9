/** What the broker says of itself, in RabbitMQ's sections, and the forms that lists and reports are printed in. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { operatedBroker, runHere, said } from '../../../support/commands/tools.ts';

const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`;

it('reports its status in sections, and as JSON', async () => {
  const { broker, dataDir, run } = await operatedBroker(rabbitmqctl);
  await run('add_vhost', 'v');
  const { code, stdout, stderr } = await run('status');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.startsWith(`Status of node rabbit@test ...\n${bold('Runtime')}\n\nOS PID: ${process.pid}\n`)).toBe(
    true,
  );
  expect(stdout).toContain(`\n\n${bold('Plugins')}\n\nEnabled plugins:\n\n * rabbitmq_management\n`);
  expect(stdout).toContain(`\n\n${bold('Alarms')}\n\n(none)\n\n${bold('Memory')}\n\nTotal memory used: 0.`);
  expect(stdout).toContain(
    `\n\n${bold('Totals')}\n\nConnection count: 0\nQueue count: 0\nVirtual host count: 2\n\n${bold('Listeners')}\n\n` +
      `Interface: 127.0.0.1, port: ${broker.port}, protocol: amqp, purpose: AMQP 0-9-1\n`,
  );
  const json = JSON.parse((await run('status', '--formatter', 'json')).stdout) as object;
  expect(json).toMatchObject({
    alarms: [],
    data_directory: dataDir,
    pid: process.pid,
    is_under_maintenance: false,
    totals: { virtual_host_count: 2, connection_count: 0, queue_count: 0 },
  });
  expect((await run('status', '--unit', 'mb')).stdout).toMatch(/Total memory used: \d+\.\d+ mb\n/);
  expect(await run('status', '--unit', 'pounds')).toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringContaining(`Error (argument validation): "unit 'pounds' is not supported`) as string,
  });
});

it('reports the status of its cluster of one', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  await run('set_cluster_name', 'warren');
  const { stdout } = await run('cluster_status');
  expect(stdout).toContain(`${bold('Basics')}\n\nCluster name: warren\n\n${bold('Disk Nodes')}\n\nrabbit@test\n`);
  expect(stdout).toContain(`${bold('Network Partitions')}\n\n(none)\n`);
  expect(JSON.parse((await run('cluster_status', '--formatter', 'json')).stdout)).toMatchObject({
    cluster_name: 'warren',
    running_nodes: ['rabbit@test'],
    partitions: {},
  });
});

it('answers what the broker is and uses', async () => {
  const { run } = await operatedBroker(rabbitmqDiagnostics);
  expect(await run('-q', 'is_running')).toEqual(said('RabbitMQ on node rabbit@test is fully booted and running\n'));
  expect(await run('-q', 'is_booting')).toEqual(
    said(
      'RabbitMQ on node rabbit@test is fully booted (check with is_running), stopped or has not started booting yet\n',
    ),
  );
  expect(await run('-q', 'alarms')).toEqual(said('Node rabbit@test reported no alarms, local or clusterwide\n'));
  expect((await run('-q', 'memory_breakdown')).stdout).toMatch(/^\w+: \d+\.\d+ gb \(\d+\.\d+%\)\n/);
  expect(await run('-q', 'erlang_version')).toEqual(said(`Node.js ${process.versions.node}\n`));
  expect(await run('-q', 'resolve_hostname', '127.0.0.1')).toEqual(said('127.0.0.1\n'));
});

it('shows the settings that it runs with, but no password', async () => {
  const { run } = await operatedBroker(rabbitmqctl, { heartbeat: 7, defaultPass: 'secret' });
  const { code, stdout } = await run('environment');
  expect({ code, shown: stdout.slice(0, 74) }).toEqual({
    code: 0,
    shown: 'Application environment of node rabbit@test ...\n[{leveret,\n     [{port,0},',
  });
  expect(stdout).toContain('{heartbeat,7},\n');
  expect(stdout).not.toContain('secret');
  expect(JSON.parse((await run('environment', '--formatter', 'json')).stdout)).toMatchObject({
    leveret: { heartbeat: 7, managementPort: null },
  });
});

it('prints lists as Erlang terms', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('list_users', '--formatter', 'erlang')).toEqual(
    said('Listing users ...\n[[{user,<<"guest">>},{tags,[<<"administrator">>]}]]\n'),
  );
  expect((await run('-q', 'list_exchanges', '--formatter', 'erlang', 'name', 'type', 'durable')).stdout).toContain(
    ',\n [{name,<<"amq.direct">>},{type,<<"direct">>},{durable,true}],\n',
  );
});

it('refuses a column that there is not before it says what it lists', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  const { code, stdout, stderr } = await run('list_queues', 'nope');
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toMatch(/^Error \(argument validation\): Info key\(s\) nope are not supported\n/);
  expect(stderr).toContain('\nArguments given:\n\t-n rabbit@test --data-dir ');
});

it('sets no limits for a user that there is not, none at all included', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  const refused = (definition: string): object =>
    said(`Setting user limits to "${definition}" for user "nobody" ...\n`, 69, 'Error:\n{:no_such_user, "nobody"}\n');
  for (const definition of ['{}', '{"max-channels":1}']) {
    expect(await run('set_user_limits', 'nobody', definition)).toEqual(refused(definition));
  }
});

it('imports definitions only if they changed, if asked to', async () => {
  const { dataDir, run } = await operatedBroker(rabbitmqctl);
  const file = join(dataDir, 'definitions.json');
  const vhosts = async (): Promise<string> => (await run('-s', 'list_vhosts')).stdout;
  writeFileSync(file, '{"vhosts":[{"name":"a"}]}');
  expect(await run('-q', 'import_definitions', '--skip-if-unchanged', file)).toMatchObject({ code: 0 });
  expect(await vhosts()).toBe('/\na\n');
  await run('delete_vhost', 'a');
  expect(await run('-q', 'import_definitions', '--skip-if-unchanged', file)).toMatchObject({ code: 0 });
  expect(await vhosts()).toBe('/\n');
  writeFileSync(file, '{"vhosts":[{"name":"b"}]}');
  await run('import_definitions', '--skip-if-unchanged', file);
  expect(await vhosts()).toBe('/\nb\n');
});

it('takes https for --url', async () => {
  expect(
    await runHere(rabbitmqctl, ['-n', 'a@b', 'list_users', '--url', 'https://guest:guest@127.0.0.1:1']),
  ).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('No broker answers at 127.0.0.1 port 1: ECONNREFUSED') as string,
  });
});
