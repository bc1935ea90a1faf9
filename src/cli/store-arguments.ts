/** The grammar of the commands that look after the data folder. */
import type { Command } from 'commander';
import type { CommandLineValues } from '../config/load.ts';
import { addCommand } from './command-options.ts';
import { UsageError } from './failure.ts';

export type StoreAction =
  | { readonly kind: 'check' }
  | { readonly kind: 'stats'; readonly json: boolean }
  | { readonly kind: 'compact' }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  | { readonly kind: 'seal' | 'unseal' }
  | { readonly kind: 'rotate'; readonly newKey: string }
  | { readonly kind: 'backup'; readonly file: string; readonly force: boolean };

/** `take` is called with what the command line asks for, if it is one of these. */
export function addStoreCommands(
  program: Command,
  take: (values: CommandLineValues, action: StoreAction) => void,
): void {
  const store = program
    .command('store')
    .description('Look after the data folder: check, stats, compact, copy, seal, unseal, rotate')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .action(() => {
      throw new UsageError('store takes one of the commands check, stats, compact, copy, seal, unseal and rotate');
    });
  const add = (parent: Command, usage: string, description: string) =>
    addCommand(parent, usage, description, ['dataDir', 'storeKey']);

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
  addCommand(
    store,
    'copy <from> <to>',
    'Copy a data folder into a database (postgres://...), or back; no broker may run',
    ['storeKey'],
  ).action((from: string, to: string, values: CommandLineValues) => take(values, { kind: 'copy', from, to }));
  add(store, 'seal', 'Seal a store that is not, with --store-key; the broker must not run').action(
    (values: CommandLineValues) => take(values, { kind: 'seal' }),
  );
  add(store, 'unseal', 'Have a sealed store be so no more; the broker must not run').action(
    (values: CommandLineValues) => take(values, { kind: 'unseal' }),
  );
  add(store, 'rotate', 'Seal a sealed store with another key; the broker may run')
    .requiredOption('--new-key <source>', 'Where the new key is, as for --store-key')
    .action(({ newKey, ...values }: CommandLineValues & { newKey: string }) => {
      take(values, { kind: 'rotate', newKey });
    });
  add(program, 'backup <file>', 'Copy the store into one file; the broker may run')
    .option('--force', 'Replace the file if there is one')
    .action((file: string, { force, ...values }: CommandLineValues & { force?: boolean }) => {
      if (file === '') throw new UsageError('backup takes the name of a file to write');
      take(values, { kind: 'backup', file, force: force === true });
    });
}
