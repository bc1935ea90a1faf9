/** `--offline`: what is in the folder of a broker that does not run. */
import { expect, it } from 'vitest';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { Broker } from '../../../../src/index.ts';
import { runCommand } from '../../../support/cli/command.ts';
import { operatedBroker, runHere, said } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { storeHere } from '../../../support/store-here.ts';

it('tells of users, definitions and queues, and changes what a start finds', async () => {
  const queue = { name: 'q', vhost: '/', durable: true, auto_delete: false, arguments: {} };
  const { broker, dataDir, run } = await operatedBroker(rabbitmqctl, { definitions: { queues: [queue] } as never });
  const busy = await run('list_users', '--offline');
  expect(busy).toMatchObject({ code: 74, stderr: expect.stringContaining('is in use by another broker') as string });
  await broker.stop();

  expect(await run('-q', 'list_users', '--offline')).toEqual(said('user\ttags\nguest\t[administrator]\n'));
  expect((await run('-q', 'export_definitions', '-', '--offline')).stdout).toContain('"name":"q"');
  expect(await run('-q', 'delete_user', 'nobody', '--offline')).toEqual(
    said('', 67, 'Error:\nUser "nobody" does not exist\n'),
  );
  const queues = await runCommand(['queues', '--offline', '--data-dir', dataDir]);
  expect(JSON.parse(queues.stdout)).toMatchObject([{ name: 'q', ready: 0 }]);
  expect(await run('-q', 'change_password', 'guest', 'new', '--offline')).toEqual(said(''));
  expect(await run('stop', '--offline')).toMatchObject({ code: 64 });

  const again = await Broker.start({ port: 0, dataDir }, storeHere);
  expect(await run('-q', 'authenticate_user', 'guest', 'new')).toEqual(said('Success\n'));
  await again.stop();
});

it('makes no store, and lets no client in', async () => {
  const empty = temporaryFolder();
  expect(await runHere(rabbitmqctl, ['list_users', '--offline', '--data-dir', empty])).toMatchObject({
    code: 74,
    stderr: expect.stringContaining("name the broker's data folder") as string,
  });
  const dataDir = temporaryFolder();
  await (await Broker.start({ port: 0, dataDir }, storeHere)).stop();
  const broker = await Broker.start({ port: 0, dataDir }, { ...storeHere, onlyForCommands: true });
  expect(broker.managementPort).toBeUndefined();
  expect(broker.port).toBe(0);
  await broker.stop();
});
