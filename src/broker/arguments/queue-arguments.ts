/**
 * The arguments of queue.declare that RabbitMQ knows: how each is checked, and that it counts in a redeclaration.
 * Other arguments are kept and shown, and never compared (RabbitMQ: Queues, "Optional Arguments").
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { checkEquivalentArgument } from './errors.ts';
import { LARGEST_SIZE } from './deduplication.ts';
import { isInteger, numberOf } from './field-equality.ts';
import { maxAgeSeconds } from './max-age.ts';
import { QUEUE_TYPE, QUEUE_TYPES, type QueueType, queueTypeOf } from './queue-type.ts';

/** What is wrong with a value, in RabbitMQ's words; undefined if nothing is. */
type Check = (value: FieldValue, all: FieldTable) => string | undefined;

/** Of a stream's first message: what comes after it still has exact numbers. */
const LARGEST_OFFSET = 2 ** 52;

/** Ten years in milliseconds, RabbitMQ's longest time. */
export const LONGEST_MS = 315_360_000_000;

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

const upTo =
  (most: number, check: Check): Check =>
  (value, all) =>
    check(value, all) ?? (isInteger(value) && value.value > most ? `{max_value_exceeded,${value.value}}` : undefined);

const boolean: Check = (value) => (value.type === 'bool' ? undefined : `{unacceptable_type,${value.type}}`);

const string: Check = (value) => (value.type === 'longstr' ? undefined : `{unacceptable_type,${value.type}}`);

const oneOf =
  (allowed: readonly string[], otherwise: (value: string) => string): Check =>
  (value) => {
    if (value.type !== 'longstr') return `{unacceptable_type,${value.type}}`;
    const text = value.value.toString();
    return allowed.includes(text) ? undefined : otherwise(text);
  };

const deadLetterRoutingKey: Check = (value, all) => {
  if (value.type !== 'longstr') return string(value, all);
  if (!isRoutingKey(value.value)) return '"longer than the 255 octets that a routing key may have"';
  return all.has('x-dead-letter-exchange') ? undefined : 'routing_key_but_no_dlx_defined';
};

/** True for what basic.deliver can carry. */
export function isRoutingKey(key: string | Uint8Array): boolean {
  return Buffer.byteLength(key) <= 255;
}

const queueVersion: Check = (value) => {
  if (!isInteger(value)) return `"expected integer, got ${value.type}"`;
  return value.value === 1 || value.value === 2 ? undefined : `"unsupported queue version '${value.value}'"`;
};

const queueType = oneOf(QUEUE_TYPES, (type) => `"unsupported queue type '${type}'"`);

const maxAge: Check = (value) => {
  if (value.type !== 'longstr') return `{unacceptable_type,${value.type}}`;
  return (maxAgeSeconds(value.value.toString()) ?? 0) > 0 ? undefined : 'invalid_max_age';
};

const multiplier: Check = (value) => {
  const number = numberOf(value);
  if (number === undefined) return `"expected number, got ${value.type}"`;
  return number >= 1 && number < Infinity ? undefined : `{value_out_of_range,${number}}`;
};

interface Argument {
  readonly check: Check;
  /** The queue types that know it; all if it is left out. */
  readonly types?: readonly QueueType[];
  /** The argument beside which other types know it too. */
  readonly beside?: string;
}

const CLASSIC = ['classic'] as const;
const QUORUM = ['quorum'] as const;
const STREAM = ['stream'] as const;
const NOT_STREAM = [...CLASSIC, ...QUORUM];

/** In the order in which declarations check them and redeclarations compare them. */
const ARGUMENTS: ReadonlyMap<string, Argument> = new Map<string, Argument>([
  ['x-expires', { check: time(positive), types: NOT_STREAM }],
  ['x-message-ttl', { check: time(nonNegative), types: NOT_STREAM }],
  ['x-dead-letter-exchange', { check: string, types: NOT_STREAM }],
  ['x-dead-letter-routing-key', { check: deadLetterRoutingKey, types: NOT_STREAM }],
  [
    'x-dead-letter-strategy',
    { check: oneOf(['at-most-once', 'at-least-once'], () => 'invalid_dlx_strategy'), types: QUORUM },
  ],
  ['x-max-length', { check: nonNegative, types: NOT_STREAM }],
  ['x-max-length-bytes', { check: nonNegative }],
  ['x-max-in-memory-length', { check: nonNegative, types: QUORUM }],
  ['x-max-in-memory-bytes', { check: nonNegative, types: QUORUM }],
  ['x-max-priority', { check: upTo(255, nonNegative), types: CLASSIC }],
  [
    'x-overflow',
    {
      check: oneOf(['drop-head', 'reject-publish', 'reject-publish-dlx'], () => 'invalid_overflow'),
      types: NOT_STREAM,
    },
  ],
  [
    'x-queue-mode',
    { check: oneOf(['default', 'lazy'], (mode) => `"unsupported queue mode '${mode}'"`), types: CLASSIC },
  ],
  ['x-queue-version', { check: queueVersion, types: CLASSIC }],
  ['x-single-active-consumer', { check: boolean, types: NOT_STREAM }],
  [QUEUE_TYPE, { check: queueType }],
  [
    'x-delayed-retry-type',
    {
      check: oneOf(['disabled', 'all', 'failed', 'returned'], (type) => `"unsupported delayed retry type '${type}'"`),
      types: NOT_STREAM,
    },
  ],
  ['x-delayed-retry-min', { check: time(nonNegative), types: NOT_STREAM }],
  ['x-delayed-retry-max', { check: time(nonNegative), types: NOT_STREAM }],
  ['x-delayed-retry-multiplier', { check: multiplier, types: NOT_STREAM }],
  // RabbitMQ takes any value; one that is no integer is no limit.
  ['x-delivery-limit', { check: () => undefined, types: QUORUM, beside: 'x-delayed-retry-type' }],
  ['x-consumer-timeout', { check: time(nonNegative), types: NOT_STREAM }],
  ['x-message-deduplication', { check: boolean, types: NOT_STREAM }],
  ['x-cache-size', { check: upTo(LARGEST_SIZE, positive), types: NOT_STREAM }],
  ['x-cache-ttl', { check: time(positive), types: NOT_STREAM }],
  ['x-deduplication-header', { check: string, types: NOT_STREAM }],
  ['x-quorum-initial-group-size', { check: positive, types: QUORUM }],
  ['x-initial-cluster-size', { check: positive, types: STREAM }],
  [
    'x-queue-leader-locator',
    { check: oneOf(['client-local', 'balanced', 'least-leaders', 'random'], () => 'invalid_queue_locator_arg') },
  ],
  ['x-queue-master-locator', { check: string, types: CLASSIC }],
  ['x-max-age', { check: maxAge, types: STREAM }],
  ['x-stream-max-segment-size-bytes', { check: nonNegative, types: STREAM }],
  ['x-stream-initial-offset', { check: upTo(LARGEST_OFFSET, nonNegative), types: STREAM }],
  ['x-stream-filter-size-bytes', { check: nonNegative, types: STREAM }],
]);

/** Throws AmqpError PRECONDITION_FAILED for the first argument that RabbitMQ would not take. */
export function checkQueueArguments(args: FieldTable, queue: string, vhost: string): void {
  const invalid = (name: string, detail: string): AmqpError =>
    new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}'${detail}`);
  // First the type: what else is valid depends on it.
  const wrongType = args.has(QUEUE_TYPE) ? queueType(args.get(QUEUE_TYPE)!, args) : undefined;
  if (wrongType !== undefined) throw invalid(QUEUE_TYPE, `: ${wrongType}`);
  const type = queueTypeOf(args);
  for (const [name, argument] of ARGUMENTS) {
    const value = args.get(name);
    if (value === undefined) continue;
    if (!isKnown(argument, type, args)) throw invalid(name, ` of queue type rabbit_${type}_queue`);
    if (name === 'x-dead-letter-exchange' && value.type !== 'longstr') {
      throw new AmqpError(
        'PRECONDITION_FAILED',
        `invalid type '${value.type}' for arg '${name}' in queue '${queue}' in vhost '${vhost}'`,
      );
    }
    const wrong = argument.check(value, args);
    if (wrong !== undefined) throw invalid(name, `: ${wrong}`);
  }
}

/** True if a queue of the type, with these arguments, knows the argument. */
function isKnown({ types, beside }: Argument, type: QueueType, args: FieldTable): boolean {
  return types === undefined || types.includes(type) || (beside !== undefined && args.has(beside));
}

/** Throws AmqpError PRECONDITION_FAILED if a redeclaration differs in an argument that the queue's type knows. */
export function checkSameQueueArguments(received: FieldTable, current: FieldTable, queue: string, vhost: string): void {
  const normal = (args: FieldTable): FieldTable =>
    args.has(QUEUE_TYPE) ? args : new Map([...args, [QUEUE_TYPE, { type: 'longstr', value: 'classic' } as const]]);
  const [now, then] = [normal(received), normal(current)];
  const type = queueTypeOf(current);
  for (const [name, argument] of ARGUMENTS) {
    if (isKnown(argument, type, current)) checkEquivalentArgument('queue', queue, vhost, name, now, then);
  }
}
