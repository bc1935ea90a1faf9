/** `leveret store seal` is stopped in the middle: the store is sealed, and nothing can be read in any file of it, or it is not, and says so. */
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { resealStore } from '../../src/store/sqlite/reseal.ts';
import { run } from '../support/processes/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SECRET = 'what nobody is to read';
const KEY = randomBytes(32).toString('hex');
/** In their order, and what never comes: then it is not stopped. */
const STEPS = ['VACUUM INTO ?', 'DELETE FROM sealing', 'VACUUM', 'journal_mode = WAL', 'fsync', 'rename', 'none'];

test('what is left of it shows nothing of a store that counts as sealed', async () => {
  const original = temporaryFolder();
  await using broker = await Broker.start({ port: 0, dataDir: original });
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('q');
  for (let n = 0; n < 200; n++) channel.sendToQueue('q', Buffer.from(SECRET.repeat(20)), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  await broker.stop();

  for (const step of STEPS) {
    const folder = temporaryFolder();
    cpSync(original, folder, { recursive: true });
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'seal-child.ts'), folder, KEY, step]);
    expect(stdout.toString(), step).toBe(step === 'none' ? 'sealed\n' : '');
    const wasSealed = isSealed(folder);
    expect(wasSealed, step).toBe(step === 'none');
    if (wasSealed) expect(filesWith(folder), step).toEqual([]);
    if (wasSealed) continue;
    // Done again, it leaves nothing of the first time.
    resealStore(folder, undefined, Buffer.from(KEY, 'hex'));
    expect([isSealed(folder), filesWith(folder)], step).toEqual([true, []]);
  }
});

function isSealed(folder: string): boolean {
  const database = new Database(join(folder, 'leveret.db'), { readonly: true });
  try {
    return database.prepare('SELECT 1 FROM sealing').get() !== undefined;
  } finally {
    database.close();
  }
}

function filesWith(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => !/lock|pid|sock/.test(name));
  return files.filter((name) => readFileSync(join(folder, name)).includes(SECRET));
}
