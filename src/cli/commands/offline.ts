/** `--offline`: asks the broker of a folder that does not run. It is started for the one command, and lets nobody in. */
import { EXIT } from '../exit-codes.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { dataFolder, type Whereabouts } from './locate.ts';
import type { CommandLine } from './options.ts';

/** True unless the command has an option of that name with another meaning. */
export function isOffline({ command, options }: CommandLine): boolean {
  return options.has('offline') && !hasItsOwn(command);
}

function hasItsOwn({ options = [] }: Command): boolean {
  return options.some(({ name }) => name === 'offline');
}

/** Throws CommandError, StoreError if a broker runs on the folder, and what `ask` throws. */
export async function offline(where: Whereabouts, env: NodeJS.ProcessEnv, ask: () => Promise<void>): Promise<void> {
  const folder = where.url === undefined ? await dataFolder(where, env) : undefined;
  if (folder === undefined) throw new CommandError(EXIT.usage, '--offline is for the broker of a data folder');
  const [{ Broker }, { databasePath, openForReading }] = await Promise.all([
    import('../../embed/broker.ts'),
    import('../../store/sqlite/database-file.ts'),
  ]);
  // A look must neither make a store nor convert that of an older version.
  openForReading(databasePath(folder)).close();
  const broker = await Broker.start({ dataDir: folder }, { onlyForCommands: true });
  try {
    await ask();
  } finally {
    await broker.stop();
  }
}
