import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpoints } from '../../../../src/store/sqlite/checkpoints.ts';
import { FilesInUse } from '../../../../src/store/sqlite/files-in-use.ts';
import { FreshRows } from '../../../../src/store/sqlite/fresh-rows.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const MEBIBYTE = 1024 * 1024;

/** Checkpoints over a database, calls of which fail while there is a reason for it. */
function checkpointsOf() {
  const clock = new HandClock();
  const path = join(temporaryFolder(), 'file.db');
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (a)');
  const files = new FilesInUse(database, path);
  let reason: string | undefined;
  const disk = new Proxy(database, {
    get(target, name) {
      if (reason !== undefined) throw new Error(reason);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const failures: string[] = [];
  const checkpoints = new Checkpoints({ database: disk, files, rows: new FreshRows(), clock }, (what, error) => {
    failures.push(`${what}: ${error.message}`);
  });
  onTestFinished(() => {
    checkpoints.stop();
    database.close();
    files.close();
  });
  return { checkpoints, clock, failures, fail: (why: string | undefined) => (reason = why) };
}

const LOG = 'the write-ahead log could not be put into the file: disk I/O error';
const ROOM = 'unused room of the file could not be given back: disk I/O error';

test('an error in what follows a commit ends nothing, and is told once until it works again', () => {
  const { checkpoints, clock, failures, fail } = checkpointsOf();
  const work = (): void => {
    for (let n = 0; n < 5; n++) {
      checkpoints.committed(100 * MEBIBYTE);
      clock.pass(2000);
    }
    checkpoints.makeRoom();
  };
  fail('disk I/O error');
  work();
  expect(failures).toEqual([LOG, ROOM]);
  fail(undefined);
  work();
  expect(failures).toEqual([LOG, ROOM]);
  fail('disk I/O error');
  work();
  expect(failures).toEqual([LOG, ROOM, LOG, ROOM]);
});
