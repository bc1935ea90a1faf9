/** One call of `leveret COMMAND`: tables and sentences in a terminal, JSON elsewhere and with `--json`. */
import { describeFailure } from '../../failure.ts';
import { EXIT } from '../../exit-codes.ts';
import { ApiError, AppStoppedError } from '../api.ts';
import type { Command, Tool } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { TimeoutError, UnreachableError } from '../exchange.ts';
import { commandIn, readCommandLine } from '../options.ts';
import type { Output } from '../output/output.ts';
import { isOffline, offline } from '../offline.ts';
import { callOf, type Surroundings, whereIs } from '../run.ts';
import { asJson, asText } from './print.ts';

/** `terminal`: true if a person reads the output. */
export async function runFriendly(
  tool: Tool,
  argv: readonly string[],
  { env, out, err }: Surroundings,
  terminal: boolean,
): Promise<number> {
  const command = commandIn(tool, argv);
  try {
    const line = readCommandLine(tool, argv);
    if (line === 'help') return EXIT.ok;
    if (line.options.has('help')) {
      out(helpOf(line.command, tool));
      return EXIT.ok;
    }
    const print = (output: Output): void =>
      out(terminal && !line.options.has('json') ? asText(output) : asJson(output));
    const call = callOf(line, '', env, print);
    try {
      const ask = async (): Promise<void> => print(await line.command.run(call));
      await (isOffline(line) ? offline(whereIs(line), env, ask) : ask());
    } catch (error) {
      const inItsWords = error instanceof ApiError ? line.command.on?.[error.status] : undefined;
      throw inItsWords === undefined ? error : await inItsWords(call, error as ApiError);
    }
    return EXIT.ok;
  } catch (error) {
    const { text, exitCode } = failureOf(error, command);
    err(`leveret: ${text}\n`);
    return exitCode;
  }
}

function helpOf({ name, words, options = [], description }: Command, { options: common }: Tool): string {
  const rows = [...options, ...common].map(({ name: long, short, value }) => {
    const of = value === undefined ? '' : ` ${value}`;
    return `  ${short === undefined ? '    ' : `-${short}, `}--${long}${of}`;
  });
  return `Usage: leveret ${[name, words].filter(Boolean).join(' ')} [options]\n\n${description}\n\nOptions:\n${rows.join('\n')}\n`;
}

function failureOf(error: unknown, command: Command | undefined): { readonly text: string; readonly exitCode: number } {
  if (error instanceof CommandError) {
    const help = error.exitCode === EXIT.usage && command !== undefined ? `; see leveret ${command.name} --help` : '';
    return {
      text: error.message.replace(/^Error \(argument validation\): /, '').replace(/\.$/, '') + help,
      exitCode: error.exitCode,
    };
  }
  if (error instanceof ApiError) return { text: error.message, exitCode: EXIT.unavailable };
  if (error instanceof AppStoppedError) {
    return { text: 'the broker is stopped: start it with rabbitmqctl start_app', exitCode: EXIT.unavailable };
  }
  if (error instanceof UnreachableError) {
    return {
      text: `no broker answers at ${error.message}: name its data folder with --data-dir, or its API with --url`,
      exitCode: EXIT.unavailable,
    };
  }
  if (error instanceof TimeoutError) return { text: `no answer within ${error.message} ms`, exitCode: EXIT.timeout };
  const { lines, exitCode } = describeFailure(error);
  return { text: lines.join('\n'), exitCode };
}
