/** rabbitmqadmin in the form of RabbitMQ 3.x. test/interop compares it with RabbitMQ's own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runAdmin } from '../../../../src/cli/commands/rabbitmqadmin.ts';
import { type Ended, operatedBroker, runScript, said } from '../../../support/commands/tools.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';

async function administered(): Promise<{
  readonly port: number;
  readonly folder: string;
  readonly admin: (...argv: readonly string[]) => Promise<Ended>;
}> {
  const { broker, dataDir } = await operatedBroker(rabbitmqctl, { managementPort: 0 });
  const port = broker.managementPort!;
  return { port, folder: dataDir, admin: (...argv) => runHere(['-H', '127.0.0.1', '-P', String(port), ...argv]) };
}

async function runHere(argv: readonly string[]): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const out = (text: string): void => void (stdout += text);
  const err = (text: string): void => void (stderr += text);
  return { code: await runAdmin(argv, { env: {}, out, err }), stdout, stderr };
}

it('declares, lists and deletes', async () => {
  const { admin } = await administered();
  expect(await admin('declare', 'queue', 'name=q', 'durable=true', 'arguments={"x-max-length":5}')).toEqual(
    said('queue declared\n'),
  );
  expect(await admin('declare', 'exchange', 'name=x', 'type=topic')).toEqual(said('exchange declared\n'));
  expect(await admin('declare', 'binding', 'source=x', 'destination=q', 'routing_key=a.b')).toEqual(
    said('binding declared\n'),
  );
  expect(await admin('list', 'queues', 'name', 'durable', 'arguments.x-max-length')).toEqual(
    said(
      [
        '+------+---------+------------------------+',
        '| name | durable | arguments.x-max-length |',
        '+------+---------+------------------------+',
        '| q    | True    | 5                      |',
        '+------+---------+------------------------+',
        '',
      ].join('\n'),
    ),
  );
  expect(await admin('-f', 'tsv', '-q', 'list', 'bindings', 'source', 'routing_key')).toEqual(said('\tq\nx\ta.b\n'));
  expect(await admin('delete', 'queue', 'name=q')).toEqual(said('queue deleted\n'));
  expect(await admin('delete', 'queue', 'name=q')).toEqual(said('', 1, '*** Not found: /api/queues/%2F/q\n\n'));
  expect(await admin('list', 'queues')).toEqual(said('No items\n'));
  expect(await admin('declare', 'queue')).toEqual(
    said('', 1, '\nERROR: mandatory argument "name" is required\n\nrabbitmqadmin --help for help\n\n'),
  );
});

it('publishes and gets', async () => {
  const { admin, folder } = await administered();
  await admin('declare', 'queue', 'name=q', 'queue_type=quorum');
  expect(await admin('publish', 'routing_key=q', 'payload=hällo')).toEqual(said('Message published\n'));
  expect(await admin('publish', 'routing_key=no', 'payload=x')).toEqual(said('Message published but NOT routed\n'));
  const file = join(folder, 'payload');
  expect((await admin('get', 'queue=q', `payload_file=${file}`)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('hällo');
  expect((await admin('-f', 'kvp', 'get', 'queue=q', 'ackmode=ack_requeue_false')).stdout).toMatch(
    /^routing_key="q" exchange="" message_count="0" payload="hällo" payload_bytes="6" .*redelivered="True"\n$/,
  );
  expect(await admin('purge', 'queue', 'name=q')).toEqual(said('queue purged\n'));
});

it('exports and imports definitions, and reads a file of brokers', async () => {
  const { admin, folder, port } = await administered();
  await admin('declare', 'vhost', 'name=v');
  const file = join(folder, 'definitions.json');
  expect(await admin('export', file)).toEqual(said(`Exported definitions for 127.0.0.1 to "${file}"\n`));
  await admin('delete', 'vhost', 'name=v');
  expect((await admin('import', file)).stdout).toMatch(/^Uploaded definitions from "127.0.0.1" to /);
  const config = join(folder, 'admin.conf');
  writeFileSync(config, `[meadow]\nhostname = 127.0.0.1\nport = ${port}\npassword = wrong\n`);
  expect(
    await runHere(['-c', config, '-N', 'meadow', '-p', 'guest', '-q', '-f', 'tsv', 'list', 'vhosts', 'name']),
  ).toEqual(said('/\nv\n'));
  expect(await runHere(['-c', config, '-N', 'meadow', 'list', 'vhosts'])).toEqual(
    said('', 1, '*** Access refused: /api/vhosts?columns=name,messages\n\n'),
  );
});

it('tells what is wrong with a command line', async () => {
  expect(await runHere(['--nope', 'list', 'queues'])).toEqual(
    said('', 2, 'Usage\n=====\n  rabbitmqadmin [options] subcommand\n\nrabbitmqadmin: error: no such option: --nope\n'),
  );
  expect(await runHere(['-P', '1', 'list', 'queues', '-H', '127.0.0.1'])).toEqual(
    said('', 1, '*** Could not connect: [Errno 111] Connection refused\n\n'),
  );
  expect((await runHere(['help', 'subcommands'])).stdout).toContain(
    '\n  declare user name=... password=... OR password_hash=... tags=... [hashing_algorithm=...]\n',
  );
});

it('runs as a process', async () => {
  const { port } = await administered();
  const argv = ['-P', String(port), '-H', '127.0.0.1', '-f', 'bash', 'list', 'users'];
  expect(await runScript('rabbitmqadmin', argv)).toEqual(said('guest\n'));
});
