/** The option table of docs/configuration.md as the option table says it must be. */
import type { Option } from '../../../src/config/option.ts';
import { OPTIONS } from '../../../src/config/options.ts';

const HEADER = ['Flag', 'Environment', 'Config file and library', 'Default', 'Meaning', 'RabbitMQ'];

export function optionTableMarkdown(): string {
  return [HEADER, HEADER.map(() => '---'), ...OPTIONS.map(row)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function row(option: Option): string[] {
  const unit = option.unit === '' ? '' : ` ${option.unit}`;
  const variables = [option.env, ...(option.rabbitmqEnv ?? [])];
  return [
    code(option.flag),
    variables.map(code).join(', '),
    code(option.name),
    `${code(option.type.toText(option.default))}${unit}`,
    option.description,
    option.rabbitmq === '' ? '' : code(option.rabbitmq),
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}
