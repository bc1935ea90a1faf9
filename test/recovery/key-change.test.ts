/** Another key for a sealed store while the broker runs: it counts at once, and what was sealed by the one before is sealed anew. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connect, type ConfirmChannel } from 'amqplib';
import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { recordsProblem } from '../../src/broker/log/record-check.ts';
import { Broker } from '../../src/index.ts';
import { checkStore } from '../../src/store/sqlite/check.ts';
import { openForReading } from '../../src/store/sqlite/database-file.ts';
import { sealOf } from '../../src/store/sqlite/sealing-table.ts';
import { runCommand } from '../support/cli/command.ts';
import { KeptLog } from '../support/kept-log.ts';
import { apiOf } from '../support/management/api.ts';
import { rowsLeft, StoreKey } from '../support/recovery/store-key.ts';
import { temporaryFile, temporaryFolder } from '../support/temporary-folder.ts';

const LARGE = randomBytes(300_000);

let dataDir: string;
let key: StoreKey;
let log: KeptLog;

beforeEach(() => {
  dataDir = temporaryFolder();
  key = new StoreKey();
  log = new KeptLog();
});

function start(storeKey = key.source): Promise<Broker> {
  return Broker.start({ port: 0, dataDir, storeKey, logger: log });
}

async function channelTo({ url }: Broker): Promise<ConfirmChannel> {
  return (await connect(url)).createConfirmChannel();
}

/** Each in a page of its own, as it is confirmed before the next; every tenth with a body that is kept apart. */
async function publish(channel: ConfirmChannel, from: number, to: number): Promise<void> {
  await channel.assertQueue('q');
  for (let n = from; n < to; n++) {
    const body = n % 10 === 0 ? Buffer.concat([Buffer.from(`${n} `), LARGE]) : Buffer.from(`${n} `);
    channel.sendToQueue('q', body, { persistent: true });
    await channel.waitForConfirms();
  }
}

async function numbers(broker: Broker): Promise<number[]> {
  const channel = await channelTo(broker);
  const found: number[] = [];
  for (
    let got = await channel.get('q', { noAck: true });
    got !== false;
    got = await channel.get('q', { noAck: true })
  ) {
    found.push(Number(got.content.toString('latin1', 0, got.content.indexOf(' '))));
  }
  return found;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const keyIds = () => {
  const database = new Database(join(dataDir, 'leveret.db'), { readonly: true });
  try {
    return database.prepare('SELECT id FROM sealing ORDER BY id').pluck().all();
  } finally {
    database.close();
  }
};

test('it counts at once, what is there is sealed anew while clients go on, and the key before opens nothing any more', async () => {
  const before = `file:${temporaryFile('before', key.bytes.toString('base64'))}`;
  const broker = await start();
  const channel = await channelTo(broker);
  await publish(channel, 0, 60);
  await key.change(dataDir);
  await publish(channel, 60, 80);
  await expect.poll(() => rowsLeft(dataDir)).toBe(0);
  expect(keyIds()).toEqual([2]);
  await publish(channel, 80, 90);
  await broker.stop();
  await expect(start(before)).rejects.toThrow('is sealed with another key');
  const database = openForReading(join(dataDir, 'leveret.db'));
  expect(checkStore(database, recordsProblem, sealOf(database, key.bytes))).toMatchObject({
    problems: [],
    messages: 90,
  });
  database.close();
  await using again = await start();
  expect(await numbers(again)).toEqual(range(0, 90));
  expect(log.errors).toEqual([]);
});

test('how far it is stands in the API and in the metrics', async () => {
  await using broker = await Broker.start({
    ...{ port: 0, dataDir, storeKey: key.source, logger: log },
    ...{ managementPort: 0, prometheusPort: 0 },
  });
  const ask = apiOf(broker);
  const progress = async () => ((await ask('GET', '/nodes')).json as { store_resealing?: object }[])[0].store_resealing;
  const metrics = async () => (await fetch(`http://127.0.0.1:${broker.prometheusPort}/metrics`)).text();
  await publish(await channelTo(broker), 0, 20);
  expect(await progress()).toBeUndefined();
  await key.change(dataDir);
  await expect.poll(progress).toMatchObject({ left: 0 });
  expect(await metrics()).toContain('\nleveret_store_rows_to_reseal 0\n');
});

test('who is stopped before all is sealed anew goes on at the next start', async () => {
  const broker = await start();
  await publish(await channelTo(broker), 0, 200);
  await key.change(dataDir);
  await broker.stop();
  const left = keyIds();
  await using again = await start();
  await expect.poll(keyIds).toEqual([2]);
  expect(await numbers(again)).toEqual(range(0, 200));
  expect(left).toEqual([1, 2]);
});

test('what is damaged stays damaged, and keeps the key that it is sealed by', async () => {
  const broker = await start();
  await publish(await channelTo(broker), 0, 20);
  await broker.stop();
  const database = new Database(join(dataDir, 'leveret.db'));
  database.prepare('UPDATE page SET data = zeroblob(40) WHERE id = (SELECT max(id) FROM page)').run();
  database.close();
  await using again = await start();
  await key.change(dataDir);
  await expect.poll(() => rowsLeft(dataDir)).toBe(0);
  expect(keyIds()).toEqual([1, 2]);
  const next = `file:${temporaryFile('next', randomBytes(32).toString('hex'))}`;
  expect(await runCommand(['store', 'rotate', '--data-dir', dataDir, '--new-key', next])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('but for what is damaged (rows: 1)') as string,
  });
  expect(keyIds()).toEqual([1, 2, 3]);
  expect(log.warnings.at(-1)).toMatchObject({ message: expect.stringContaining('it keeps its key') as string });
  expect(again.port).toBeGreaterThan(0);
});

test('the command has the running broker take it, and one that is not sealed takes none', async () => {
  const broker = await start();
  await publish(await channelTo(broker), 0, 20);
  const next = `file:${temporaryFile('next', randomBytes(32).toString('hex'))}`;
  const rotate = ['store', 'rotate', '--data-dir', dataDir, '--new-key', next];
  expect(await runCommand(rotate)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sealed with the new key') as string,
  });
  await broker.stop();
  await (await start(next)).stop();
  const plain = temporaryFolder();
  await using unsealed = await Broker.start({ port: 0, dataDir: plain });
  const refused = await runCommand(['store', 'rotate', '--data-dir', plain, '--new-key', next]);
  expect([refused.code, refused.stderr]).toEqual([74, expect.stringContaining('the store is not sealed') as string]);
  expect(unsealed.port).toBeGreaterThan(0);
});
