/** rabbitmqadmin in the form of RabbitMQ 4.x, told apart from the older one by its grammar. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isLater } from '../../../../src/cli/commands/rabbitmqadmin/v2/grammar.ts';
import { runAdmin } from '../../../../src/cli/commands/rabbitmqadmin.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { type Ended, operatedBroker, said } from '../../../support/commands/tools.ts';

it.each([
  ['list queues', false],
  ['-V / declare queue name=q durable=true', false],
  ['--vhost v list queues', false],
  ['-N queues list users', false],
  ['declare queue --name q', true],
  ['queues list', true],
  ['--nope list queues', false],
  ['list queues name --nope', true],
  ['--non-interactive list queues', true],
  ['-H host --vhost v queues declare --name q', true],
])('%s', (line, later) => {
  expect(isLater(line.split(' '))).toBe(later);
});

async function administered(): Promise<{ readonly folder: string; readonly admin: (line: string) => Promise<Ended> }> {
  const { broker, dataDir } = await operatedBroker(rabbitmqctl, { managementPort: 0 });
  const env = { RABBITMQADMIN_TARGET_HOST: '127.0.0.1', RABBITMQADMIN_TARGET_PORT: String(broker.managementPort) };
  const admin = async (line: string): Promise<Ended> => {
    let [stdout, stderr] = ['', ''];
    const out = (text: string): void => void (stdout += text);
    const err = (text: string): void => void (stderr += text);
    return { code: await runAdmin(line.split(' '), { env, out, err }), stdout, stderr };
  };
  return { folder: dataDir, admin };
}

it('declares, lists and deletes', async () => {
  const { admin } = await administered();
  for (const line of [
    'queues declare --name q --type quorum --durable true --arguments {"x-max-length":5}',
    'declare exchange --name x --type topic',
    'bindings declare --source x --destination-type queue --destination q --routing-key a.b',
    'declare vhost --name v --description meadow',
    'declare user --name hare --password secret --tags monitoring',
    '--vhost v declare permissions --user hare --configure .* --read .* --write .*',
    '--vhost v policies declare --name p --pattern ^q --apply-to queues --definition {"max-length":5}',
    'streams declare --name s --expiration 1D',
  ]) {
    expect([line, await admin(line)]).toEqual([line, said('')]);
  }
  expect((await admin('--non-interactive queues list')).stdout).toMatch(
    /^ \/ {2}q {2}quorum {2}true {2}false {2}\{"x-max-length":5/m,
  );
  expect((await admin('users list')).stdout).toMatch(/^┌─+┬─+┬─+┐\n│ name {2}│ tags .*\n├─+┼/);
  expect((await admin('--vhost v policies list')).stdout).toContain('│ {"max-length":5} │');
  expect((await admin('--non-interactive streams list')).stdout).toMatch(/^ \/ {2}s {2}stream {2}\{.*"x-max-age":"1D"/);
  expect(await admin('bindings delete --source x --destination-type queue --destination q --routing-key a.b')).toEqual(
    said(''),
  );
  expect(await admin('queues delete --name q')).toEqual(said(''));
  expect(await admin('delete queue --name q --idempotently')).toEqual(said(''));
  expect(await admin('delete queue --name q')).toEqual(said('', 65, 'Error: Not found: /api/queues/%2F/q\n'));
  expect(await admin('queues nope --name q')).toMatchObject({ code: 64 });
  expect(await admin('--table-style dots queues list')).toMatchObject({ code: 64, stdout: '' });
  expect((await admin('--table-style borderless users list')).stdout).toMatch(/^ guest {2}administrator/);
});

it('protects vhosts from deletion', async () => {
  const { admin } = await administered();
  await admin('declare vhost --name v');
  expect(await admin('vhosts enable_deletion_protection --name v')).toEqual(said(''));
  expect(await admin('vhosts delete --name v')).toMatchObject({
    code: 65,
    stderr: expect.stringContaining('because it is protected from deletion') as string,
  });
  expect(await admin('vhosts disable_deletion_protection --name v')).toEqual(said(''));
  expect(await admin('vhosts delete --name v')).toEqual(said(''));
  expect(await admin('vhosts enable_deletion_protection')).toMatchObject({ code: 64 });
  expect(await admin('queues enable_deletion_protection --name q')).toMatchObject({ code: 64 });
});

it('publishes and gets, checks, exports and imports', async () => {
  const { admin, folder } = await administered();
  await admin('queues declare --name q');
  expect(await admin('publish message --routing-key q --payload hello')).toEqual(said('Message published\n'));
  expect((await admin('get messages --queue q --ack-mode ack_requeue_false')).stdout).toContain('│ hello ');
  expect(await admin('health_check local_alarms')).toEqual(said('health check passed\n'));
  expect(await admin('health_check port_listener --port 9')).toMatchObject({ code: 69 });
  const file = join(folder, 'definitions.json');
  expect(await admin(`definitions export --file ${file}`)).toEqual(said(''));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ queues: [{ name: 'q' }] });
  writeFileSync(file, '{"vhosts":[{"name":"later"}]}');
  expect(await admin(`definitions import --file ${file}`)).toEqual(said(''));
  expect((await admin('--non-interactive vhosts list')).stdout).toContain(' later');
  expect((await admin('--table-style modern show overview')).stdout).toContain('│ RabbitMQ version │ ');
  expect(await admin('--port 1 queues list')).toMatchObject({ code: 74 });
});
