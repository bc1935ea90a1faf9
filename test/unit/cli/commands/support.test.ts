/** What helps who looks after a broker: reports, counted logins, completion of words. */
import { expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { operatedBroker, runHere, said } from '../../../support/commands/tools.ts';

it('reports the broker and each of its vhosts in one text', async () => {
  const queue = { name: 'orders', vhost: 'shop', durable: true, auto_delete: false, arguments: {} };
  const { run } = await operatedBroker(rabbitmqctl, {
    definitions: { vhosts: [{ name: '/' }, { name: 'shop' }], queues: [queue] } as never,
    defaultPass: 'a password of ours',
  });
  const { code, stdout, stderr } = await run('report');
  expect([code, stderr]).toEqual([0, '']);
  for (const part of [
    'Reporting server status of node rabbit@test ...',
    'Status of node rabbit@test ...',
    'Cluster status of node rabbit@test ...',
    'Application environment of node rabbit@test ...',
    'Listing queues for vhost shop ...\nname\tmessages\norders\t0\n',
    'Listing permissions for vhost "/" ...',
  ]) {
    expect(stdout).toContain(part);
  }
  expect(stdout).not.toContain('a password of ours');
});

it('tells how many logins there were, and begins to count anew', async () => {
  const { dataDir, run } = await operatedBroker(rabbitmqctl);
  const diagnostics = (...argv: readonly string[]) =>
    runHere(rabbitmqDiagnostics, ['-n', 'a@b', '--data-dir', dataDir, ...argv]);
  await run('authenticate_user', 'guest', 'guest');
  await run('authenticate_user', 'guest', 'wrong');
  expect(await diagnostics('list_node_auth_attempt_stats')).toEqual(
    said(
      'Listing authentication\n attempts for node "a@b" ...\nprotocol\tauth_attempts\tauth_attempts_failed\tauth_attempts_succeeded\nhttp\t2\t1\t1\n',
    ),
  );
  expect(await diagnostics('-q', 'reset_node_auth_attempt_metrics')).toEqual(said(''));
  expect(await diagnostics('-q', 'list_node_auth_attempt_stats')).toEqual(
    said('Node a@b reported no authentication attempt stats\n'),
  );
});

it('finds no queue that does not answer', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('list_unresponsive_queues')).toEqual(said('Listing unresponsive queues for vhost / ...\n'));
  expect(await run('-q', 'list_unresponsive_queues', 'nonsense')).toMatchObject({ code: 64 });
});

it('completes commands and options', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('autocomplete', '--', 'list_us')).toEqual(
    said('list_user_limits\nlist_user_permissions\nlist_user_topic_permissions\nlist_users\n'),
  );
  expect(await run('autocomplete', '--', 'delete_queue', '--if')).toEqual(said('--if-empty\n--if-unused\n'));
  expect(await run('autocomplete', '--', '-q', 'delete_que')).toEqual(said('delete_queue\n'));
  expect(await run('autocomplete', '--', 'nothing_like_it')).toEqual(said(''));
});

it('hashes a password as definitions take it', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  const { stdout } = await run('hash_password', 'secret');
  expect(Buffer.from(stdout.trim(), 'base64')).toHaveLength(4 + 32);
});

it('changes what is said of a vhost, and leaves the rest', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  await run('update_vhost_metadata', '/', '--tags', 'a,b');
  await run('update_vhost_metadata', '/', '--description', 'all of it');
  expect((await run('-s', 'list_vhosts', 'description', 'tags')).stdout).toBe('all of it\t[a, b]\n');
  expect(await run('-q', 'update_vhost_metadata', 'no', '--tags', 'a')).toMatchObject({ code: 65 });
});

it('says of what RabbitMQ has and this broker has not where else to look', async () => {
  const { dataDir, run } = await operatedBroker(rabbitmqctl);
  const diagnostics = (...argv: readonly string[]) => runHere(rabbitmqDiagnostics, ['--data-dir', dataDir, ...argv]);
  expect(await diagnostics('-q', 'log_tail', '-N', '50')).toEqual(
    said('', 69, 'Error:\nlog_tail: the log goes to standard output: docker logs, or journalctl, shows it\n'),
  );
  expect(await diagnostics('-q', 'maybe_stuck')).toMatchObject({ code: 69 });
  expect(await run('-q', 'encode', 'secret', 'passphrase')).toMatchObject({ code: 69 });
});

it('lists what there is of TLS', async () => {
  expect(await runHere(rabbitmqDiagnostics, ['tls_versions'])).toEqual(
    said('Listing all TLS versions supported by the runtime...\ntlsv1.3\ntlsv1.2\n'),
  );
  const suites = async (...more: readonly string[]): Promise<string[]> =>
    (await runHere(rabbitmqDiagnostics, ['-q', 'cipher_suites', ...more])).stdout.trim().split('\n');
  expect(await suites()).toContain('TLS_AES_256_GCM_SHA384');
  expect((await suites('--all')).length).toBeGreaterThan((await suites()).length);
  expect(await runHere(rabbitmqDiagnostics, ['-q', 'cipher_suites', '--format', 'erlang'])).toMatchObject({ code: 65 });
});
