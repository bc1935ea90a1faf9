/** The commands that look after a store, of one that is in a database: what the database does itself is refused, with how. */
import { recordsProblem } from '../broker/log/record-check.ts';
import { checkDatabase } from '../store/postgres/check.ts';
import { readDatabase } from '../store/postgres/reading.ts';
import { databaseStats, type NodeStats } from '../store/postgres/stats.ts';
import { StoreError } from '../store/store.ts';
import { size } from './sizes.ts';
import type { StoreAction } from './store-arguments.ts';
import { checkOutput, type CommandOutput, statsOutput } from './store-report.ts';

const SEALING = 'is for data folders: have the database encrypt its disks.';
/** What there is instead. */
const REFUSED: Readonly<Record<Exclude<StoreAction['kind'], 'check' | 'stats' | 'copy'>, string>> = {
  compact: 'store compact is for data folders: autovacuum gives room free again, and VACUUM FULL gives it back.',
  seal: `store seal ${SEALING}`,
  unseal: `store unseal ${SEALING}`,
  rotate: `store rotate ${SEALING}`,
  backup: 'backup is for data folders: pg_dump and the other tools of PostgreSQL make backups of a database.',
};

const ADVICE = `The store is damaged. Restore a backup of the database; or purge the queues of the pages named above to go on without them.`;

/** Rejects with StoreError. */
export async function runDatabaseCommand(
  url: string,
  command: Exclude<StoreAction['kind'], 'copy'>,
  json: boolean,
): Promise<CommandOutput> {
  if (command === 'check') {
    return readDatabase(url, async ({ session, place }) =>
      checkOutput(place, await checkDatabase(session, recordsProblem), [], ADVICE),
    );
  }
  if (command === 'stats') {
    const stats = await readDatabase(url, databaseStats);
    const { place, schemaVersion, tableBytes, deadRows, nodes } = stats;
    return statsOutput(stats, json, [
      `database  ${place}, schema version ${schemaVersion}`,
      `size      ${size(tableBytes)}; ${deadRows} rows that autovacuum has to remove`,
      `nodes     ${nodes.map(describeNode).join(', ') || 'none yet'}`,
    ]);
  }
  throw new StoreError(`The store is in a database; ${REFUSED[command]}`);
}

function describeNode({ name, active, alive }: NodeStats): string {
  return `${name} (${active ? 'active' : alive ? 'waiting' : 'stopped'})`;
}
