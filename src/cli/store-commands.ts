/** The commands that look after the data folder: what they print, and the exit code. */
import { recordsProblem } from '../broker/log/record-check.ts';
import { keySource, UNFIT } from '../config/option-types.ts';
import { checkStore } from '../store/sqlite/check.ts';
import { backupStore, compactStore } from '../store/sqlite/copies.ts';
import { databasePath, explain, openForReading } from '../store/sqlite/database-file.ts';
import { type LogStats, storeStats, type StoreStats } from '../store/sqlite/stats.ts';
import { readMasterKey } from '../store/sealing/master-key.ts';
import { UNKNOWN } from '../store/sealing/seal.ts';
import { sealOf } from '../store/sqlite/sealing-table.ts';
import { resealStore } from '../store/sqlite/reseal.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { rotateRunning } from './rotate.ts';
import { size } from './sizes.ts';
import type { StoreAction } from './store-arguments.ts';

export interface CommandOutput {
  readonly text: string;
  readonly exitCode: number;
}

const KEY_SOURCE = keySource();
/** Problems that are printed; a damaged disk may have made thousands. */
const PRINTED = 50;

/**
 * `tell`: told how far it is, if it takes long.
 * @throws StoreError
 */
export async function runStoreCommand(
  folder: string | undefined,
  action: StoreAction,
  keySource: string | undefined,
  tell: (line: string) => void = () => undefined,
): Promise<CommandOutput> {
  if (action.kind === 'copy') {
    const { copyStores } = await import('./store-copy.ts');
    return succeeded(await copyStores(action.from, action.to, keySource));
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
      if (!(await rotateRunning(folder, key, tell))) resealStore(folder, masterKey(keySource), key);
      return succeeded(`${databasePath(folder)} is sealed with the new key\n`);
    }
    case 'backup': {
      const bytes = await backupStore(folder, action.file, action.force);
      return succeeded(`${action.file}: ${size(bytes)}\n`);
    }
  }
}

/** Throws UsageError without a source, StoreError if there is no key. */
function masterKey(source: string | undefined, flag = '--store-key'): Buffer {
  if (source === undefined || KEY_SOURCE.fromText(source) === UNFIT) {
    throw new UsageError(`${flag} names where the key is: ${KEY_SOURCE.accepts}`);
  }
  return readMasterKey(source);
}

/** Without the key of a sealed store all is checked but what messages hold. */
function check(folder: string, keySource: string | undefined): CommandOutput {
  const path = databasePath(folder);
  const database = openForReading(path, true);
  try {
    const seal = sealOf(database, keySource === undefined ? undefined : masterKey(keySource));
    const { problems, notes, pages, bodies, messages } = checkStore(database, recordsProblem, seal);
    const lines = [
      `${path}: ${messages} messages in ${pages} pages, ${bodies} bodies kept apart`,
      ...(seal === UNKNOWN ? [NOT_OPENED] : []),
      ...notes.slice(0, PRINTED).map((note) => `note: ${note}`),
      ...problems.slice(0, PRINTED).map((problem) => `problem: ${problem}`),
      ...(problems.length > PRINTED ? [`and ${problems.length - PRINTED} more problems`] : []),
      problems.length === 0 ? 'The store is sound.' : ADVICE,
    ];
    return { text: `${lines.join('\n')}\n`, exitCode: problems.length === 0 ? EXIT.ok : EXIT.damaged };
  } finally {
    database.close();
  }
}

const NOT_OPENED = 'note: the store is sealed: what messages hold is checked with --store-key';
const ADVICE = `The store is damaged. Copy the data folder before anything else. Then restore a backup; or purge the queues of the pages
named above to go on without them; or save what can be read with the ".recover" command of the sqlite3 shell.`;

function stats(folder: string, json: boolean): CommandOutput {
  const path = databasePath(folder);
  const database = openForReading(path);
  try {
    const counted = storeStats(database);
    return succeeded(json ? `${JSON.stringify(counted, undefined, 2)}\n` : describe(counted));
  } catch (error) {
    throw explain(path, error);
  } finally {
    database.close();
  }
}

function describe(stats: StoreStats): string {
  const { path, fileBytes, logBytes, freeBytes, schemaVersion, vhosts, users, exchanges, bindings } = stats;
  const { queues, delayed } = stats;
  const summary = [
    `file      ${path}, schema version ${schemaVersion}`,
    `size      ${size(fileBytes)}, of which unused ${size(freeBytes)}; log ${size(logBytes)}`,
    `topology  ${vhosts} vhosts, ${users} users, ${exchanges} exchanges, ${queues.length} queues, ${bindings} bindings`,
    `messages  ${stats.messages} in ${size(stats.bytes)}, and ${stats.bodies} bodies kept apart in ${size(stats.bodyBytes)}`,
  ];
  const queueRows = queues.map((queue) => [...numbers(queue), String(queue.keys), queue.vhost, queue.name]);
  const delayedRows = delayed.map((exchange) => [...numbers(exchange), exchange.vhost, exchange.name]);
  const lines = [
    ...summary,
    ...table(['messages', 'bytes', 'bodies', 'keys'], ['vhost', 'queue'], queueRows),
    ...table(['messages', 'bytes', 'bodies'], ['vhost', 'delayed by exchange'], delayedRows),
  ];
  return `${lines.join('\n')}\n`;
}

function numbers({ messages, bytes, bodyBytes }: LogStats): string[] {
  return [String(messages), size(bytes), size(bodyBytes)];
}

/** Under an empty line, the columns of numbers to the right. Nothing if there is nothing to list. */
function table(ofNumbers: readonly string[], ofNames: readonly string[], listed: readonly string[][]): string[] {
  if (listed.length === 0) return [];
  const rows = [[...ofNumbers, ...ofNames], ...listed];
  const widths = rows[0].map((_, column) => rows.reduce((width, row) => Math.max(width, row[column].length), 0));
  const lines = rows.map((row) =>
    row
      .map((cell, n) => (n < ofNumbers.length ? cell.padStart(widths[n]) : cell.padEnd(widths[n])))
      .join('  ')
      .trimEnd(),
  );
  return ['', ...lines];
}

function succeeded(text: string): CommandOutput {
  return { text, exitCode: EXIT.ok };
}
