/** The grammar of the commands that look after the data folder. */
import type { Command } from 'commander';
import type { CommandLineValues } from '../config/load.ts';
import { addCommand } from './command-options.ts';
import { UsageError } from './failure.ts';
import { ownCommand, STORE_COMMANDS } from './own-commands.ts';

export type StoreAction =
  | { readonly kind: 'check' }
  | { readonly kind: 'stats'; readonly json: boolean }
  | { readonly kind: 'compact' }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly newKey: string | undefined }
  | { readonly kind: 'seal' | 'unseal' }
  | { readonly kind: 'rotate'; readonly newKey: string }
  | { readonly kind: 'backup'; readonly file: string; readonly force: boolean };

/** What commander found of a command's own options. */
interface Found {
  readonly json?: boolean;
  readonly newKey?: string;
  readonly force?: boolean;
}

/** `take` is called with what the command line asks for, if it is one of these. */
export function addStoreCommands(
  program: Command,
  take: (values: CommandLineValues, action: StoreAction) => void,
): void {
  const known = STORE_COMMANDS.join(', ');
  const store = program
    .command('store')
    .description(`Look after the data folder: ${known}`)
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .action(() => {
      throw new UsageError(`store takes one of the commands ${known.replace(/, (\w+)$/, ' and $1')}`);
    });
  for (const kind of ['check', 'compact', 'seal', 'unseal'] as const) {
    addCommand(store, ownCommand(`store ${kind}`)).action((values: CommandLineValues) => take(values, { kind }));
  }
  addCommand(store, ownCommand('store stats')).action(({ json, ...values }: CommandLineValues & Found) => {
    take(values, { kind: 'stats', json: json === true });
  });
  type CopyFound = CommandLineValues & Found;
  addCommand(store, ownCommand('store copy')).action((from: string, to: string, { newKey, ...values }: CopyFound) => {
    take(values, { kind: 'copy', from, to, newKey });
  });
  addCommand(store, ownCommand('store rotate')).action(({ newKey, ...values }: CommandLineValues & Found) => {
    take(values, { kind: 'rotate', newKey: newKey! });
  });
  addCommand(program, ownCommand('backup')).action((file: string, { force, ...values }: CommandLineValues & Found) => {
    if (file === '') throw new UsageError('backup takes the name of a file to write');
    take(values, { kind: 'backup', file, force: force === true });
  });
}
