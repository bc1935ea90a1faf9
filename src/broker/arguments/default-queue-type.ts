/** The queue type of declarations that name none (RabbitMQ: Virtual Hosts, "Default Queue Type"). */
import type { FieldTable } from '../../protocol/field-table.ts';

interface Declaration {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: object | undefined;
  readonly arguments: FieldTable;
}

/** The declaration with the vhost's default type, where there is one that the queue can be of. */
export function withDefaultType<Options extends Declaration>(options: Options, type: string | undefined): Options {
  if (type === undefined || options.arguments.has('x-queue-type')) return options;
  const replicable = options.durable && !options.autoDelete && options.owner === undefined;
  if (type !== 'classic' && !replicable) return options;
  return { ...options, arguments: new Map([...options.arguments, ['x-queue-type', { type: 'longstr', value: type }]]) };
}
