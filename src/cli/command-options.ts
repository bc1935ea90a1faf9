/** Options and commands as commander takes them, made from the option table. */
import { type Command, Option } from 'commander';
import { DEFAULT_CONFIG_FILE } from '../config/config-file.ts';
import type { Option as TableOption } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';
import type { OwnCommand, OwnOption } from './own-commands.ts';

/** Adds a command to the program, or to the command that its name begins with. */
export function addCommand(parent: Command, { name, words, description, settings, options = [] }: OwnCommand): Command {
  const command = parent
    .command([name.split(' ').at(-1), words].filter(Boolean).join(' '))
    .description(description)
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .addOption(configOption());
  for (const option of OPTIONS) if (settings.includes(option.name)) command.addOption(commanderOption(option));
  for (const option of options) command.addOption(ownOption(option));
  return command;
}

function ownOption({ name, value, description, required }: OwnOption): Option {
  const flags = value === undefined ? `--${name}` : `--${name} ${value}`;
  return new Option(flags, description).makeOptionMandatory(required === true);
}

export function commanderOption(option: TableOption): Option {
  const { placeholder, toText } = option.type;
  const unit = option.unit === '' ? '' : ` ${option.unit}`;
  // What people type without looking.
  const names = option.name === 'port' ? `-p, ${option.flag}` : option.flag;
  const note = placeholder === undefined ? '' : ` (default: ${toText(option.default)}${unit})`;
  return new Option(names + (placeholder === undefined ? '' : ` <${placeholder}>`), option.description + note);
}

export function configOption(): Option {
  return new Option(
    '--config <file>',
    `JSON file with options, a rabbitmq.conf, or a folder such as /etc/rabbitmq; or LEVERET_CONFIG (default: ${DEFAULT_CONFIG_FILE}, if there is one)`,
  );
}
