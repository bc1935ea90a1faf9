/** What a tool says of its commands. */
import { nearest } from '../../config/nearest.ts';
import type { Command, Tool } from './command.ts';

/** The usage line of one command. */
export function usage({ name: tool }: Tool, { name, words, options = [] }: Command): string {
  const own = options.map((option) => `[--${option.name}${option.value === undefined ? '' : ` ${option.value}`}]`);
  const parts = [tool, '[--node <node>] [--longnames] [--quiet]', name, words, ...own, '[--timeout <timeout>]'];
  return `Usage\n\n${parts.filter((part) => part !== undefined).join(' ')}`;
}

/** All commands by group, in the order of the tool's table. */
export function toolUsage({ name, commands }: Tool): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const groups = Map.groupBy(commands, ({ group }) => group);
  const sections = Array.from(groups, ([group, rows]) => {
    const lines = rows.map((row) => `   ${row.name.padEnd(width)}${row.description}`);
    return `${group}:\n\n${lines.join('\n')}\n`;
  });
  return [
    `Usage\n\n${name} [--node <node>] [--timeout <timeout>] [--longnames] [--quiet] <command> [<command options>]\n`,
    'Available commands:\n',
    ...sections,
    'The broker is found by --data-dir, LEVERET_DATA_DIR or its configuration file; or by --url http://USER:PASSWORD@HOST:15672.\n',
    `Use '${name} help <command>' to learn more about a specific command`,
  ].join('\n');
}

/** Usage and description. */
export function commandHelp(tool: Tool, command: Command): string {
  return `${usage(tool, command)}\n\n${command.description}`;
}

export function nearestCommand({ commands }: Tool, name: string): string | undefined {
  return nearest(
    name,
    commands.map((command) => command.name),
  );
}
