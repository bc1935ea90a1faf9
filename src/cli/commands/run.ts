/** One call of a tool: reads the command line, asks, prints, and returns the exit code. */
import { nodeName } from '../../util/node-name.ts';
import { describeFailure } from '../failure.ts';
import { EXIT } from '../exit-codes.ts';
import { Api, ApiError, AppStoppedError } from './api.ts';
import type { Call, Tool } from './command.ts';
import { ArgumentError, CommandError } from './command-error.ts';
import { TimeoutError, UnreachableError } from './exchange.ts';
import { commandHelp, toolUsage, usage } from './help.ts';
import { locate, type Whereabouts } from './locate.ts';
import { isOffline, offline } from './offline.ts';
import { commandIn, type CommandLine, readCommandLine } from './options.ts';
import { isForPrograms, print, readFormatter } from './output/print.ts';
import { readInput } from './input.ts';

/** Where a tool writes to, and what it knows of its surroundings. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const NEEDS_APP =
  "this command requires the 'rabbit' app to be running on the target node. Start it with 'rabbitmqctl start_app'.";

export async function runTool(tool: Tool, argv: readonly string[], around: Surroundings): Promise<number> {
  const { env, out, err } = around;
  let node = defaultNode(env);
  const command = commandIn(tool, argv);
  try {
    const line = readCommandLine(tool, argv);
    if (line === 'help') {
      out(`${toolUsage(tool)}\n`);
      return EXIT.ok;
    }
    node = valueOf(line, 'node') ?? node;
    await run(tool, line, node, around);
    return EXIT.ok;
  } catch (error) {
    const { text, exitCode } = failureOf(error, node, command?.name ?? tool.name);
    const asked = command !== undefined && isOfTheLine(error);
    err(asked ? `${text}\nArguments given:\n\t${argv.join(' ')}\n\n${usage(tool, command)}\n` : `${text}\n`);
    return exitCode;
  }
}

/** True for what is wrong with what was asked for, be it now or at all: the usage is told, and nothing before it. */
function isOfTheLine(error: unknown): boolean {
  return error instanceof ArgumentError || error instanceof AppStoppedError;
}

async function run(tool: Tool, line: CommandLine, node: string, { env, out }: Surroundings): Promise<void> {
  const { command, options } = line;
  if (options.has('help')) {
    out(`${commandHelp(tool, command)}\n`);
    return;
  }
  const formatter = readFormatter(valueOf(line, 'formatter'));
  const headers = !options.has('silent') && !options.has('no-table-headers');
  const call = callOf(line, node, env, (output) => out(print(output, formatter, headers)));
  const quiet = options.has('quiet') || options.has('silent') || isForPrograms(formatter);
  const banner = quiet || command.banner === undefined ? '' : `${command.banner(call)}\n`;
  // What takes long says first what it is about to do.
  if (command.waits) out(banner);
  try {
    const ask = async (): Promise<void> => {
      const output = await command.run(call);
      out((command.waits ? '' : banner) + print(output, formatter, headers));
    };
    await (isOffline(line) ? offline(whereIs(line), env, ask) : ask());
  } catch (error) {
    if (!command.waits && !isOfTheLine(error)) out(banner);
    const inItsWords = error instanceof ApiError ? command.on?.[error.status] : undefined;
    throw inItsWords === undefined ? error : await inItsWords(call, error as ApiError);
  }
}

/** Throws CommandError. */
export function callOf(line: CommandLine, node: string, env: NodeJS.ProcessEnv, print: Call['print']): Call {
  const timeout = readTimeout(valueOf(line, 'timeout'));
  const where = whereIs(line);
  return {
    words: line.words,
    vhost: valueOf(line, 'vhost') ?? '/',
    node,
    api: new Api(() => locate(where, env), timeout),
    timeout,
    option: (name) => valueOf(line, name),
    flag: (name) => line.options.has(name),
    input: readInput,
    print,
  };
}

export function whereIs(line: CommandLine): Whereabouts {
  return { url: valueOf(line, 'url'), dataDir: valueOf(line, 'data-dir'), config: valueOf(line, 'config') };
}

function valueOf({ options }: CommandLine, name: string): string | undefined {
  const value = options.get(name);
  return value === true ? undefined : value;
}

/** In milliseconds. RabbitMQ's option is in seconds, and `infinity` is none. */
function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined || text === 'infinity') return undefined;
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= 1_000_000) return seconds * 1000;
  throw new CommandError(EXIT.usage, `--timeout must be a number of seconds, not ${JSON.stringify(text)}`);
}

/** RabbitMQ's form, which is in scripts' patterns. */
function defaultNode(env: NodeJS.ProcessEnv): string {
  return env['RABBITMQ_NODENAME'] || nodeName();
}

function failureOf(error: unknown, node: string, operation: string): { text: string; exitCode: number } {
  if (error instanceof CommandError) {
    return { text: error.bare ? error.message : `Error:\n${error.message}`, exitCode: error.exitCode };
  }
  if (error instanceof ApiError) return { text: `Error:\n${error.message}`, exitCode: EXIT.unavailable };
  if (error instanceof AppStoppedError) return { text: `Error: ${NEEDS_APP}`, exitCode: EXIT.usage };
  if (error instanceof UnreachableError) {
    return {
      text: `Error: unable to perform an operation on node '${node}'. Please see diagnostics information and suggestions below.\n\nNo broker answers at ${error.message}\nIs it running, as this user, with this data folder? Name it by --data-dir or LEVERET_DATA_DIR, or its API by --url.`,
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof TimeoutError) {
    return {
      text: `Error: operation ${operation} on node ${node} timed out. Timeout value used: ${error.message}`,
      exitCode: EXIT.timeout,
    };
  }
  const { lines, exitCode } = describeFailure(error);
  return { text: lines.join('\n'), exitCode };
}
