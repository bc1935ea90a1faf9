/** Files of every schema version there was: each is opened, brought to today's version, and all of its content is there. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { recordsProblem } from '../../../src/broker/log/record-check.ts';
import { Broker } from '../../../src/index.ts';
import { checkStore } from '../../../src/store/sqlite/check.ts';
import { openDatabase, openForReading } from '../../../src/store/sqlite/database-file.ts';
import { migrate, SCHEMA_VERSION } from '../../../src/store/sqlite/schema/schema.ts';
import { storeStats } from '../../../src/store/sqlite/stats.ts';
import { VERSION_1 } from '../../../src/store/sqlite/schema/version-1.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { KeptLog } from '../../support/kept-log.ts';
import { open, openChannel } from '../../support/interop/amqplib.ts';
import { hold, marked } from '../../support/recovery/clients.ts';
import { deadOf, definitionsOf, delayedOf, messagesOf, PROPERTIES, RETURNS, SEEN } from './content.ts';
import { storedFile } from './files.ts';
import { storeHere } from '../../support/store-here.ts';

const VERSIONS = Array.from({ length: SCHEMA_VERSION }, (_, n) => n + 1);

/** A data folder with the file of a version in it. */
function folderOf(version: number): { readonly folder: string; readonly file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'leveret.db');
  copyFileSync(storedFile(version), file);
  return { folder, file };
}

/** The statements that make a database what it is. */
function schemaOf(file: string): unknown[] {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
    return [database.pragma('user_version', { simple: true }), rows];
  } finally {
    database.close();
  }
}

test('there is a stored file of every version', () => {
  expect(VERSIONS.filter((version) => !existsSync(storedFile(version)))).toEqual([]);
});

describe.each(VERSIONS)('the stored file of version %i', (version) => {
  test('becomes what a new file is, and is sound', () => {
    const { file } = folderOf(version);
    const { created, migratedFrom, reader } = openDatabase(file);
    reader.close();
    expect({ created, migratedFrom }).toEqual({
      created: false,
      migratedFrom: version === SCHEMA_VERSION ? undefined : version,
    });
    const fresh = join(temporaryFolder(), 'leveret.db');
    openDatabase(fresh).reader.close();
    expect(schemaOf(file)).toEqual(schemaOf(fresh));
    const database = openForReading(file, true);
    expect(checkStore(database, recordsProblem)).toMatchObject({
      problems: [],
      notes: [],
      messages: Object.values(messagesOf(version)).flat().length + delayedOf(version).length + deadOf(version),
    });
    const keys = storeStats(database).queues.find(({ name }) => name === 'once')?.keys;
    expect(keys).toBe(version < 2 ? undefined : SEEN.length);
    database.close();
  });

  test('comes back with its topology, and with its messages over and over', async () => {
    const { folder } = folderOf(version);
    const options = { port: 0, dataDir: folder, logLevel: 'silent' } as const;
    for (const life of ['first', 'second']) {
      await using broker = await Broker.start(options, storeHere);
      await expectTopology(broker, version);
      expect(broker.delayed.list()).toMatchObject(delayedOf(version));
      for (const [place, expected] of Object.entries(messagesOf(version))) {
        const [vhost, queue] = place.split(' ');
        const url = `${broker.url}/${encodeURIComponent(vhost)}`;
        const { channel, messages } = await hold(url, queue, expected.length);
        // In the second life all are redelivered.
        const texts = messages.map((message) => (life === 'first' ? marked(message) : message.content.toString()));
        expect(texts, place).toEqual(life === 'first' ? expected : expected.map((text) => text.replace(/!$/, '')));
        if (queue === 'plain') expect(messages[4].properties).toMatchObject(PROPERTIES);
        if (queue === 'counted') {
          const count = life === 'first' ? RETURNS : RETURNS + 1;
          expect(messages[0].properties.headers).toEqual({ 'x-delivery-count': count });
        }
        await channel.close();
        const count = await (await openChannel(url)).checkQueue(queue);
        expect(count.messageCount, place).toBe(expected.length);
      }
    }
  });
});

async function expectTopology(broker: Broker, version: number): Promise<void> {
  const {
    users: [anna, guest],
    ...rest
  } = definitionsOf(version);
  const found = (await broker.definitions.export()) as unknown as Record<string, { name?: string }[]>;
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  for (const [kind, expected] of Object.entries(rest)) {
    const wanted = expected.map((row) => expect.objectContaining(row) as unknown);
    expect(found[kind], kind).toHaveLength(expected.length);
    expect(found[kind], kind).toEqual(expect.arrayContaining(wanted));
  }
  const { password, ...named } = guest;
  expect(found['users'].toSorted(byText)).toMatchObject([anna, named]);
  await open(`amqp://anna:annas-password@127.0.0.1:${broker.port}/shop`);
  await open(`amqp://guest:${password}@127.0.0.1:${broker.port}`);
}

test('the log of the first start names the queues whose deduplication means something else now', async () => {
  const dataDir = temporaryFolder();
  const log = new KeptLog();
  const options = { port: 0, dataDir, logger: log } as const;
  {
    await using broker = await Broker.start(options, storeHere);
    const channel = await openChannel(broker.url);
    const once = { 'x-message-deduplication': true };
    await channel.assertQueue('in-queue', { arguments: once });
    await channel.assertQueue('window', { arguments: { ...once, 'x-cache-ttl': 1000 } });
    await channel.assertQueue('plain');
  }
  const database = new Database(join(dataDir, 'leveret.db'));
  // What later versions have changed.
  database.exec(`
    DROP TABLE sealing;
    DROP TABLE progress;
    CREATE TABLE lane (queue_id, number, delivered);
    ALTER TABLE queue ADD COLUMN delivered INTEGER DEFAULT 0;
  `);
  database.pragma('user_version = 5');
  database.close();
  for (const names of [['in-queue'], []]) {
    log.warnings.length = 0;
    await using broker = await Broker.start(options, storeHere);
    expect(broker.port).toBeGreaterThan(0);
    expect(log.warnings.map(({ fields }) => fields['queue'])).toEqual(names);
  }
});

describe('a migration', () => {
  const NEXT = 'CREATE TABLE later (name TEXT PRIMARY KEY) STRICT; INSERT INTO later SELECT name FROM queue';
  const tablesOf = (database: Database.Database) =>
    database.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'later%'").pluck().get();

  test('goes on from the version of the file, and keeps what is in it', () => {
    const database = new Database(folderOf(1).file);
    expect(migrate(database, [VERSION_1, NEXT, 'CREATE TABLE later_still (a)'])).toBe(1);
    expect(database.pragma('user_version', { simple: true })).toBe(3);
    expect(database.prepare('SELECT count(*) FROM later').pluck().get()).toBe(definitionsOf(1).queues.length);
    expect(tablesOf(database)).toBe(2);
    expect(migrate(database, [VERSION_1, NEXT, 'CREATE TABLE later_still (a)'])).toBe(3);
    database.close();
  });

  test('from version 4 keeps how far the priority was delivered that was delivered from last', () => {
    const database = new Database(folderOf(4).file);
    const delivered = 3 * 2 ** 44 + 2;
    database.prepare("UPDATE queue SET delivered = ? WHERE name = 'urgent'").run(delivered);
    expect(migrate(database)).toBe(4);
    const rows = database.prepare('SELECT name, priority, delivered FROM progress JOIN queue ON id = queue_id').raw();
    expect(rows.all()).toEqual([
      ['plain', 0, 5],
      ['urgent', 3, delivered],
    ]);
    database.close();
  });

  test('that fails leaves the file as it was', () => {
    const { file } = folderOf(1);
    const database = new Database(file);
    expect(() => migrate(database, [VERSION_1, NEXT, 'CREATE TABLE vhost (a)'])).toThrow('vhost already exists');
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(tablesOf(database)).toBe(0);
    database.close();
    expect(readFileSync(file).equals(readFileSync(storedFile(1)))).toBe(true);
  });
});
