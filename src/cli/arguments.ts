/** The command line's grammar and its help, made from the option table. */
import { Command, CommanderError } from 'commander';
import type { CommandLineValues } from '../config/load.ts';
import { OPTIONS } from '../config/options.ts';
import { leveretVersion } from '../util/version.ts';
import { addCommand, commanderOption, configOption } from './command-options.ts';
import { UsageError } from './failure.ts';
import { DEFAULT_PING_TIMEOUT, ownCommand } from './own-commands.ts';
import { addStoreCommands, type StoreAction } from './store-arguments.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'start'; readonly values: CommandLineValues }
  | { readonly command: 'ping'; readonly values: CommandLineValues; readonly timeout: number }
  | {
      readonly command: 'test';
      readonly values: CommandLineValues;
      readonly controlPort: number;
      readonly controlHost: string | undefined;
      readonly manualClock: boolean;
    }
  | { readonly command: 'store'; readonly values: CommandLineValues; readonly action: StoreAction }
  | { readonly command: 'print'; readonly text: string };

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Invocation {
  let invocation: Invocation | undefined;
  let printed = '';
  const program = new Command('leveret')
    .description('An AMQP 0-9-1 broker that RabbitMQ clients use unchanged.\nWithout a command it starts the broker.')
    .version(leveretVersion(), '--version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureHelp({ helpWidth: 120, optionTerm: (option) => option.flags })
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => {} })
    .addOption(configOption())
    .addHelpText('after', `\n${FOOTER}`)
    .action((values: CommandLineValues) => {
      invocation = { command: 'start', values };
    });
  for (const option of OPTIONS) program.addOption(commanderOption(option));
  // A command's own options follow its name; before it they would be silently lost.
  program.enablePositionalOptions();

  addCommand(program, ownCommand('ping')).action((values: CommandLineValues) => {
    invocation = { command: 'ping', values, timeout: pingTimeout(values['timeout'] as string | undefined) };
  });
  addCommand(program, ownCommand('test')).action((values: CommandLineValues) => {
    const controlPort = portNumber(values['controlPort'] as string | undefined);
    const controlHost = values['controlHost'] as string | undefined;
    invocation = { command: 'test', values, controlPort, controlHost, manualClock: values['manualClock'] === true };
  });
  addStoreCommands(program, (values, action) => {
    invocation = { command: 'store', values, action };
  });

  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: 'print', text: printed };
    throw new UsageError(oneLine(error));
  }
  if (invocation?.command !== 'start' && Object.keys(program.opts()).length > 0) {
    throw new UsageError(`options of ${program.args[0]} come after it`);
  }
  return invocation!;
}

function oneLine({ code, message }: CommanderError): string {
  if (code === 'commander.excessArguments') return message.replace(/^.*: (.*)\.$/s, 'unexpected argument "$1"');
  return message.replace(/^error: /, '').replace(/\n/g, ' ');
}

function pingTimeout(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PING_TIMEOUT;
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= 3600) return seconds;
  throw new UsageError(`--timeout must be a number of seconds from 0 to 3600, not ${JSON.stringify(text)}`);
}

function portNumber(text = '0'): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new UsageError(`--control-port must be a number from 0 to 65535, not ${JSON.stringify(text)}`);
}

const FOOTER = `Each option is also an environment variable (--data-dir is LEVERET_DATA_DIR) and a key of the config file (dataDir).
The command line wins over the environment, and that over the file.`;
