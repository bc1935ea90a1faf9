/** What the last word of a command line may become: a shell asks when somebody presses the tabulator key. */
import type { Tool } from './command.ts';

/** A command with all options that it takes; its name is empty for what is taken before any command. */
export interface Completable {
  readonly name: string;
  readonly options: readonly { readonly name: string }[];
}

/** A tool's commands, with the options that each of them takes. */
export function completablesOf({ commands, options: common }: Tool): readonly Completable[] {
  return commands.map(({ name, options = [] }) => ({ name, options: [...options, ...common] }));
}

/** `words`: those behind the program's name, the last of them as far as it is typed. */
export function completions(commands: readonly Completable[], words: readonly string[]): readonly string[] {
  const last = words.at(-1) ?? '';
  const path = commandIn(commands, words.slice(0, -1));
  const found = last.startsWith('-') ? optionsAt(commands, path) : wordsAt(commands, path);
  return [...new Set(found)].filter((text) => text.startsWith(last)).sort();
}

/** The words, two at most, that name a command or begin to; what stands before them are options and their values. */
function commandIn(commands: readonly Completable[], words: readonly string[]): readonly string[] {
  const plain = words.filter((word) => !word.startsWith('-'));
  const begin = plain.findIndex((word) => commands.some(({ name }) => word !== '' && name.split(' ')[0] === word));
  return begin < 0 ? [] : plain.slice(begin, begin + 2);
}

function optionsAt(commands: readonly Completable[], [first = '', second]: readonly string[]): readonly string[] {
  const named = (name: string): Completable | undefined => commands.find((command) => command.name === name);
  const command = named(`${first} ${second}`) ?? named(first);
  return command?.options.map(({ name }) => `--${name}`) ?? [];
}

function wordsAt(commands: readonly Completable[], path: readonly string[]): readonly string[] {
  return commands.flatMap(({ name }) => {
    const parts = name.split(' ');
    return parts.length > path.length && path.every((word, n) => word === parts[n]) ? [parts[path.length]] : [];
  });
}
