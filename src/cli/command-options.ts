/** Options and commands as commander takes them, made from the option table. */
import { type Command, Option } from 'commander';
import { DEFAULT_CONFIG_FILE } from '../config/config-file.ts';
import type { Option as TableOption, SettingName } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';

/** Adds a command that takes some of the broker's options. */
export function addCommand(
  parent: Command,
  usage: string,
  description: string,
  options: readonly SettingName[],
): Command {
  const command = parent
    .command(usage)
    .description(description)
    .helpOption('-h, --help', 'Print this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .addOption(configOption());
  for (const option of OPTIONS) if (options.includes(option.name)) command.addOption(commanderOption(option));
  return command;
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
