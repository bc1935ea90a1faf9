/** A command of one of RabbitMQ's tools: a row that says what it takes, what it asks the broker, and what is printed. */
import type { Api, ApiError } from './api.ts';
import type { CommandError } from './command-error.ts';
import type { Output } from './output/output.ts';

/** An option that only some commands take. */
export interface CommandOption {
  readonly name: string;
  /** One letter, for `-x`. */
  readonly short?: string;
  /** What stands for its value in the usage line; undefined if it takes none. */
  readonly value?: string;
  /** What its value has to look like; anything if not given. */
  readonly form?: RegExp;
}

/** One call of a command, once its words and options are read. */
export interface Call {
  readonly words: readonly string[];
  /** `--vhost`; by default `/`. */
  readonly vhost: string;
  /** The name that the texts call the broker by. */
  readonly node: string;
  readonly api: Api;
  /** In milliseconds; undefined if none was given. */
  readonly timeout: number | undefined;
  /** The value of an option of the command's own. */
  readonly option: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  /** What was given to standard input, without the line's end. */
  readonly input: () => Promise<string>;
  /** For what goes on while the command runs: prints at once. */
  readonly print: (output: Output) => void;
}

export interface Command {
  /** One word, or two: `users add`. */
  readonly name: string;
  /** As the usage line has them: `<x>` is needed, `[<x>]` may be left out, `...` goes on. */
  readonly words?: string;
  readonly options?: readonly CommandOption[];
  /** True if its words and options do not matter, because its answer is the same whatever they are. */
  readonly takesAnything?: true;
  readonly group: string;
  readonly description: string;
  /** Printed before anything is asked, but for `--quiet`. */
  readonly banner?: (call: Call) => string;
  /** True if it waits for something to happen: then the banner comes before that, and not with the answer. */
  readonly waits?: true;
  readonly run: (call: Call) => Output | Promise<Output>;
  /** What the API's refusals are called here, by their status. By default the reason is printed, with exit code 69. */
  readonly on?: Readonly<Record<number, (call: Call, error: ApiError) => CommandError | Promise<CommandError>>>;
}

/** A tool is a set of commands under one name. */
export interface Tool {
  readonly name: string;
  readonly commands: readonly Command[];
  /** What every command of it takes. */
  readonly options: readonly CommandOption[];
}

/** How many words a command takes. */
export function wordCount({ words = '' }: Command): { readonly least: number; readonly most: number } {
  const needed = words.replaceAll(/\[[^\]]*\]/g, '');
  const least = needed.match(/<[^>]+>/g)?.length ?? 0;
  if (words.includes('...')) return { least, most: Infinity };
  return { least, most: words.match(/<[^>]+>/g)?.length ?? 0 };
}
