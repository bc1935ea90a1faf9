/** What operators change of a broker while it runs: who is let in, and its limits. */
import amqp from 'amqplib';
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqUpgrade } from '../../../../src/cli/commands/rabbitmq-upgrade.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { silentLogger } from '../../../../src/util/logger.ts';
import { operatedBroker, runHere, said } from '../../../support/commands/tools.ts';

it('lets nobody in while its listeners are suspended, and leaves who is in', async () => {
  const { broker, run } = await operatedBroker(rabbitmqctl);
  const client = await amqp.connect(broker.url);
  expect(await run('suspend_listeners')).toEqual(
    said(
      'Will suspend client connection listeners on node rabbit@test. The node will no longer accept client connections!\n',
    ),
  );
  await expect(amqp.connect(broker.url)).rejects.toThrow('ECONNREFUSED');
  await (await client.createChannel()).assertQueue('q');
  expect(await run('-q', 'resume_listeners')).toEqual(said(''));
  await (await amqp.connect(broker.url)).close();
  await client.close();
  // Also when the last client has gone meanwhile, and more than once.
  await run('suspend_listeners');
  await run('suspend_listeners');
  await run('resume_listeners');
  await run('resume_listeners');
  await (await amqp.connect(broker.url)).close();
});

it('stops while its listeners are suspended', async () => {
  const { broker, run } = await operatedBroker(rabbitmqctl);
  const client = await amqp.connect(broker.url);
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.once('error', () => {});
  await run('suspend_listeners');
  await broker.stop();
  await closed;
});

it('is drained of its clients, and says so until it is revived', async () => {
  const { broker, dataDir, run } = await operatedBroker(rabbitmqctl);
  const upgrade = (...argv: readonly string[]) =>
    runHere(rabbitmqUpgrade, ['-n', 'a@b', '--data-dir', dataDir, ...argv]);
  const client = await amqp.connect(broker.url);
  const closed = new Promise<Error>((resolve) => client.once('close', resolve));
  expect(await upgrade('drain')).toEqual(
    said('Will put node a@b into maintenance mode. The node will no longer serve any client traffic!\n'),
  );
  expect((await closed).message).toContain('CONNECTION_FORCED - Node was put into maintenance mode');
  await expect(amqp.connect(broker.url)).rejects.toThrow('ECONNREFUSED');
  expect((await run('status')).stdout).toContain('Is under maintenance?: true');
  expect(await upgrade('-q', 'revive')).toEqual(said(''));
  expect((await run('status')).stdout).toContain('Is under maintenance?: false');
  await (await amqp.connect(broker.url)).close();
});

it('raises and clears the alarms of limits that are set', async () => {
  const { dataDir, run } = await operatedBroker(rabbitmqctl, { memoryBudget: 100_000_000 });
  const check = () => runHere(rabbitmqDiagnostics, ['-q', '--data-dir', dataDir, 'check_local_alarms']);
  expect(await run('set_disk_free_limit', '500TB')).toEqual(
    said('Setting disk free limit on rabbit@test to 500TB bytes ...\n'),
  );
  expect(await check()).toMatchObject({ code: 69 });
  expect(await run('set_disk_free_limit', 'mem_relative', '0.000001')).toEqual(
    said('Setting disk free limit on rabbit@test to 0.000001 times the total RAM ...\n'),
  );
  expect(await check()).toMatchObject({ code: 0 });
  expect(await run('set_vm_memory_high_watermark', 'absolute', '64MiB')).toEqual(
    said('Setting memory threshold on rabbit@test to 64MiB bytes ...\n'),
  );
  expect((await run('status')).stdout).toContain('Memory high watermark setting: 67108864 bytes');
  await run('set_vm_memory_high_watermark', '0.3');
  expect((await run('status')).stdout).not.toContain('67108864');
  for (const wrong of [
    ['set_disk_free_limit', 'much'],
    ['set_disk_free_limit', 'mem_relative'],
    ['set_vm_memory_high_watermark', '1.5'],
    ['set_vm_memory_high_watermark', 'absolute', 'x'],
  ]) {
    expect(await run('-q', ...wrong), wrong.join(' ')).toMatchObject({ code: 65, stdout: '' });
  }
  expect(await run('-q', 'set_log_level', 'loud')).toMatchObject({ code: 69, stdout: '' });
});

it('logs more or less from now on', async () => {
  const logger = { ...silentLogger, level: 'info' };
  const { run } = await operatedBroker(rabbitmqctl, { logger });
  expect(await run('set_log_level', 'warning')).toEqual(said('Setting log level to "warning" ...\n'));
  expect(logger.level).toBe('warn');
  const silent = await operatedBroker(rabbitmqctl);
  expect(await silent.run('-q', 'set_log_level', 'debug')).toMatchObject({
    code: 65,
    stderr: 'Error:\nthis broker logs nothing, or to a logger without levels\n',
  });
});

it('traces a vhost', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('trace_on')).toEqual(said('Starting tracing for vhost "/" ...\nTrace enabled for vhost /\n'));
  expect((await run('-s', 'list_vhosts', 'name', 'tracing')).stdout).toBe('/\ttrue\n');
  expect(await run('trace_off')).toEqual(said('Stopping tracing for vhost "/" ...\nTrace disabled for vhost /\n'));
  expect((await run('-s', 'list_vhosts', 'name', 'tracing')).stdout).toBe('/\tfalse\n');
  expect(await run('-q', 'trace_on', '-p', 'no')).toMatchObject({ code: 65 });
});
