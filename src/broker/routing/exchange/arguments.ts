/** The arguments of exchange.declare that the exchange types know: how each is checked, and what it says. */
import { AmqpError } from '../../../protocol/amqp-error.ts';
import type { FieldTable } from '../../../protocol/field-table.ts';
import { isInteger } from '../../arguments/field-equality.ts';
import { printFieldValue } from '../../arguments/print.ts';

const HASH_PROPERTIES = ['correlation_id', 'message_id', 'timestamp'] as const;

/** What x-consistent-hash hashes: the routing key, a header, or a property of the message. */
export type HashSource =
  | { readonly from: 'routing-key' }
  | { readonly from: 'header'; readonly name: string }
  | { readonly from: 'property'; readonly name: (typeof HASH_PROPERTIES)[number] };

/**
 * `hash-header` and `hash-property` of x-consistent-hash (RabbitMQ: Consistent Hash Exchange Type); the routing key if
 * neither is set. Throws AmqpError PRECONDITION_FAILED if both are, or one is not what it should be.
 */
export function hashSource(args: FieldTable): HashSource {
  const header = stringArgument(args, 'hash-header');
  const property = stringArgument(args, 'hash-property');
  if (header !== undefined && property !== undefined) {
    throw new AmqpError('PRECONDITION_FAILED', 'hash-header and hash-property are mutually exclusive');
  }
  if (header !== undefined) return { from: 'header', name: header };
  if (property === undefined) return { from: 'routing-key' };
  const name = HASH_PROPERTIES.find((known) => known === property);
  if (name === undefined) throw new AmqpError('PRECONDITION_FAILED', `Unsupported property: ${property}`);
  return { from: 'property', name };
}

/** What x-recent-history keeps if it is not told. */
const DEFAULT_HISTORY_LENGTH = 20;

/**
 * `x-recent-history-length`: how many messages x-recent-history keeps; 20 unless set (RabbitMQ: Recent History Exchange).
 * Throws AmqpError PRECONDITION_FAILED if it is not an integer above 0.
 */
export function historyLength(args: FieldTable): number {
  const length = args.get('x-recent-history-length');
  if (length === undefined) return DEFAULT_HISTORY_LENGTH;
  if (isInteger(length) && length.value > 0) return Number(length.value);
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `Invalid argument ${printFieldValue(length)}, 'x-recent-history-length' must be a positive integer`,
  );
}

/**
 * `x-delayed-type`: the type by which x-delayed-message routes, once its time has come (the delayed message exchange plugin of
 * RabbitMQ). Throws AmqpError PRECONDITION_FAILED if it is no type to route by.
 */
export function delayedType(args: FieldTable): string {
  const type = args.get('x-delayed-type');
  if (type?.type !== 'longstr') {
    throw new AmqpError('PRECONDITION_FAILED', "Invalid argument, 'x-delayed-type' must be an existing exchange type");
  }
  const name = type.value.toString();
  if (name === 'x-delayed-message') {
    throw new AmqpError(
      'PRECONDITION_FAILED',
      "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
    );
  }
  return name;
}

function stringArgument(args: FieldTable, name: string): string | undefined {
  const value = args.get(name);
  if (value === undefined) return undefined;
  if (value.type === 'longstr') return value.value.toString();
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `Invalid argument ${printFieldValue(value)}, '${name}' must be a string, got ${value.type}`,
  );
}
