/** One call in the form of RabbitMQ 4.x: tables with borders, or without for scripts; exit codes of sysexits.h. */
import { EXIT } from '../../../exit-codes.ts';
import { CommandError } from '../../command-error.ts';
import type { Surroundings } from '../../run.ts';
import { AdminError } from '../admin-error.ts';
import { AdminConnection } from '../connection.ts';
import { withFile } from '../options.ts';
import { perform } from './commands.ts';
import { type LaterLine, readLater } from './grammar.ts';
import { bordered, plain } from './table.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  RABBITMQADMIN_CONFIG_FILE_PATH: 'config',
  RABBITMQADMIN_NODE_ALIAS: 'node',
  RABBITMQADMIN_TARGET_HOST: 'hostname',
  RABBITMQADMIN_TARGET_PORT: 'port',
  RABBITMQADMIN_BASE_URI: 'base_uri',
  RABBITMQADMIN_API_PATH_PREFIX: 'path_prefix',
  RABBITMQADMIN_TARGET_VHOST: 'vhost',
  RABBITMQADMIN_USERNAME: 'username',
  RABBITMQADMIN_PASSWORD: 'password',
  RABBITMQADMIN_QUIET_MODE: 'quiet',
  RABBITMQADMIN_NON_INTERACTIVE_MODE: 'non_interactive',
};

export async function runLater(argv: readonly string[], { env, out, err }: Surroundings): Promise<number> {
  try {
    const line = readLater(argv);
    if (line === undefined) throw new CommandError(EXIT.usage, `error: a value is required for '${argv.at(-1)}'`);
    const [first, second] = line.words;
    if (second === undefined || line.words.length > 2) {
      throw new CommandError(EXIT.usage, `error: a command is two words, such as 'queues list' or 'declare queue'`);
    }
    const options = optionsOf(line, env);
    const table = styleOf(options);
    const answer = await perform(first, second, {
      connection: new AdminConnection(options, (text) => err(`${text}\n`)),
      vhost: options.get('vhost'),
      given: line.given,
      idempotently: options.has('idempotently'),
    });
    out(typeof answer === 'object' ? table(answer) : textOf(answer, options));
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommandError) err(`${error.message}\n`);
    else if (error instanceof AdminError) err(`Error: ${error.message.replace(/^\*\*\* |^\nERROR: /, '').trim()}\n`);
    else throw error;
    return error instanceof CommandError ? error.exitCode : exitCodeOf(error);
  }
}

/** What stands on the command line, then in variables, then in the file, where texts are quoted. */
function optionsOf({ words, options }: LaterLine, env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const variables = Object.entries(VARIABLES).flatMap(([name, key]) => (env[name] ? [[key, env[name]] as const] : []));
  const { options: all } = withFile({ words, options: new Map([...variables, ...options]) }, env);
  const unquoted = Array.from(all, ([key, value]) => [key, value.replace(/^(["'])(.*)\1$/, '$2')] as const);
  const read = new Map(unquoted);
  // The older form's stands before /api, and this one's in its place.
  const prefix = read.get('path_prefix');
  if (prefix !== undefined) read.set('root', prefix).delete('path_prefix');
  return read;
}

function exitCodeOf({ status }: AdminError): number {
  if (status === undefined) return EXIT.usage;
  if (status === 'unreachable') return EXIT.store;
  return status < 500 ? EXIT.data : EXIT.unavailable;
}

/** Throws CommandError. */
function styleOf(options: ReadonlyMap<string, string>): typeof bordered {
  const style = options.has('non_interactive') ? 'borderless' : (options.get('table_style') ?? 'modern');
  if (style === 'modern' || style === 'borderless') return style === 'modern' ? bordered : plain;
  throw new CommandError(EXIT.usage, `error: --table-style takes modern or borderless, not '${style}'`);
}

function textOf(answer: string | undefined, options: ReadonlyMap<string, string>): string {
  return answer === undefined || options.has('quiet') ? '' : `${answer}\n`;
}
