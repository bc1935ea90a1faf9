/** The grammar of the commands that look after the data folder. */
import type { Command } from 'commander';
import type { CommandLineValues } from '../config/load.ts';
import { addCommand } from './command-options.ts';
import { UsageError } from './failure.ts';

export type StoreAction =
  | { readonly kind: 'check' }
  | { readonly kind: 'stats'; readonly json: boolean }
  | { readonly kind: 'compact' }
  | { readonly kind: 'backup'; readonly file: string; readonly force: boolean };

/** `take` is called with what the command line asks for, if it is one of these. */
export function addStoreCommands(
  program: Command,
  take: (values: CommandLineValues, action: StoreAction) => void,
): void {
  const store = program
    .command('store')
    .description('Look after the data folder: check, stats, compact')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .action(() => {
      throw new UsageError('store takes one of the commands check, stats and compact');
    });
  const add = (parent: Command, usage: string, description: string) =>
    addCommand(parent, usage, description, ['dataDir']);

  add(store, 'check', 'Read the whole store and tell what is damaged; the broker may run').action(
    (values: CommandLineValues) => take(values, { kind: 'check' }),
  );
  add(store, 'stats', 'Count queues, messages and bytes; the broker may run')
    .option('--json', 'Print JSON')
    .action(({ json, ...values }: CommandLineValues & { json?: boolean }) => {
      take(values, { kind: 'stats', json: json === true });
    });
  add(store, 'compact', 'Write the file anew without its unused room; the broker must not run').action(
    (values: CommandLineValues) => take(values, { kind: 'compact' }),
  );
  add(program, 'backup <file>', 'Copy the store into one file; the broker may run')
    .option('--force', 'Replace the file if there is one')
    .action((file: string, { force, ...values }: CommandLineValues & { force?: boolean }) => {
      if (file === '') throw new UsageError('backup takes the name of a file to write');
      take(values, { kind: 'backup', file, force: force === true });
    });
}
