/** The commands that look after the data folder, against brokers that run and brokers that do not. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { SCHEMA_VERSION } from '../../../src/store/sqlite/schema/schema.ts';
import type { StoreStats } from '../../../src/store/sqlite/stats.ts';
import { runCommand } from '../../support/cli/command.ts';
import { runStoreHere } from '../../support/cli/store-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { changeFile } from '../../support/database-file.ts';
import { confirmChannel, drain, range, store } from '../../support/recovery/clients.ts';
import { storeHere } from '../../support/store-here.ts';

async function startBroker(dataDir: string): Promise<Broker> {
  const broker = await Broker.start({ port: 0, dataDir }, storeHere);
  onTestFinished(() => broker.stop());
  return broker;
}

/** A folder with 100 small messages in one queue and a large one in two, as a broker leaves it that stopped. */
async function filledFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  const broker = await Broker.start({ port: 0, dataDir }, storeHere);
  await fill(broker);
  await broker.stop();
  return dataDir;
}

async function fill({ url }: Broker): Promise<void> {
  const channel = await confirmChannel(url);
  await channel.assertExchange('both', 'fanout');
  for (const queue of ['small', 'large']) {
    await channel.assertQueue(queue);
    await channel.bindQueue(queue, 'both', '');
  }
  await store(channel, 'small', range(0, 100));
  channel.publish('both', '', Buffer.alloc(100_000, 'x'), { persistent: true });
  await channel.waitForConfirms();
}

describe('leveret store check', () => {
  it('finds the store of a broker sound, running and stopped', async () => {
    const dataDir = temporaryFolder();
    const broker = await startBroker(dataDir);
    await fill(broker);
    const running = await runCommand(['store', 'check', '--data-dir', dataDir]);
    expect(running).toMatchObject({ code: 0, stderr: '' });
    expect(running.stdout).toMatch(/: 102 messages in \d+ pages, 1 bodies kept apart\nThe store is sound\.\n$/);
    await broker.stop();
    expect(await runCommand(['store', 'check', '--data-dir', dataDir])).toEqual(running);
  });

  it('says what is damaged and what to do, and ends with exit code 1', async () => {
    const dataDir = await filledFolder();
    changeFile(
      join(dataDir, 'leveret.db'),
      'UPDATE page SET data = zeroblob(10) WHERE id = (SELECT min(id) FROM page)',
      "UPDATE body SET data = x'00'",
    );
    const { code, stdout, stderr } = await runStoreHere(['store', 'check', '--data-dir', dataDir]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^problem: page \d+ does not match its checksum$/m);
    expect(stdout).toContain('problem: body 1 does not match its checksum\n');
    expect(stdout).toContain('restore a backup');
  });

  it('looks into what a message is, past the checksum', async () => {
    const dataDir = await filledFolder();
    const database = new Database(join(dataDir, 'leveret.db'));
    const page = database.prepare('SELECT * FROM page LIMIT 1').get() as Record<string, number | Buffer | null>;
    const data = Buffer.from(page['data'] as Buffer).fill(0, 0, 4);
    const { pageChecksum } = await import('../../../src/store/engine/checksum.ts');
    const header = { id: page['id'], queueId: page['queue_id'], base: page['base'], first: page['first_seq'] };
    const whole = { ...header, last: page['last_seq'], count: page['count'] } as never;
    const sum = pageChecksum(whole, page['bodies'] as Buffer, data);
    database.prepare('UPDATE page SET data = ?, checksum = ? WHERE id = ?').run(data, sum, page['id']);
    database.close();
    const { code, stdout } = await runStoreHere(['store', 'check', '--data-dir', dataDir]);
    expect(code).toBe(1);
    expect(stdout).toContain('has content that makes no sense: its record 0 has an impossible length of 0 bytes');
  });

  it('takes the data folder from the environment, and says where there is none', async () => {
    const env = { LEVERET_DATA_DIR: join(temporaryFolder(), 'none') };
    const { code, stderr } = await runStoreHere(['store', 'check'], env);
    expect(code).toBe(74);
    expect(stderr).toBe(
      `leveret: There is no ${env.LEVERET_DATA_DIR}/leveret.db: name the broker's data folder with --data-dir.\n`,
    );
    expect(existsSync(env.LEVERET_DATA_DIR)).toBe(false);
    const inMemory = await runStoreHere(['store', 'check'], { LEVERET_MEMORY: 'true' });
    expect(inMemory).toMatchObject({ code: 64, stdout: '' });
  });
});

describe('leveret store stats', () => {
  it('says what is damaged that it comes to', async () => {
    const dataDir = await filledFolder();
    const file = join(dataDir, 'leveret.db');
    const database = new Database(file, { readonly: true });
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'page'").pluck().get() as number;
    const pageBytes = database.pragma('page_size', { simple: true }) as number;
    database.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, (root - 1) * pageBytes, root * pageBytes));
    const { code, stderr } = await runStoreHere(['store', 'stats', '--data-dir', dataDir]);
    expect(code).toBe(74);
    expect(stderr).toMatch(/^leveret: .*leveret\.db is damaged: database disk image is malformed/);
  });

  it('counts what the queues hold, for people and as JSON', async () => {
    const dataDir = temporaryFolder();
    await fill(await startBroker(dataDir));
    const { stdout, code } = await runCommand(['store', 'stats', '--data-dir', dataDir, '--json']);
    expect(code).toBe(0);
    const stats = JSON.parse(stdout) as StoreStats;
    expect(stats).toMatchObject({
      messages: 102,
      bodies: 1,
      bodyBytes: 100_000,
      vhosts: 1,
      users: 1,
      schemaVersion: SCHEMA_VERSION,
    });
    expect(stats.queues).toMatchObject([
      { vhost: '/', name: 'small', messages: 101, bodyBytes: 100_000 },
      { vhost: '/', name: 'large', messages: 1, bodyBytes: 100_000 },
    ]);
    const table = (await runCommand(['store', 'stats', '--data-dir', dataDir])).stdout;
    expect(table).toMatch(/^messages  102 in [\d.]+ KiB, and 1 bodies kept apart in 97\.7 KiB$/m);
    expect(table).toMatch(/^messages +bytes +bodies  keys  vhost  queue$/m);
    expect(table).toMatch(/^ +101 +[\d.]+ KiB  97\.7 KiB     0  \/ {6}small$/m);
  });
});

describe('leveret store stats of a delayed exchange', () => {
  it('counts what waits there, apart from the queues', async () => {
    const dataDir = temporaryFolder();
    const broker = await startBroker(dataDir);
    const channel = await confirmChannel(broker.url);
    await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
    await channel.assertExchange('never', 'x-delayed-message', { arguments: { 'x-delayed-type': 'fanout' } });
    for (const body of range(0, 30)) {
      channel.publish('later', '', Buffer.from(body), { persistent: true, headers: { 'x-delay': 3_600_000 } });
    }
    await channel.waitForConfirms();
    const json = (await runCommand(['store', 'stats', '--data-dir', dataDir, '--json'])).stdout;
    expect(JSON.parse(json)).toMatchObject({
      messages: 30,
      exchanges: 2,
      queues: [],
      delayed: [
        { vhost: '/', name: 'later', messages: 30 },
        { vhost: '/', name: 'never', messages: 0, bytes: 0 },
      ],
    });
    const table = (await runCommand(['store', 'stats', '--data-dir', dataDir])).stdout;
    expect(table).toMatch(
      /^messages +bytes +bodies  vhost  delayed by exchange\n +30 +[\d.]+ KiB  0 bytes  \/ {6}later$/m,
    );
    expect(await runCommand(['store', 'check', '--data-dir', dataDir])).toMatchObject({ code: 0 });
  });
});

describe('leveret store compact', () => {
  it('is refused while a broker runs on the folder', async () => {
    const dataDir = temporaryFolder();
    await startBroker(dataDir);
    const { code, stderr } = await runCommand(['store', 'compact', '--data-dir', dataDir]);
    expect(code).toBe(74);
    expect(stderr).toBe(
      `leveret: The data folder ${dataDir} is in use by another broker (process ${process.pid}). ` +
        'Stop it first: a file in use cannot be compacted.\n',
    );
  });

  it('gives back the room that nothing uses, and keeps all there is', async () => {
    const dataDir = temporaryFolder();
    const broker = await Broker.start({ port: 0, dataDir }, storeHere);
    await fill(broker);
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('gone');
    for (let n = 0; n < 40; n++) channel.sendToQueue('gone', Buffer.alloc(50_000), { persistent: true });
    await channel.waitForConfirms();
    await channel.deleteQueue('gone');
    await broker.stop();
    const file = join(dataDir, 'leveret.db');
    const before = statSync(file).size;
    const { code, stdout } = await runStoreHere(['store', 'compact', '--data-dir', dataDir]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/leveret\.db: 2\.\d MiB before, \d+\.\d KiB now\n$/);
    expect(statSync(file).size).toBeLessThan(before / 5);
    expect(readdirSync(dataDir).sort()).toEqual(['leveret.db', 'leveret.lock']);
    const database = new Database(file, { readonly: true });
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect([pragma('journal_mode'), pragma('auto_vacuum'), pragma('user_version')]).toEqual(['wal', 2, SCHEMA_VERSION]);
    database.close();
    const next = await startBroker(dataDir);
    expect((await drain(next.url, 'small')).slice(0, 100)).toEqual(range(0, 100));
  });
});

describe('leveret backup', () => {
  it('of a running broker holds all that was confirmed before it, and nothing half; the broker goes on', async () => {
    const dataDir = temporaryFolder();
    const broker = await startBroker(dataDir);
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    // Some of it in the file and some in the log, so that a copy takes its time.
    for (let n = 0; n < 400; n++) channel.sendToQueue('work', Buffer.alloc(50_000), { persistent: true });
    await channel.waitForConfirms();
    await channel.purgeQueue('work');

    let confirmed = 0;
    let published = 0;
    let running = true;
    const publishing = (async () => {
      while (running) {
        for (let n = 0; n < 50; n++)
          channel.sendToQueue('work', Buffer.from(String(published++)), { persistent: true });
        await channel.waitForConfirms();
        confirmed = published;
      }
    })();
    const file = join(temporaryFolder(), 'copy.db');
    while (confirmed < 500) await new Promise((resolve) => setImmediate(resolve));
    const confirmedBefore = confirmed;
    const result = await runCommand(['backup', file, '--data-dir', dataDir]);
    const publishedAfter = published;
    running = false;
    await publishing;
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(join(file, '..'))).toEqual(['copy.db']);

    const restored = join(temporaryFolder(), 'restored');
    mkdirSync(restored);
    copyFileSync(file, join(restored, 'leveret.db'));
    expect((await runStoreHere(['store', 'check', '--data-dir', restored])).stdout).toContain('The store is sound.');
    const copy = await startBroker(restored);
    const messages = await drain(copy.url, 'work');
    expect(messages).toEqual(range(0, messages.length));
    expect(messages.length).toBeGreaterThanOrEqual(confirmedBefore);
    expect(messages.length).toBeLessThanOrEqual(publishedAfter);
    // The original lacks nothing.
    expect(await drain(broker.url, 'work')).toEqual(range(0, confirmed));
  });

  it('of a stopped broker is its file, which stays as it was', async () => {
    const dataDir = await filledFolder();
    const own = join(dataDir, 'leveret.db');
    const before = readFileSync(own);
    const file = join(temporaryFolder(), 'copy.db');
    const { code, stdout } = await runStoreHere(['backup', file, '--data-dir', dataDir]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/copy\.db: [\d.]+ KiB\n$/)]);
    expect(readFileSync(own).equals(before)).toBe(true);
    expect(statSync(file).size).toBe(before.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await startBroker(dataDir);
  });

  it('replaces a file only when told to, and never the one it copies', async () => {
    const dataDir = await filledFolder();
    const file = join(temporaryFolder(), 'copy.db');
    writeFileSync(file, 'precious');
    const refused = await runStoreHere(['backup', file, '--data-dir', dataDir]);
    expect(refused).toMatchObject({ code: 74, stdout: '' });
    expect(refused.stderr).toBe(`leveret: ${file} exists: choose another file, or have it replaced with --force.\n`);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await runStoreHere(['backup', file, '--force', '--data-dir', dataDir])).code).toBe(0);
    expect(readFileSync(file).toString('latin1', 0, 15)).toBe('SQLite format 3');

    const own = join(dataDir, 'leveret.db');
    const itself = await runStoreHere(['backup', own, '--force', '--data-dir', dataDir]);
    expect(itself.stderr).toContain(`${own} is one of the broker's own files`);
    const nowhere = await runStoreHere(['backup', join(dataDir, 'no', 'copy.db'), '--data-dir', dataDir]);
    expect(nowhere.stderr).toContain(`There is no folder ${join(dataDir, 'no')} for the backup`);
  });
});
