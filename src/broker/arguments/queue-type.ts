/** The type of a queue, by its arguments or by its vhost (RabbitMQ: Queues; Virtual Hosts, "Default Queue Type"). */
import type { FieldTable } from '../../protocol/field-table.ts';
import { textIn } from './fields.ts';

export const QUEUE_TYPE = 'x-queue-type';
export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const;
export type QueueType = (typeof QUEUE_TYPES)[number];

interface Declaration {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: object | undefined;
  readonly arguments: FieldTable;
}

interface QueueCapabilities {
  /** Messages may die in it, and so may come round to it as dead letters. */
  readonly deadLetters: boolean;
}

export const CAPABILITIES: Readonly<Record<QueueType, QueueCapabilities>> = {
  classic: { deadLetters: true },
  quorum: { deadLetters: true },
  stream: { deadLetters: false },
};

/** `classic` if the arguments, which are valid, name none. */
export function queueTypeOf(args: FieldTable): QueueType {
  return (textIn(args, QUEUE_TYPE) as QueueType | undefined) ?? 'classic';
}

/** The declaration with the vhost's default type, if it names none and the queue can be of that. */
export function withDefaultType<Options extends Declaration>(options: Options, type: QueueType | undefined): Options {
  if (type === undefined || options.arguments.has(QUEUE_TYPE)) return options;
  const replicable = options.durable && !options.autoDelete && options.owner === undefined;
  if (type !== 'classic' && !replicable) return options;
  return { ...options, arguments: new Map([...options.arguments, [QUEUE_TYPE, { type: 'longstr', value: type }]]) };
}
