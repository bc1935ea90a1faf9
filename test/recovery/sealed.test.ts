/** A sealed store: nobody reads or changes it without its key, and with the key all of it is there. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordsProblem } from '../../src/broker/log/record-check.ts';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { UNKNOWN } from '../../src/store/sealing/seal.ts';
import type { CheckReport } from '../../src/store/engine/store-check.ts';
import { checkStore } from '../../src/store/sqlite/check.ts';
import { pageChecksum } from '../../src/store/engine/checksum.ts';
import { backupStore } from '../../src/store/sqlite/copies.ts';
import { sealOf } from '../../src/store/sqlite/sealing-table.ts';
import { openForReading } from '../../src/store/sqlite/database-file.ts';
import { resealStore } from '../../src/store/sqlite/reseal.ts';
import { temporaryFile, temporaryFolder } from '../support/temporary-folder.ts';
import { storeHere } from '../support/store-here.ts';

/** Each stands somewhere in what is stored. */
const SECRETS = ['small-body', 'LARGE-BODY-', 'a-routing-key', 'a-header-value', 'a-dedup-key', 'a-parameter-value'];
const NOT_OPENED = 'was sealed for another place or with another key';
const LARGE = Buffer.from('LARGE-BODY-'.repeat(250_000));

let dataDir: string;
let key: Buffer;
let storeKey: string;

beforeEach(() => {
  dataDir = temporaryFolder();
  key = randomBytes(32);
  storeKey = `file:${temporaryFile('key', key.toString('base64'))}`;
});

function start(options: BrokerOptions = { storeKey }): Promise<Broker> {
  return Broker.start({ port: 0, dataDir, ...options }, storeHere);
}

/** Two queues with a small message each, one of them with a large one behind it. */
async function fill({ url, policies }: Broker): Promise<void> {
  await policies.set({
    name: 'secret',
    pattern: '^none$',
    definition: { 'dead-letter-routing-key': 'a-parameter-value' },
  });
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (const queue of ['one', 'two']) {
    await channel.assertQueue(queue, { arguments: { 'x-message-deduplication': true } });
    await channel.bindQueue(queue, 'amq.topic', '#');
  }
  const headers = { secret: 'a-header-value', 'x-deduplication-header': 'a-dedup-key' };
  channel.publish('amq.topic', 'a-routing-key', Buffer.from('small-body'), { persistent: true, headers });
  await channel.waitForConfirms();
  channel.sendToQueue('one', LARGE, { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

/** Takes what `fill` put there. */
async function expectAll({ url, policies }: Broker): Promise<void> {
  expect(policies.list()).toMatchObject([{ definition: { 'dead-letter-routing-key': 'a-parameter-value' } }]);
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const queue of ['one', 'two']) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) throw new Error(`${queue} is empty`);
    expect(message.content.toString()).toBe('small-body');
    expect(message.fields.routingKey).toBe('a-routing-key');
    expect(message.properties.headers).toMatchObject({ secret: 'a-header-value' });
  }
  const large = await channel.get('one', { noAck: true });
  expect(large !== false && large.content.equals(LARGE)).toBe(true);
  await connection.close();
}

/** What of the secrets can be read in the files of a folder. */
function readable(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => !/lock|pid|sock/.test(name));
  const contents = files.map((name) => readFileSync(join(folder, name)));
  return SECRETS.filter((secret) => contents.some((content) => content.includes(secret)));
}

function check(withKey: boolean): CheckReport {
  const database = openForReading(join(dataDir, 'leveret.db'), true);
  try {
    return checkStore(database, recordsProblem, withKey ? sealOf(database, key) : UNKNOWN);
  } finally {
    database.close();
  }
}

describe('a sealed store', () => {
  test('shows nothing of what is stored, while the broker runs, after it, and in a backup; and all of it comes back', async () => {
    const broker = await start();
    await fill(broker);
    expect(readable(dataDir)).toEqual([]);
    const copies = temporaryFolder();
    await backupStore(dataDir, join(copies, 'copy'), false);
    await broker.stop();
    expect([readable(copies), readable(dataDir)]).toEqual([[], []]);
    expect(check(true)).toMatchObject({ problems: [], messages: 3 });
    expect(check(false)).toMatchObject({ problems: [], messages: 3 });
    await using again = await start();
    await expectAll(again);
  });

  test('shows all of it without a key, so that the test above can fail', async () => {
    const broker = await start({});
    await fill(broker);
    await broker.stop();
    expect(readable(dataDir)).toEqual(SECRETS);
  });

  test('is refused without its key, and with another one', async () => {
    await (await start()).stop();
    await expect(start({})).rejects.toThrow('is sealed: name its key with --store-key');
    const other = `file:${temporaryFile('key', randomBytes(32).toString('hex'))}`;
    await expect(start({ storeKey: other })).rejects.toThrow('is sealed with another key');
    await (await start()).stop();
  });

  test('has no use for a key while it is not sealed', async () => {
    await (await start({})).stop();
    await expect(start()).rejects.toThrow(/is not sealed, and a key is given for it.*leveret store seal/);
  });

  test('notices pages that changed places, though their checksums are right', async () => {
    const broker = await start();
    await fill(broker);
    await broker.stop();
    const database = new Database(join(dataDir, 'leveret.db'));
    const columns = 'id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bodies, data';
    type Row = Parameters<typeof pageChecksum>[0] & { bodies: Buffer | null; data: Buffer };
    const [first, second] = database.prepare(`SELECT ${columns} FROM page ORDER BY id LIMIT 2`).all() as Row[];
    const put = database.prepare('UPDATE page SET data = ?, checksum = ? WHERE id = ?');
    put.run(second.data, pageChecksum(first, first.bodies, second.data), first.id);
    put.run(first.data, pageChecksum(second, second.bodies, first.data), second.id);
    database.close();
    expect(check(true).problems).toEqual([`page ${first.id} ${NOT_OPENED}`, `page ${second.id} ${NOT_OPENED}`]);
    await using again = await start();
    const connection = await connect(again.url);
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await expect(channel.get('two')).rejects.toThrow(/406/);
    await connection.close();
  });
});

describe('sealing what is there', () => {
  test('is done, undone, and done with another key while the broker is stopped', async () => {
    const broker = await start({});
    await fill(broker);
    await broker.stop();
    resealStore(dataDir, undefined, key);
    expect(readable(dataDir)).toEqual([]);
    expect(check(true).problems).toEqual([]);
    const next = randomBytes(32);
    expect(() => resealStore(dataDir, undefined, next)).toThrow('is sealed already: "leveret store rotate"');
    resealStore(dataDir, key, next);
    expect(() => resealStore(dataDir, key, undefined)).toThrow('is sealed with another key');
    await expect(start()).rejects.toThrow('is sealed with another key');
    resealStore(dataDir, next, undefined);
    expect(readable(dataDir)).toEqual(SECRETS);
    await using again = await start({});
    await expectAll(again);
  });

  test('changes nothing if something of a store that is not sealed is damaged: that would be covered up', async () => {
    const broker = await start({});
    await fill(broker);
    await broker.stop();
    const database = new Database(join(dataDir, 'leveret.db'));
    database.prepare('UPDATE page SET data = zeroblob(length(data)) WHERE id = (SELECT min(id) FROM page)').run();
    database.close();
    expect(() => resealStore(dataDir, undefined, key)).toThrow(/page \d+ cannot be opened/);
    const unsealed = openForReading(join(dataDir, 'leveret.db'));
    expect(checkStore(unsealed, recordsProblem).problems).toEqual([
      expect.stringMatching('does not match its checksum'),
    ]);
    unsealed.close();
  });

  test('changes nothing if something cannot be opened', async () => {
    const broker = await start();
    await fill(broker);
    await broker.stop();
    const database = new Database(join(dataDir, 'leveret.db'));
    database.prepare(`UPDATE user SET password_hash = 'AAAA'`).run();
    database.prepare(`UPDATE parameter SET value = 'AAAA'`).run();
    database.close();
    expect(() => resealStore(dataDir, key, undefined)).toThrow(/password guest cannot be opened/);
    expect(readable(dataDir)).toEqual([]);
    const problems = ['password guest', 'parameter policy / secret'].map((what) => `${what} ${NOT_OPENED}`);
    expect(check(true)).toMatchObject({ problems, messages: 3 });
  });
});
