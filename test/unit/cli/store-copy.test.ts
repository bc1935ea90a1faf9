/** A store goes from SQLite to PostgreSQL and back, and nobody could tell. */
import { describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { runStoreHere } from '../../support/cli/store-command.ts';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile } from '../../support/postgres/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { confirmChannel } from '../../support/recovery/clients.ts';

describe.skipIf(!hasPostgres)('leveret store copy', () => {
  const postgres = postgresOfFile();

  it('takes everything along, there and back', async () => {
    const [folder, back] = [temporaryFolder(), temporaryFolder()];
    const database = postgres.newUrl();
    await fill(folder);
    const there = await runStoreHere(['store', 'copy', folder, database]);
    expect(there).toMatchObject({ code: 0, stderr: '' });
    expect(there.stdout).toMatch(/^4 queues with 104 messages copied, .* and compared\n$/);
    expect(await runStoreHere(['store', 'copy', database, back])).toEqual(there);
    await expectAll({ store: database });
    await expectAll({ dataDir: back });
  });

  it('copies into nothing that is used, or has something', async () => {
    const folder = temporaryFolder();
    const database = postgres.newUrl();
    await fill(folder);
    const broker = await Broker.start({ port: 0, store: database, nodeName: 'one' });
    const used = await runStoreHere(['store', 'copy', folder, database]);
    expect(used.stderr).toContain('The node one uses the database: stop all nodes first.');
    await broker.stop();
    const filled = await runStoreHere(['store', 'copy', folder, database]);
    expect(filled.stderr).toContain('is not empty');
    const missing = await runStoreHere(['store', 'copy', temporaryFolder(), database]);
    expect(missing.stderr).toContain('leveret.db');
  });
});

async function fill(dataDir: string): Promise<void> {
  const broker = await Broker.start({ port: 0, dataDir });
  await broker.users.create('ann', 'secret', ['monitoring']);
  const channel = await confirmChannel(broker.url);
  await channel.assertExchange('all', 'fanout');
  for (const queue of ['small', 'large']) {
    await channel.assertQueue(queue);
    await channel.bindQueue(queue, 'all', '', { 'x-note': queue });
  }
  await channel.assertQueue('once', { arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 3_600_000 } });
  await channel.assertQueue('priority', { maxPriority: 3 });
  for (let n = 0; n < 100; n++) channel.sendToQueue('small', Buffer.from(`${n}`), { persistent: true });
  channel.publish('all', '', Buffer.alloc(3_000_000, 'x'), { persistent: true });
  const once = { persistent: true, headers: { 'x-deduplication-header': 'key' } };
  for (let n = 0; n < 2; n++) channel.sendToQueue('once', Buffer.from('once'), once);
  channel.sendToQueue('priority', Buffer.from('high'), { persistent: true, priority: 2 });
  await channel.waitForConfirms();
  const seen = await channel.get('small');
  if (seen !== false) channel.nack(seen);
  await channel.checkQueue('small');
  await broker.stop();
}

async function expectAll(options: { readonly store?: string; readonly dataDir?: string }): Promise<void> {
  const broker = await Broker.start({ port: 0, ...options });
  const channel = await confirmChannel(broker.url);
  const first = await channel.get('small', { noAck: true });
  expect(first && [first.content.toString(), first.fields.redelivered]).toEqual(['0', true]);
  expect((await channel.checkQueue('small')).messageCount).toBe(100);
  const large = await channel.get('large', { noAck: true });
  expect(large && large.content.equals(Buffer.alloc(3_000_000, 'x'))).toBe(true);
  channel.sendToQueue('once', Buffer.from('again'), { headers: { 'x-deduplication-header': 'key' } });
  channel.publish('all', '', Buffer.from('bound'));
  await channel.waitForConfirms();
  expect((await channel.checkQueue('once')).messageCount).toBe(1);
  expect((await channel.checkQueue('large')).messageCount).toBe(1);
  expect(
    broker.users
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['ann', 'guest']);
  await broker.stop();
}
