/** What a tool says of itself, and what it does not do. */
import { EXIT } from '../exit-codes.ts';
import type { Command, Tool } from './command.ts';
import { CommandError } from './command-error.ts';
import { commandHelp, toolUsage } from './help.ts';

/** A tool with the commands that each of them has, before those of its own. */
export function tool(name: string, commands: readonly Command[]): Tool {
  const made: Tool = { name, commands: [helpOf(() => made), version, ...commands] };
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

function helpOf(tool: () => Tool): Command {
  return {
    name: 'help',
    words: '[<command>]',
    group: 'Help',
    description: 'Displays usage information for a command',
    run: ({ words: [name] }) => {
      if (name === undefined) return toolUsage(tool());
      const command = tool().commands.find((row) => row.name === name);
      if (command === undefined) throw new CommandError(EXIT.usage, `Command '${name}' not found.`);
      return commandHelp(tool(), command);
    },
  };
}

/** What can only be done inside of RabbitMQ. */
export const evaluations: readonly Command[] = ['eval', 'eval_file', 'exec'].map((name) => ({
  name,
  words: '<expr>',
  group: 'Operations',
  description: 'Is refused: this broker is not written in Erlang',
  run: () => {
    throw new CommandError(
      EXIT.unavailable,
      `${name} runs Erlang code inside of RabbitMQ: there is none in this broker`,
    );
  },
}));
