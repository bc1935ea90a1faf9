/**
 * The commands that are not asked of a broker's API: they look after a data folder, a health check, a test or a shell. What each takes stands
 * here once: the grammar (arguments.ts, store-arguments.ts), `leveret --help` and what shells complete are made of it.
 */
import type { SettingName } from '../config/option.ts';

export interface OwnOption {
  readonly name: string;
  /** What stands for its value in the help; undefined if it takes none. */
  readonly value?: string;
  readonly description: string;
  readonly required?: true;
}

export interface OwnCommand {
  /** One word, or two: `store check`. */
  readonly name: string;
  /** The words behind the name, as the usage line has them. */
  readonly words?: string;
  readonly description: string;
  /** The broker's options that it takes. */
  readonly settings: readonly SettingName[];
  readonly options?: readonly OwnOption[];
}

/** In seconds. */
export const DEFAULT_PING_TIMEOUT = 5;

/** Where the store is. */
const STORE = ['dataDir', 'store', 'storeKey'] as const;

export const OWN_COMMANDS = [
  {
    name: 'ping',
    description: 'Check that a broker answers; for health checks',
    settings: ['port', 'host'],
    options: [
      {
        name: 'timeout',
        value: '<seconds>',
        description: `How long to wait for the answer (default: ${DEFAULT_PING_TIMEOUT})`,
      },
    ],
  },
  {
    name: 'test',
    description: 'Start a broker for tests, and print its URLs as JSON',
    // Their defaults are the library's.
    settings: ['port', 'host', 'managementPort', 'memory', 'dataDir', 'consumerTimeout'],
    options: [
      {
        name: 'control-port',
        value: '<port>',
        description: 'Port of the control API; 0 takes any free port (default: 0)',
      },
      {
        name: 'control-host',
        value: '<host>',
        description: 'Where that listens; whoever reaches it may do anything (default: 127.0.0.1)',
      },
      { name: 'manual-clock', description: 'Message time stands still until a test moves it' },
    ],
  },
  {
    name: 'store check',
    description: 'Read the whole store and tell what is damaged; the broker may run',
    settings: STORE,
  },
  {
    name: 'store stats',
    description: 'Count queues, messages and bytes; the broker may run',
    settings: STORE,
    options: [{ name: 'json', description: 'Print JSON' }],
  },
  {
    name: 'store compact',
    description: 'Write the file anew without its unused room; the broker must not run',
    settings: STORE,
  },
  {
    name: 'store copy',
    words: '<from> <to>',
    description: 'Copy a data folder into a database (postgres://...), or back; no broker may run',
    settings: ['storeKey'],
    options: [
      {
        name: 'new-key',
        value: '<source>',
        description: 'Where the key of the copy is, if it is another than --store-key; none: the copy is not sealed',
      },
    ],
  },
  {
    name: 'store seal',
    description: 'Seal a store that is not, with --store-key; no broker may run',
    settings: STORE,
  },
  {
    name: 'store unseal',
    description: 'Have a sealed store be so no more; no broker may run',
    settings: STORE,
  },
  {
    name: 'store rotate',
    description: 'Seal a sealed store with another key; the broker may run',
    settings: STORE,
    options: [
      {
        name: 'new-key',
        value: '<source>',
        description: 'Where the new key is, as for --store-key',
        required: true,
      },
    ],
  },
  {
    name: 'backup',
    words: '<file>',
    description: 'Copy the store into one file; the broker may run',
    settings: STORE,
    options: [{ name: 'force', description: 'Replace the file if there is one' }],
  },
] as const satisfies readonly OwnCommand[];

export type OwnName = (typeof OWN_COMMANDS)[number]['name'];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The second words of the commands that begin with `store`. */
export const STORE_COMMANDS: readonly string[] = OWN_COMMANDS.flatMap(({ name }) => {
  const [first, second] = name.split(' ');
  return first === 'store' ? [second] : [];
});

export function ownCommand(name: OwnName): OwnCommand {
  return OWN_COMMANDS.find((command) => command.name === name)!;
}
