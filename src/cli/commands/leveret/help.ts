/** `leveret --help`: what there is, on one screen. */
import { OWN_COMMANDS, type OwnCommand, SHELLS, STORE_COMMANDS } from '../../own-commands.ts';
import { leveret } from '../leveret.ts';

const WIDTH = 32;

export function help(): string {
  const groups = Map.groupBy(leveret.commands, ({ group }) => group);
  const sections = Array.from(groups, ([group, commands]) => `${group}:\n${commands.map(row).join('')}`);
  return [
    'Leveret, an AMQP 0-9-1 broker that RabbitMQ clients use unchanged.\n',
    `Usage:\n${line('leveret [options]', 'Start the broker')}${line('leveret COMMAND', 'Ask the one that runs')}`,
    ...sections,
    `Care:\n${[
      ...OWN_COMMANDS.filter(({ name }) => !name.includes(' ')).map(row),
      line(`store ${STORE_COMMANDS.join(' | ')}`, 'Look after the data folder'),
      line(`completion ${SHELLS.join(' | ')}`, 'Print what has a shell complete commands and options'),
    ].join('')}`,
    `Everywhere:\n${[
      line('--data-dir <folder>', "The broker's data folder, by which it is found"),
      line('--url <url>', 'Its HTTP API instead: http://USER:PASSWORD@HOST:15672'),
      line('--offline', 'Ask the broker of a folder that does not run'),
      line('--json', 'JSON in a terminal too'),
      line('COMMAND --help', 'What a command takes'),
      line('start --help', 'All options of the broker'),
    ].join('')}`,
    "RabbitMQ's own commands are there too: rabbitmqctl, rabbitmq-diagnostics, rabbitmqadmin.\n",
  ].join('\n');
}

function row({ name, words, description }: Pick<OwnCommand, 'name' | 'words' | 'description'>): string {
  return line([name, words].filter(Boolean).join(' '), description.split(/[;:,]/)[0]);
}

function line(name: string, text: string): string {
  return name.length < WIDTH ? `  ${name.padEnd(WIDTH)}${text}\n` : `  ${name}\n  ${' '.repeat(WIDTH)}${text}\n`;
}
