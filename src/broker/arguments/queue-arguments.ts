/**
 * The arguments of queue.declare that RabbitMQ knows: how each is checked, and that it counts in a redeclaration.
 * Other arguments are kept and shown, and never compared (RabbitMQ: Queues, "Optional Arguments").
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { checkEquivalentArgument } from '../errors.ts';
import { isInteger } from './field-equality.ts';

/** What is wrong with a value, in RabbitMQ's words; undefined where nothing is. */
type Check = (value: FieldValue, all: FieldTable) => string | undefined;

/** Ten years in milliseconds, RabbitMQ's longest time. */
const LONGEST_MS = 315_360_000_000;

const nonNegative: Check = (value) => {
  if (!isInteger(value)) return `"expected integer, got ${value.type}"`;
  return value.value < 0 ? `{value_negative,${value.value}}` : undefined;
};

const positive: Check = (value, all) =>
  nonNegative(value, all) ?? (Number(value.type !== 'void' && value.value) === 0 ? '{value_zero,0}' : undefined);

const time =
  (check: Check): Check =>
  (value, all) =>
    check(value, all) ??
    (isInteger(value) && value.value > LONGEST_MS ? `{value_too_large,${value.value}}` : undefined);

const priority: Check = (value, all) =>
  nonNegative(value, all) ??
  (isInteger(value) && value.value > 255 ? `{max_value_exceeded,${value.value}}` : undefined);

const integer: Check = (value) => (isInteger(value) ? undefined : `"expected integer, got ${value.type}"`);

const boolean: Check = (value) => (value.type === 'bool' ? undefined : `{unacceptable_type,${value.type}}`);

const string: Check = (value) => (value.type === 'longstr' ? undefined : `{unacceptable_type,${value.type}}`);

const oneOf =
  (allowed: readonly string[], otherwise: (value: string) => string): Check =>
  (value) => {
    if (value.type !== 'longstr') return `{unacceptable_type,${value.type}}`;
    const text = value.value.toString();
    return allowed.includes(text) ? undefined : otherwise(text);
  };

const deadLetterRoutingKey: Check = (value, all) =>
  string(value, all) ?? (all.has('x-dead-letter-exchange') ? undefined : 'routing_key_but_no_dlx_defined');

const queueVersion: Check = (value) => {
  if (!isInteger(value)) return `"expected integer, got ${value.type}"`;
  return value.value === 1 || value.value === 2 ? undefined : `"unsupported queue version '${value.value}'"`;
};

const maxAge: Check = (value) => {
  if (value.type !== 'longstr') return `{unacceptable_type,${value.type}}`;
  return /^\d+[YMDhms]$/.test(value.value.toString()) ? undefined : 'invalid_max_age';
};

/** In the order in which redeclarations compare them. */
const ARGUMENTS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['x-expires', time(positive)],
  ['x-message-ttl', time(nonNegative)],
  ['x-dead-letter-exchange', string],
  ['x-dead-letter-routing-key', deadLetterRoutingKey],
  ['x-dead-letter-strategy', oneOf(['at-most-once', 'at-least-once'], () => 'invalid_dlx_strategy')],
  ['x-max-length', nonNegative],
  ['x-max-length-bytes', nonNegative],
  ['x-max-in-memory-length', nonNegative],
  ['x-max-in-memory-bytes', nonNegative],
  ['x-max-priority', priority],
  ['x-overflow', oneOf(['drop-head', 'reject-publish', 'reject-publish-dlx'], () => 'invalid_overflow')],
  ['x-queue-mode', oneOf(['default', 'lazy'], (mode) => `"unsupported queue mode '${mode}'"`)],
  ['x-queue-version', queueVersion],
  ['x-single-active-consumer', boolean],
  ['x-queue-type', oneOf(['classic', 'quorum', 'stream'], (type) => `"unsupported queue type '${type}'"`)],
  ['x-delivery-limit', integer],
  ['x-quorum-initial-group-size', positive],
  ['x-initial-cluster-size', positive],
  [
    'x-queue-leader-locator',
    oneOf(['client-local', 'balanced', 'least-leaders', 'random'], () => 'invalid_queue_locator_arg'),
  ],
  ['x-queue-master-locator', string],
  ['x-max-age', maxAge],
  ['x-stream-max-segment-size-bytes', nonNegative],
  ['x-stream-filter-size-bytes', nonNegative],
]);

/** Throws AmqpError PRECONDITION_FAILED for the first argument that RabbitMQ would not take. */
export function checkQueueArguments(args: FieldTable, queue: string, vhost: string): void {
  for (const [name, check] of ARGUMENTS) {
    const value = args.get(name);
    if (value === undefined) continue;
    if (name === 'x-dead-letter-exchange' && value.type !== 'longstr') {
      throw new AmqpError(
        'PRECONDITION_FAILED',
        `invalid type '${value.type}' for arg '${name}' in queue '${queue}' in vhost '${vhost}'`,
      );
    }
    const wrong = check(value, args);
    if (wrong === undefined) continue;
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}': ${wrong}`,
    );
  }
}

/** Throws AmqpError PRECONDITION_FAILED where a redeclaration differs in an argument that counts. */
export function checkSameQueueArguments(received: FieldTable, current: FieldTable, queue: string, vhost: string): void {
  const normal = (args: FieldTable): FieldTable =>
    args.has('x-queue-type')
      ? args
      : new Map([...args, ['x-queue-type', { type: 'longstr', value: 'classic' } as const]]);
  const [now, then] = [normal(received), normal(current)];
  for (const name of ARGUMENTS.keys()) checkEquivalentArgument('queue', queue, vhost, name, now, then);
}
