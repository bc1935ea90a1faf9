/** The commands that look after a store, of one that is in a database. */
import { describe, expect, it } from 'vitest';
import { rabbitmqctl } from '../../../src/cli/commands/rabbitmqctl.ts';
import { Broker } from '../../../src/index.ts';
import type { DatabaseStats } from '../../../src/store/postgres/stats.ts';
import { startCommand } from '../../support/cli/command.ts';
import { runStoreHere } from '../../support/cli/store-command.ts';
import { type Ended, runHere } from '../../support/commands/tools.ts';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile, schemaOf } from '../../support/postgres/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { confirmChannel, range, store as storeMessages } from '../../support/recovery/clients.ts';

describe.skipIf(!hasPostgres)('leveret store of a database', () => {
  const postgres = postgresOfFile();

  it('checks and counts it, with a node on it and without', async () => {
    const store = postgres.newUrl();
    const broker = await Broker.start({ port: 0, store, nodeName: 'one' });
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('q');
    await storeMessages(channel, 'q', range(0, 100));
    const check = await runStoreHere(['store', 'check', '--store', store]);
    expect(check).toMatchObject({ code: 0, stderr: '' });
    expect(check.stdout).toMatch(
      /^postgres:.*: 100 messages in \d+ pages, 0 bodies kept apart\nThe store is sound\.\n$/,
    );
    const stats = await runStoreHere(['store', 'stats', '--json', '--store', store]);
    const counted = JSON.parse(stats.stdout) as DatabaseStats;
    expect(counted).toMatchObject({ messages: 100, queues: [{ name: 'q', messages: 100 }] });
    expect(counted.nodes).toEqual([{ name: 'one', active: true, alive: true, version: expect.any(String) as string }]);
    await broker.stop();
    const after = await runStoreHere(['store', 'stats', '--store', store]);
    expect(after.stdout).toMatch(/^nodes +one \(stopped\)$/m);
    expect(after.stdout).toMatch(/^ +100 .* q$/m);
  });

  it('ends with exit code 1 if it is damaged', async () => {
    const store = postgres.newUrl();
    const broker = await Broker.start({ port: 0, store });
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('q');
    await storeMessages(channel, 'q', range(0, 10));
    await broker.stop();
    await postgres.server.sql(`UPDATE ${schemaOf(store)}.page SET checksum = 1`);
    const { code, stdout } = await runStoreHere(['store', 'check', '--store', store]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^problem: page \d+ does not match its checksum$/m);
    expect(stdout).toContain('Restore a backup of the database');
  });

  it('does not reset what other nodes use too', async () => {
    const [store, dataDir] = [postgres.newUrl(), temporaryFolder()];
    const daemon = startCommand(['--store', store, '--data-dir', dataDir, '--host', '127.0.0.1', '--port', '0']);
    await daemon.waitForLine('Server startup complete');
    const ctl = (...words: readonly string[]): Promise<Ended> =>
      runHere(rabbitmqctl, ['--data-dir', dataDir, ...words]);
    expect(await ctl('stop_app')).toMatchObject({ code: 0 });
    const { code, stderr } = await ctl('reset');
    expect(code).not.toBe(0);
    expect(stderr).toContain('the store is in a database: drop its schema there when all nodes are stopped');
    expect(await ctl('start_app')).toMatchObject({ code: 0 });
  });
});

it.each([
  ['compact', 'autovacuum'],
  ['backup x', 'pg_dump'],
])('leveret refuses %s of a database, and says what there is instead', async (command, instead) => {
  const words = command.split(' ');
  const refused = await runStoreHere([
    ...(words.length > 1 ? words : ['store', ...words]),
    '--store',
    'postgres://nobody@127.0.0.1:1/none',
  ]);
  expect(refused.stderr).toContain(instead);
  expect(refused.code).not.toBe(0);
});
