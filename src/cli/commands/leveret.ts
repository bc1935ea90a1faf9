/** `leveret COMMAND`: the broker, operated in a friendlier form than RabbitMQ's tools have. */
import type { CommandOption, Tool } from './command.ts';
import { changes } from './leveret/changes.ts';
import { lists } from './leveret/lists.ts';
import { messages } from './leveret/messages.ts';
import { overviews } from './leveret/overview.ts';

const OPTIONS: readonly CommandOption[] = [
  { name: 'json' },
  { name: 'data-dir', value: '<folder>' },
  { name: 'config', value: '<file>' },
  { name: 'url', value: '<url>' },
  { name: 'offline' },
  { name: 'timeout', short: 't', value: '<seconds>' },
  { name: 'help', short: 'h' },
];

export const leveret: Tool = {
  name: 'leveret',
  commands: [...overviews, ...lists, ...messages, ...changes],
  options: OPTIONS,
};
