/** The commands that look after the data folder: what they print, and the exit code. */
import { recordsProblem } from '../broker/log/record-check.ts';
import type { Config } from '../config/config.ts';
import { checkStore } from '../store/sqlite/check.ts';
import { backupStore, compactStore } from '../store/sqlite/copies.ts';
import { databasePath, explain, openForReading } from '../store/sqlite/database-file.ts';
import { storeStats } from '../store/sqlite/stats.ts';
import { sealOf } from '../store/sqlite/sealing-table.ts';
import { resealStore } from '../store/sqlite/reseal.ts';
import { UsageError } from './failure.ts';
import { rotateRunning } from './rotate.ts';
import { size } from './sizes.ts';
import type { StoreAction } from './store-arguments.ts';
import { masterKey, masterKeyIfAny } from './store-keys.ts';
import { checkOutput, type CommandOutput, rotateOutput, statsOutput, succeeded } from './store-report.ts';

/**
 * `tell`: told how far it is, if it takes long.
 * @throws StoreError
 */
export async function runStoreCommand(
  { dataDir: folder, storeKey: keySource, store }: Pick<Config, 'dataDir' | 'storeKey' | 'store'>,
  action: StoreAction,
  tell: (line: string) => void = () => undefined,
): Promise<CommandOutput> {
  if (action.kind === 'copy') {
    const { from, to, newKey } = action;
    const { copyStores } = await import('./store-copy.ts');
    const [key, keyOfCopy] = [masterKeyIfAny(keySource), masterKeyIfAny(newKey ?? keySource, '--new-key')];
    return succeeded(await copyStores({ place: from, key }, { place: to, key: keyOfCopy }));
  }
  if (store !== undefined) {
    const { runDatabaseCommand } = await import('./database-commands.ts');
    return runDatabaseCommand({ url: store, folder, keySource, tell }, action);
  }
  if (folder === undefined) throw new UsageError('a broker in memory has no data folder: give one with --data-dir');
  switch (action.kind) {
    case 'check':
      return check(folder, keySource);
    case 'stats':
      return stats(folder, action.json);
    case 'compact': {
      const { before, after } = compactStore(folder);
      return succeeded(`${databasePath(folder)}: ${size(before)} before, ${size(after)} now\n`);
    }
    case 'seal': {
      resealStore(folder, undefined, masterKey(keySource));
      return succeeded(`${databasePath(folder)} is sealed: the broker is started with --store-key from now on\n`);
    }
    case 'unseal': {
      resealStore(folder, masterKey(keySource), undefined);
      return succeeded(`${databasePath(folder)} is not sealed any more\n`);
    }
    case 'rotate': {
      const key = masterKey(action.newKey, '--new-key');
      const damaged = await rotateRunning(folder, key, tell);
      if (damaged === undefined) resealStore(folder, masterKey(keySource), key);
      return rotateOutput(databasePath(folder), damaged ?? 0);
    }
    case 'backup': {
      const bytes = await backupStore(folder, action.file, action.force);
      return succeeded(`${action.file}: ${size(bytes)}\n`);
    }
  }
}

/** Without the key of a sealed store all is checked but what messages hold. */
function check(folder: string, keySource: string | undefined): CommandOutput {
  const path = databasePath(folder);
  const database = openForReading(path, true);
  try {
    const seal = sealOf(database, masterKeyIfAny(keySource));
    const report = checkStore(database, recordsProblem, seal);
    return checkOutput(path, report, seal, ADVICE);
  } finally {
    database.close();
  }
}

const ADVICE = `The store is damaged. Copy the data folder before anything else. Then restore a backup; or purge the queues of the pages
named above to go on without them; or save what can be read with the ".recover" command of the sqlite3 shell.`;

function stats(folder: string, json: boolean): CommandOutput {
  const path = databasePath(folder);
  const database = openForReading(path);
  try {
    const counted = storeStats(database);
    const { fileBytes, logBytes, freeBytes, schemaVersion } = counted;
    return statsOutput(counted, json, [
      `file      ${path}, schema version ${schemaVersion}`,
      `size      ${size(fileBytes)}, of which unused ${size(freeBytes)}; log ${size(logBytes)}`,
    ]);
  } catch (error) {
    throw explain(path, error);
  } finally {
    database.close();
  }
}
