/** What the SQLite store finds in its folder, and leaves alone where it is not its own. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../src/store/sqlite/schema/schema.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { changeFile } from '../support/database-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { changed, queue } from './store.support.ts';

/** A user without rights, on most systems. */
const NOBODY = 65534;

describe('the folder of an SqliteStore', () => {
  let parent: string;
  let folder: string;
  let file: string;

  beforeEach(() => {
    parent = temporaryFolder();
    folder = join(parent, 'a', 'b');
    file = join(folder, 'leveret.db');
  });

  async function refusal(): Promise<string> {
    const error = await SqliteStore.open({ folder, thread: false }).then(
      (store) => store.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StoreError);
    return (error as Error).message;
  }

  /** Does it as a user who has the folder and may not do everything, whoever runs the tests. */
  async function asNobody<Result>(action: () => Promise<Result>): Promise<Result> {
    if (process.geteuid!() !== 0) return action();
    const files = readdirSync(folder).map((name) => join(folder, name));
    for (const path of [parent, join(parent, 'a'), folder, ...files]) chownSync(path, NOBODY, NOBODY);
    process.seteuid!(NOBODY);
    try {
      return await action();
    } finally {
      process.seteuid!(0);
    }
  }

  it('is created for its owner only', async () => {
    const store = await SqliteStore.open({ folder, thread: false });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(store.recover().fresh).toBe(true);
    await store.close();
  });

  it('holds a database for its owner only, whoever may enter the folder', async () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    const store = await SqliteStore.open({ folder, thread: false });
    await changed(store, { op: 'put-queue', record: queue(1) });
    const modes = readdirSync(folder)
      .filter((name) => name.startsWith('leveret.db'))
      .map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    expect(modes).toEqual(['leveret.db', 'leveret.db-shm', 'leveret.db-wal'].map((name) => [name, 0o600]));
    await store.close();
  });

  it('holds one database and the lock after close, and is not fresh any more', async () => {
    const first = await SqliteStore.open({ folder, thread: false });
    await changed(first, { op: 'put-queue', record: queue(1) });
    await first.close();
    expect(readdirSync(folder).sort()).toEqual(['leveret.db', 'leveret.lock']);
    const second = await SqliteStore.open({ folder, thread: false });
    expect(second.recover().fresh).toBe(false);
    await second.close();
  });

  it('holds a database that says what it is, and its tables say what they mean', async () => {
    const store = await SqliteStore.open({ folder, thread: false });
    await store.close();
    const database = new Database(file, { readonly: true });
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect([pragma('application_id'), pragma('user_version')]).toEqual([APPLICATION_ID, SCHEMA_VERSION]);
    expect([pragma('journal_mode'), pragma('auto_vacuum')]).toEqual(['wal', 2]);
    const schema = database.prepare("SELECT group_concat(sql) FROM sqlite_schema WHERE name = 'page'").pluck().get();
    expect(schema).toContain("-- a run of a queue's messages");
    database.close();
  });

  it('is created whole or not at all: what a start cut short leaves is not in the way', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}-new`, 'half a databa');
    writeFileSync(`${file}-new-wal`, 'se');
    const store = await SqliteStore.open({ folder, thread: false });
    expect(store.recover().fresh).toBe(true);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(['leveret.db', 'leveret.lock']);
  });

  it.each([
    [
      'a text',
      () => writeFileSync(file, 'not a database, but somebody needs it\n'.repeat(100)),
      'not an SQLite database',
    ],
    ['a short file', () => writeFileSync(file, 'x'), 'not an SQLite database'],
    ['empty', () => writeFileSync(file, ''), 'is empty, which Leveret never leaves it'],
    [
      'a database without tables',
      () => changeFile(file, 'PRAGMA journal_mode = WAL'),
      "not Leveret's (application_id 0",
    ],
    ['a database of another program', () => changeFile(file, 'CREATE TABLE t (a)'), "not Leveret's (application_id 0"],
    [
      'a database stamped by another program',
      () => changeFile(file, 'PRAGMA application_id = 252006675', 'CREATE TABLE t (a)'),
      'application_id 252006675',
    ],
    [
      'a database of another program with a log',
      () => changeFile(file, 'PRAGMA journal_mode = WAL', 'CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)'),
      "not Leveret's",
    ],
    [
      'a database of a newer version',
      () =>
        changeFile(
          file,
          'PRAGMA journal_mode = WAL',
          `PRAGMA application_id = ${APPLICATION_ID}`,
          `PRAGMA user_version = ${SCHEMA_VERSION + 1}`,
          'CREATE TABLE t (a)',
        ),
      `schema version is ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}`,
    ],
  ])('is refused and left as it is where the file is %s', async (_what, write, message) => {
    mkdirSync(folder, { recursive: true });
    write();
    const before = readFileSync(file);
    const refused = await refusal();
    expect(refused).toContain(message);
    expect(refused).toContain(file);
    expect(refused).toMatch(/Move the file away|Start the newer version|Restore it from a backup/);
    expect(readFileSync(file).equals(before)).toBe(true);
    // The lock is free again: the same refusal, not another.
    expect(await refusal()).toBe(refused);
  });

  it('is refused where the database is damaged, which says how to save it', async () => {
    const store = await SqliteStore.open({ folder, thread: false });
    await store.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 100, 8192);
    writeFileSync(file, bytes);
    expect(await refusal()).toMatch(/damaged: .*Restore it from a backup/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is refused where its lock is no lock, which names that file and no other', async () => {
    mkdirSync(folder, { recursive: true });
    const lock = join(folder, 'leveret.lock');
    writeFileSync(lock, 'not a database at all\n'.repeat(100));
    expect(await refusal()).toMatch(`${lock} cannot be locked: file is not a database (SQLITE_NOTADB)`);
    rmSync(lock);
    mkdirSync(lock);
    expect(await refusal()).toMatch(
      /leveret\.lock cannot be locked: .* remove it, unless a broker runs on the folder\./,
    );
  });

  it('needs no file with the process id, which is only for a message', async () => {
    mkdirSync(join(folder, 'leveret.pid'), { recursive: true });
    const store = await SqliteStore.open({ folder, thread: false });
    store.recover();
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(['leveret.db', 'leveret.lock', 'leveret.pid']);
  });

  it('is refused where the database is a link to what is not there, and keeps the link', async () => {
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(parent, 'not mounted', 'leveret.db'), file);
    expect(await refusal()).toContain(`${file} cannot be used: ENOENT`);
    expect(readlinkSync(file)).toBe(join(parent, 'not mounted', 'leveret.db'));
  });

  it.each(['leveret.db', 'leveret.db-wal'])(
    'is refused where %s may not be written, and says which it is',
    async (name) => {
      const store = await SqliteStore.open({ folder, thread: false });
      await store.close();
      const forbidden = join(folder, name);
      writeFileSync(forbidden, '', { flag: 'a' });
      chmodSync(forbidden, 0o444);
      expect(await asNobody(refusal)).toMatch(
        `${file} cannot be used: EACCES: permission denied, open '${forbidden}'. Run this as the user of the broker`,
      );
    },
  );

  it('is refused where it cannot be created', async () => {
    mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, 'a'), 'a file');
    expect(await refusal()).toContain(`The data folder ${folder} cannot be created or written`);
  });
});
