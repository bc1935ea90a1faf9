/** What a tool says of itself, and what it does not do. */
import { EXIT } from '../exit-codes.ts';
import type { Command, Tool } from './command.ts';
import { CommandError } from './command-error.ts';
import { completablesOf, completions } from './completion.ts';
import { commandHelp, toolUsage } from './help.ts';
import { COMMON_OPTIONS } from './options.ts';

/** A tool with the commands that each of them has, before those of its own. */
export function tool(name: string, commands: readonly Command[]): Tool {
  const all = [autocompleteOf(() => made), helpOf(() => made), version, ...commands];
  const made: Tool = { name, commands: all, options: COMMON_OPTIONS };
  return made;
}

const version: Command = {
  name: 'version',
  group: 'Help',
  description: 'Displays the version of RabbitMQ that clients are told',
  run: async () => {
    const { loadConfig } = await import('../../config/load.ts');
    return loadConfig({}, process.env).productVersion;
  },
};

/** Asked by the scripts that `leveret completion` prints. */
function autocompleteOf(tool: () => Tool): Command {
  return {
    name: 'autocomplete',
    words: '[<words> ...]',
    takesAnything: true,
    group: 'Help',
    description: 'Lists what the last of the words may become: commands, or options behind one',
    run: ({ words }) => {
      const its = tool();
      const all = [{ name: '', options: its.options }, ...completablesOf(its)];
      return completions(all, words).join('\n') || undefined;
    },
  };
}

function helpOf(tool: () => Tool): Command {
  return {
    name: 'help',
    words: '[<command>]',
    group: 'Help',
    description: 'Displays usage information for a command',
    run: ({ words: [name] }) => {
      if (name === undefined) return toolUsage(tool());
      const command = tool().commands.find((row) => row.name === name);
      if (command === undefined) throw new CommandError(EXIT.usage, `\nCommand '${name}' not found. \n`);
      return commandHelp(tool(), command);
    },
  };
}

/** A command of RabbitMQ's that has no meaning here: it ends with 69 and says why, in one line. */
export function without(name: string, words: string, group: string, description: string, why: string): Command {
  const run = (): never => {
    throw new CommandError(EXIT.unavailable, `${name}: ${why}`);
  };
  return { name, words, takesAnything: true, group, description, run };
}

/** What encrypts passwords for RabbitMQ's configuration. */
export const encryption: readonly Command[] = ['decode', 'encode', 'list_ciphers', 'list_hashes'].map((name) =>
  without(
    name,
    '<value> <passphrase>',
    'Configuration and Environment',
    'Is refused: the configuration has no encrypted values here',
    'the configuration has no encrypted values here: keep a password in a file, and name that by RABBITMQ_DEFAULT_PASS_FILE',
  ),
);

/** What can only be done inside of RabbitMQ. */
export const evaluations: readonly Command[] = ['eval', 'eval_file', 'exec'].map((name) =>
  without(
    name,
    '<expr>',
    'Operations',
    'Is refused: this broker is not written in Erlang',
    'it runs Erlang code inside of RabbitMQ, and there is none in this broker',
  ),
);
