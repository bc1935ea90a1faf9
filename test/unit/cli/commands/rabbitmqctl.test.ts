/** rabbitmqctl's outputs and exit codes, as RabbitMQ 3.10.8 has them. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { Broker } from '../../../../src/index.ts';
import { operatedBroker, runHere, runScript, said } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { storeHere } from '../../../support/store-here.ts';

it('administers users', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  const adding = 'Adding user "u" ...\n';
  const reminder =
    "Done. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.\n";
  expect(await run('add_user', 'u', 'pw')).toEqual(said(adding + reminder));
  expect(await run('add_user', 'u', 'pw')).toEqual(said(adding, 70, 'Error:\nUser "u" already exists\n'));
  expect(await run('set_user_tags', 'u', 'monitoring', 'mine')).toEqual(
    said('Setting tags for user "u" to [monitoring, mine] ...\n'),
  );
  expect(await run('list_users')).toEqual(
    said('Listing users ...\nuser\ttags\nguest\t[administrator]\nu\t[monitoring, mine]\n'),
  );
  // Other tags do not cost the user its password.
  expect(await run('authenticate_user', 'u', 'pw')).toEqual(said('Authenticating user "u" ...\nSuccess\n'));
  expect(await run('authenticate_user', 'u', 'no')).toEqual(
    said(
      'Authenticating user "u" ...\n',
      65,
      'Error:\nError: failed to authenticate user "u"\nuser \'u\' - invalid credentials\n',
    ),
  );
  expect(await run('change_password', 'u', 'new')).toEqual(said('Changing password for user "u" ...\n'));
  expect(await run('-q', 'authenticate_user', 'u', 'new')).toEqual(said('Success\n'));
  expect(await run('-q', 'list_users', '--formatter', 'json')).toEqual(
    said('[\n{"user":"guest","tags":["administrator"]}\n,{"user":"u","tags":["monitoring","mine"]}\n]\n'),
  );
  expect(await run('list_user_limits', '--user', 'u')).toEqual(said('Listing limits for user "u" ...\n{}\n'));
  expect(await run('-q', 'list_user_limits', '--user', 'x')).toMatchObject({ code: 69 });
  await run('clear_password', 'u');
  expect(await run('authenticate_user', 'u', 'new')).toMatchObject({ code: 65 });
  expect(await run('delete_user', 'u')).toEqual(said('Deleting user "u" ...\n'));
  expect(await run('delete_user', 'u')).toEqual(
    said('Deleting user "u" ...\n', 67, 'Error:\nUser "u" does not exist\n'),
  );
});

it('says that a user without a tag has the right password', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  await run('add_user', 'u', 'pw');
  expect(await run('-q', 'authenticate_user', 'u', 'pw')).toEqual(said('Success\n'));
});

it('administers vhosts, permissions and limits', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  expect(await run('add_vhost', 'v/1')).toEqual(said('Adding vhost "v/1" ...\n'));
  expect(await run('-q', 'list_vhosts')).toEqual(said('name\n/\nv/1\n'));
  const setting = (user: string, vhost: string): string =>
    `Setting permissions for user "${user}" in vhost "${vhost}" ...\n`;
  expect(await run('-p', 'v/1', 'set_permissions', 'guest', '^a', '', '.*')).toEqual(said(setting('guest', 'v/1')));
  expect(await run('set_permissions', 'x', '', '', '')).toEqual(
    said(setting('x', '/'), 67, 'Error:\nUser x does not exist\n'),
  );
  expect(await run('set_permissions', '-p', 'no', 'guest', '', '', '')).toEqual(
    said(setting('guest', 'no'), 69, 'Error:\nVirtual host no does not exist\n'),
  );
  expect(await run('list_permissions', '--vhost=v/1')).toEqual(
    said('Listing permissions for vhost "v/1" ...\nuser\tconfigure\twrite\tread\nguest\t^a\t\t.*\n'),
  );
  expect(await run('-s', 'list_user_permissions', 'guest')).toEqual(said('/\t.*\t.*\t.*\nv/1\t^a\t\t.*\n'));
  expect(await run('list_permissions', '-p', 'no')).toEqual(
    said('Listing permissions for vhost "no" ...\n', 65, "Virtual host 'no' does not exist\n"),
  );
  const limits = '{"max-connections":5,"max-queues":7}';
  await run('set_vhost_limits', '-p', 'v/1', limits);
  expect(await run('-q', 'list_vhost_limits', '-p', 'v/1')).toEqual(said(`${limits}\n`));
  await run('set_vhost_limits', '-p', 'v/1', '{"max-queues":8}');
  expect(await run('-q', 'list_vhost_limits', '-p', 'v/1')).toEqual(said('{"max-queues":8}\n'));
  expect(await run('delete_vhost', 'v/1')).toEqual(said('Deleting vhost "v/1" ...\n'));
  expect(await run('delete_vhost', 'v/1')).toEqual(
    said('Deleting vhost "v/1" ...\n', 65, "Virtual host 'v/1' does not exist\n"),
  );
});

it('protects vhosts from deletion', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  await run('add_vhost', 'v');
  expect(await run('enable_vhost_deletion_protection', 'v')).toEqual(
    said('Protecting virtual host "v" from removal by updating its metadata...\n'),
  );
  expect(await run('-q', 'list_vhosts', 'name', 'protected_from_deletion')).toEqual(
    said('name\tprotected_from_deletion\n/\tfalse\nv\ttrue\n'),
  );
  const refusal =
    'Error:\nCannot delete this virtual host: it is protected from deletion. To lift the protection, inspect and update its metadata\n';
  expect(await run('-q', 'delete_vhost', 'v')).toEqual(said('', 69, refusal));
  expect(await run('disable_vhost_deletion_protection', 'v')).toEqual(
    said('Removing deletion protection from virtual host "v" by updating its metadata...\n'),
  );
  await run('update_vhost_metadata', 'v', '--protected-from-deletion', 'true');
  expect(await run('-q', 'delete_vhost', 'v')).toMatchObject({ code: 69 });
  await run('update_vhost_metadata', 'v', '--protected-from-deletion', 'false');
  expect(await run('-q', 'delete_vhost', 'v')).toEqual(said(''));
  for (const command of ['enable_vhost_deletion_protection', 'disable_vhost_deletion_protection']) {
    expect(await run('-q', command, 'v')).toEqual(said('', 65, "Virtual host 'v' does not exist\n"));
  }
});

it('sets, lists and clears policies', async () => {
  const { run } = await operatedBroker(rabbitmqctl);
  const definition = '{"max-length":5}';
  expect(await run('set_policy', '--priority', '3', '--apply-to', 'queues', 'p', '^q', definition)).toEqual(
    said(`Setting policy "p" for pattern "^q" to "${definition}" with priority "3" for vhost "/" ...\n`),
  );
  expect(await run('-q', 'list_policies')).toEqual(
    said(`vhost\tname\tpattern\tapply-to\tdefinition\tpriority\n/\tp\t^q\tqueues\t${definition}\t3\n`),
  );
  expect(await run('-q', 'list_policies', '--formatter=json')).toEqual(
    said(
      '[\n{"vhost":"/","name":"p","pattern":"^q","apply-to":"queues","definition":"{\\"max-length\\":5}","priority":3}\n]\n',
    ),
  );
  expect(await run('set_policy', 'p', '^q', definition, '--priority', 'x')).toMatchObject({
    code: 64,
    stdout: '',
    stderr: expect.stringMatching(
      /^Error \(argument validation\): Invalid options for this command:\n--priority : x\n/,
    ) as string,
  });
  expect(await run('-q', 'set_policy', 'p', '^q', '{"nope":1}')).toEqual(
    said('', 69, 'Error:\nValidation failed\n\n[{<<"nope">>,1}] are not recognised policy settings\n\n'),
  );
  expect(await run('-q', 'set_policy', 'p', '^q', '{')).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/^Error:\nJSON decoding error\. Reason: /) as string,
  });
  expect(await run('clear_policy', 'p')).toEqual(said('Clearing policy "p" on vhost "/" ...\n'));
  expect(await run('-q', 'clear_policy', 'p')).toEqual(said('', 69, 'Error:\nParameter does not exist\n'));
});

it('lists, purges and deletes queues', async () => {
  const { broker, run } = await operatedBroker(rabbitmqctl);
  await broker.definitions.import({
    queues: [
      {
        name: 'q\t1',
        vhost: '/',
        durable: true,
        auto_delete: false,
        arguments: { 'x-max-length': 5, 'x-mode': 'a"b' },
      },
    ],
  });
  expect(await run('list_queues')).toEqual(
    said('Timeout: 60.0 seconds ...\nListing queues for vhost / ...\nname\tmessages\nq\\0111\t0\n'),
  );
  expect(await run('-q', 'list_queues', 'name', 'arguments', 'durable')).toEqual(
    said('name\targuments\tdurable\nq\\0111\t[{"x-max-length",5},{"x-mode","a\\"b"}]\ttrue\n'),
  );
  expect(await run('-q', 'list_queues', 'arguments', '--formatter', 'json')).toEqual(
    said('[\n{"arguments":[["x-max-length","long",5],["x-mode","longstr","a\\"b"]]}\n]\n'),
  );
  expect(await run('-q', 'list_bindings', 'source_kind', 'destination_kind', 'destination_name')).toEqual(
    said('source_kind\tdestination_kind\tdestination_name\nexchange\tqueue\tq\\0111\n'),
  );
  expect(await run('list_queues', 'nope', '--formatter', 'csv')).toMatchObject({ code: 64, stdout: '' });
  expect(await run('list_queues', '-p', 'no', '-q')).toEqual(said(''));
  expect(await run('purge_queue', 'q\t1')).toEqual(said("Purging queue 'q\t1' in vhost '/' ...\n"));
  expect(await run('-q', 'purge_queue', 'no')).toEqual(said('', 69, 'Error:\nnot_found\n'));
  expect(await run('-q', 'delete_queue', 'q\t1', '--if-unused', '-e')).toEqual(
    said('Queue was successfully deleted with 0 ready messages\n'),
  );
  expect(await run('-q', 'delete_queue', 'q\t1')).toEqual(said('', 64, 'Error:\nQueue not found\n'));
});

it('tells what is wrong with a command line', async () => {
  const refused = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHere(rabbitmqctl, argv);
    expect([code, stdout]).toEqual([64, '']);
    return stderr;
  };
  expect(await refused('lst_queues')).toBe("\nCommand 'lst_queues' not found. \nDid you mean 'list_queues'? \n\n");
  expect(await refused('zzz')).toMatch(/^\nCommand 'zzz' not found\. \nUsage\n/);
  expect(await refused('add_user')).toMatch(
    /^Error \(argument validation\): not enough arguments\.\nArguments given:\n\tadd_user\n\nUsage\n\nrabbitmqctl /,
  );
  expect(await refused('delete_user', 'a', 'b')).toMatch(/too many arguments/);
  expect(await refused('list_queues', '--nope')).toMatch(/Invalid options for this command:\n--nope : \n/);
  expect(await refused('list_queues', '--formatter', 'xml')).toMatch(/there is no formatter xml/);
  expect(await refused()).toMatch(/Available commands:/);
  expect(await refused('ping', '-q', '--url', 'ftp://x')).toMatch(/--url takes/);
});

it('says in one line why it evaluates nothing', async () => {
  expect(await runHere(rabbitmqctl, ['eval', 'node().'])).toEqual(
    said('', 69, 'Error:\neval: it runs Erlang code inside of RabbitMQ, and there is none in this broker\n'),
  );
});

it('asks by HTTP what the user of a URL may know', async () => {
  const { broker } = await operatedBroker(rabbitmqctl, { managementPort: 0 });
  const at = (credentials: string): Promise<object> =>
    runHere(rabbitmqctl, ['-q', 'list_users', '--url', `http://${credentials}127.0.0.1:${broker.managementPort}`]);
  expect(await at('')).toEqual(said('user\ttags\nguest\t[administrator]\n'));
  expect(await at('guest:wrong@')).toEqual(said('', 69, 'Error:\nLogin failed\n'));
});

it('tells of a broker that is not there', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await runHere(rabbitmqctl, [
    'list_users',
    '-n',
    'rabbit@here',
    '--data-dir',
    folder,
  ]);
  expect([code, stdout]).toEqual([69, 'Listing users ...\n']);
  expect(stderr).toContain("Error: unable to perform an operation on node 'rabbit@here'.");
  expect(stderr).toContain(join(folder, 'control.sock'));
  expect(await runHere(rabbitmqctl, ['ping', '-n', 'x@y', '--data-dir', folder])).toEqual(
    said(
      'Will ping x@y. This only checks if the OS process is running and registered with epmd. Timeout: 60000 ms.\n',
      69,
      'Error:\nFailed to connect and authenticate to x@y in 60000 ms\n',
    ),
  );
});

it('waits for a broker that starts later', async () => {
  const dataDir = temporaryFolder();
  const waiting = runHere(rabbitmqctl, ['await_startup', '--data-dir', dataDir]);
  await using broker = await Broker.start({ port: 0, dataDir }, storeHere);
  expect(broker.port).toBeGreaterThan(0);
  expect(await waiting).toEqual(said(''));
});

it('gives up waiting when the time is up', async () => {
  const argv = ['await_startup', '-n', 'a@b', '-t', '0.1', '--data-dir', temporaryFolder()];
  expect(await runHere(rabbitmqctl, argv)).toEqual(
    said('', 75, 'Error: operation await_startup on node a@b timed out. Timeout value used: 100\n'),
  );
});

it("reaches only the broker of its folder, by a socket that is its user's alone and goes with the broker", async () => {
  const { broker, dataDir, run } = await operatedBroker(rabbitmqctl);
  const socket = join(dataDir, 'control.sock');
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(await run('-q', 'ping')).toEqual(said('Ping succeeded\n'));
  await broker.stop();
  expect(() => statSync(socket)).toThrow('ENOENT');
});

it('listens in a folder with a long name, and where a killed broker left its socket', async () => {
  const dataDir = join(temporaryFolder(), 'x'.repeat(100), 'y'.repeat(100));
  await using broker = await Broker.start({ port: 0, dataDir }, storeHere);
  expect(broker.port).toBeGreaterThan(0);
  expect(await runHere(rabbitmqctl, ['-q', 'ping', '--data-dir', dataDir])).toEqual(said('Ping succeeded\n'));
  await broker.stop();
  writeFileSync(join(dataDir, 'control.sock'), 'left');
  await using again = await Broker.start({ port: 0, dataDir }, storeHere);
  expect(again.port).toBeGreaterThan(0);
  expect(await runHere(rabbitmqctl, ['-q', 'ping', '--data-dir', dataDir])).toEqual(said('Ping succeeded\n'));
});

it('runs as a process', async () => {
  const { dataDir } = await operatedBroker(rabbitmqctl);
  const env = { LEVERET_DATA_DIR: dataDir };
  expect(await runScript('rabbitmqctl', ['list_users', '-s'], env)).toEqual(said('guest\t[administrator]\n'));
  expect(await runScript('rabbitmqctl', ['delete_user', 'x', '-q'], env)).toEqual(
    said('', 67, 'Error:\nUser "x" does not exist\n'),
  );
});
