/** The commands that look after a store, of one that is in a database: what the database does itself is refused, with how. */
import { recordsProblem } from '../broker/log/record-check.ts';
import { refuseSealed, sealToLook } from '../store/sealing/data-keys.ts';
import { checkDatabase } from '../store/postgres/check.ts';
import { readDatabase } from '../store/postgres/reading.ts';
import { readSealedKeys } from '../store/postgres/sealing-table.ts';
import { databaseStats, type NodeStats } from '../store/postgres/stats.ts';
import { type ResealingProgress, StoreError } from '../store/store.ts';
import { EXIT } from './exit-codes.ts';
import { rotateRunning, untilSealedAnew } from './rotate.ts';
import { size } from './sizes.ts';
import { openAlone } from './sole-node.ts';
import type { StoreAction } from './store-arguments.ts';
import { masterKey, masterKeyIfAny } from './store-keys.ts';
import { checkOutput, type CommandOutput, rotateOutput, statsOutput, succeeded } from './store-report.ts';

/** What there is instead. */
const REFUSED: Readonly<Record<'compact' | 'backup', string>> = {
  compact: 'store compact is for data folders: autovacuum gives room free again, and VACUUM FULL gives it back.',
  backup: 'backup is for data folders: pg_dump and the other tools of PostgreSQL make backups of a database.',
};

const ADVICE = `The store is damaged. Restore a backup of the database; or purge the queues of the pages named above to go on without them.`;

const ROTATE_THERE = 'have it take the key by this command where it runs, with its --data-dir, or stop all nodes first';

export interface DatabaseCommand {
  readonly url: string;
  /** Where a node of this machine is asked; undefined: it is not. */
  readonly folder: string | undefined;
  readonly keySource: string | undefined;
  /** Told how far it is, if it takes long. */
  readonly tell: (line: string) => void;
}

/** Rejects with StoreError. */
export async function runDatabaseCommand(
  command: DatabaseCommand,
  action: Exclude<StoreAction, { readonly kind: 'copy' }>,
): Promise<CommandOutput> {
  const { url, keySource } = command;
  switch (action.kind) {
    case 'check':
      return check(command);
    case 'stats':
      return stats(url, action.json);
    case 'seal':
      return reseal(url, 'seal', undefined, masterKey(keySource));
    case 'unseal':
      return reseal(url, 'unseal', masterKey(keySource), undefined);
    case 'rotate':
      return rotateOutput('The store', await rotate(command, masterKey(action.newKey, '--new-key')));
    default:
      throw new StoreError(`The store is in a database; ${REFUSED[action.kind]}`);
  }
}

/** Without the key of a sealed store all is checked but what messages hold. */
function check({ url, keySource }: DatabaseCommand): Promise<CommandOutput> {
  const key = masterKeyIfAny(keySource);
  return readDatabase(url, async ({ session, place }) => {
    const seal = sealToLook(await readSealedKeys(session), key, place);
    return checkOutput(place, await checkDatabase(session, recordsProblem, seal), seal, ADVICE);
  });
}

async function stats(url: string, json: boolean): Promise<CommandOutput> {
  const found = await readDatabase(url, databaseStats);
  const { place, schemaVersion, tableBytes, deadRows, nodes } = found;
  return statsOutput(found, json, [
    `database  ${place}, schema version ${schemaVersion}`,
    `size      ${size(tableBytes)}; ${deadRows} rows that autovacuum has to remove`,
    `nodes     ${nodes.map(describeNode).join(', ') || 'none yet'}`,
  ]);
}

const DONE = {
  seal: 'The store is sealed: all nodes are started with --store-key from now on',
  unseal: 'The store is not sealed any more',
} as const;

async function reseal(
  url: string,
  action: keyof typeof DONE,
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
): Promise<CommandOutput> {
  // Of one that is not there nothing is made.
  await readDatabase(url, async ({ session, place }) => {
    const keys = await readSealedKeys(session);
    if (from === undefined) refuseSealed(keys, place);
  });
  const store = await openAlone(url, `leveret store ${action}`, from);
  try {
    const notVacuumed = await store.reseal(to);
    if (notVacuumed === undefined) return succeeded(`${DONE[action]}\n`);
    const text = `${DONE[action]}. But its tables have what was there before in unused room until VACUUM FULL writes them anew, which failed: ${notVacuumed}\n`;
    return { text, exitCode: EXIT.store };
  } finally {
    await store.close();
  }
}

/** By the node that serves the clients, if it is of this machine; or with none. Resolves to the number of rows that are damaged, and are not sealed anew. */
async function rotate({ url, folder, keySource, tell }: DatabaseCommand, key: Uint8Array): Promise<number> {
  const damaged = folder === undefined ? undefined : await rotateRunning(folder, key, tell);
  if (damaged !== undefined) return damaged;
  await readDatabase(url, ({ session }) => readSealedKeys(session));
  const store = await openAlone(url, 'leveret store rotate', masterKey(keySource), ROTATE_THERE);
  let fenced: string | undefined;
  store.onFenced((reason) => (fenced = reason));
  const progress = async (): Promise<ResealingProgress> => {
    if (fenced !== undefined) throw new StoreError(`${fenced}: a node with the new key goes on when it is started.`);
    return Promise.resolve(store.resealing!);
  };
  try {
    store.recover();
    await store.changeKey(key);
    return await untilSealedAnew(progress, tell);
  } finally {
    // Of one that was taken over it was said why.
    await store.close().catch((error: unknown) => {
      if (fenced === undefined) throw error;
    });
  }
}

function describeNode({ name, active, alive }: NodeStats): string {
  return `${name} (${active ? 'active' : alive ? 'waiting' : 'stopped'})`;
}
