/** Where a backup does not go, and what else a person may name by mistake: told in a line, with nothing harmed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupStore, compactStore } from '../../../../src/store/sqlite/copies.ts';
import { openForReading } from '../../../../src/store/sqlite/database-file.ts';
import { SqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../../src/store/store.ts';
import { storeWithQueues } from '../../../contract/sqlite.support.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('a backup of a broker that runs', () => {
  let parent: string;
  let folder: string;
  let store: SqliteStore;

  beforeEach(async () => {
    parent = temporaryFolder();
    folder = join(parent, 'data');
    store = await storeWithQueues(folder);
  });

  afterEach(async () => {
    await store.close();
  });

  const refusal = async (target: string): Promise<string> => {
    const error = await backupStore(folder, target, true).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    return (error as Error).message;
  };

  test.each(['leveret.db', 'leveret.db-wal', 'leveret.db-shm', 'leveret.lock', 'leveret.db-new'])(
    'takes the place of no file of the broker: %s',
    async (name) => {
      const target = join(folder, name);
      const before = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
      expect(await refusal(target)).toBe(`${target} is one of the broker's own files: choose another one.`);
      expect(readdirSync(folder).map((file) => readFileSync(join(folder, file)))).toEqual(before);
    },
  );

  test('takes the place of a file, and of nothing else', async () => {
    const pipe = join(parent, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const target of [parent, pipe]) expect(await refusal(target)).toContain(`${target} is there and no file`);
    expect(readdirSync(parent).sort()).toEqual(['data', 'pipe']);
  });

  test('says why it cannot be where it is to be', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    mkdirSync(join(parent, 'copy.db.partial', 'with something'), { recursive: true });
    expect(await refusal(join(file, 'copy.db'))).toMatch(/There is no folder|failed: ENOTDIR/);
    expect(await refusal(join(parent, 'copy.db'))).toMatch(
      /The backup of .*leveret\.db to .*copy\.db failed: .*is a directory/,
    );
    expect(await refusal(join(parent, 'n'.repeat(300)))).toContain('ENAMETOOLONG');
    expect(readdirSync(parent).sort()).toEqual(['copy.db.partial', 'data', 'file']);
  });
});

test('a folder in the place of the database is left as it is by whatever looks for one', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'leveret.db');
  mkdirSync(file);
  const message = `${file} is no file; it was left as it is`;
  expect(() => openForReading(file)).toThrow(message);
  expect(() => compactStore(folder)).toThrow(message);
  await expect(backupStore(folder, join(folder, 'copy.db'), false)).rejects.toThrow(message);
  await expect(SqliteStore.open({ folder })).rejects.toThrow(message);
});
