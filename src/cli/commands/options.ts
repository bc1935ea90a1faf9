/** Reads a command line as RabbitMQ's tools do: options stand anywhere, and the first word is the command. */
import { EXIT } from '../exit-codes.ts';
import type { Call, Command, CommandOption, Tool } from './command.ts';
import { wordCount } from './command.ts';
import { ArgumentError, CommandError } from './command-error.ts';
import { nearestCommand, toolUsage } from './help.ts';

/** What every command takes. Those that name a node and the way to it say nothing here: a data folder has one broker. */
export const COMMON_OPTIONS: readonly CommandOption[] = [
  { name: 'node', short: 'n', value: '<node>' },
  { name: 'longnames', short: 'l' },
  { name: 'erlang-cookie', value: '<cookie>' },
  { name: 'quiet', short: 'q' },
  { name: 'silent', short: 's' },
  { name: 'timeout', short: 't', value: '<seconds>', form: /^(infinity|\d*\.?\d+)$/ },
  { name: 'formatter', value: '<formatter>' },
  { name: 'no-table-headers' },
  { name: 'vhost', short: 'p', value: '<vhost>' },
  { name: 'help', short: 'h' },
  { name: 'data-dir', value: '<folder>' },
  { name: 'config', value: '<file>' },
  { name: 'url', value: '<url>' },
  { name: 'offline' },
];

export interface CommandLine {
  readonly command: Command;
  readonly words: Call['words'];
  readonly options: ReadonlyMap<string, string | true>;
}

/** @throws CommandError */
export function readCommandLine(tool: Tool, argv: readonly string[]): CommandLine | 'help' {
  const name = firstWords(tool, argv)[0];
  if (name === undefined) {
    if (argv.some((word) => word === '--help' || word === '-h')) return 'help';
    throw new CommandError(EXIT.usage, `\n${toolUsage(tool)}`, true);
  }
  const command = commandIn(tool, argv);
  if (command === undefined) throw unknownCommand(tool, name);
  const { words: all, options, invalid } = read(argv, [...(command.options ?? []), ...tool.options]);
  const words = all.slice(command.name.split(' ').length);
  if (command.takesAnything) return { command, words, options };
  if (invalid !== undefined) throw new ArgumentError(`Invalid options for this command:\n${invalid}`);
  const { least, most } = wordCount(command);
  if (!options.has('help') && words.length < least) throw new ArgumentError('not enough arguments.');
  if (words.length > most) throw new ArgumentError('too many arguments.');
  return { command, words, options };
}

/** The command that a command line names, whatever else is wrong with it. */
export function commandIn(tool: Tool, argv: readonly string[]): Command | undefined {
  const [first, second] = firstWords(tool, argv);
  const named = (name: string): Command | undefined => tool.commands.find((row) => row.name === name);
  return named(`${first} ${second}`) ?? named(first);
}

interface ReadOptions {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
  /** The first one that there is not, that lacks its value, or whose value cannot be; with that. */
  readonly invalid: string | undefined;
}

function read(argv: readonly string[], known: readonly CommandOption[]): ReadOptions {
  const words: string[] = [];
  const options = new Map<string, string | true>();
  let invalid: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at];
    if (word === '--') return { words: [...words, ...argv.slice(at + 1)], options, invalid };
    const [, dashes, name, given] = /^(--?)([a-z][\w-]*)(?:=(.*))?$/is.exec(word) ?? [];
    if (dashes === undefined) {
      words.push(word);
      continue;
    }
    const option = known.find((one) => (dashes === '--' ? one.name === name.replaceAll('_', '-') : one.short === name));
    if (option === undefined) invalid ??= `${word} : `;
    else if (option.value === undefined) options.set(option.name, true);
    else {
      const value = given ?? argv[++at];
      if (value === undefined) invalid ??= `${word} : `;
      else if (option.form?.test(value) === false) invalid ??= `${dashes}${name} : ${value}`;
      else options.set(option.name, value);
    }
  }
  return { words, options, invalid };
}

function firstWords({ options }: Tool, argv: readonly string[]): readonly string[] {
  return read(argv, options).words;
}

function unknownCommand(tool: Tool, name: string): CommandError {
  const nearest = nearestCommand(tool, name);
  const rest = nearest === undefined ? toolUsage(tool) : `Did you mean '${nearest}'? \n`;
  return new CommandError(EXIT.usage, `\nCommand '${name}' not found. \n${rest}`, true);
}
