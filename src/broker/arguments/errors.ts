/** The broken rules that more than one place finds, with RabbitMQ's reply texts. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { isInteger, sameValue } from './field-equality.ts';
import { plainFieldValue } from './print.ts';

export type EntityKind = 'exchange' | 'queue';

export function notFound(kind: EntityKind, name: string, vhost: string): AmqpError {
  return new AmqpError('NOT_FOUND', `no ${kind} '${name}' in vhost '${vhost}'`);
}

export function vhostDeleted(name: string): AmqpError {
  return new AmqpError('NOT_FOUND', `vhost '${name}' is deleted`);
}

export function inUse(kind: EntityKind, name: string, vhost: string): AmqpError {
  return new AmqpError('PRECONDITION_FAILED', `${kind} '${name}' in vhost '${vhost}' in use`);
}

export function reservedName(kind: EntityKind, name: string): AmqpError {
  return new AmqpError('ACCESS_REFUSED', `${kind} name '${name}' contains reserved prefix 'amq.*'`);
}

export function exclusiveUse(queue: string, vhost: string): AmqpError {
  return new AmqpError('ACCESS_REFUSED', `queue '${queue}' in vhost '${vhost}' in exclusive use`);
}

export function systemExchange(exchange: string, vhost: string): AmqpError {
  return new AmqpError('ACCESS_REFUSED', `deletion of system exchange '${exchange}' in vhost '${vhost}' not allowed`);
}

/** An argument of a consumer that the type of the queue does not know. */
export function onlyForStreams(argument: string, queue: string, vhost: string, type: string): AmqpError {
  const where = `for queue '${queue}' in vhost '${vhost}' of queue type rabbit_${type}_queue`;
  return new AmqpError('PRECONDITION_FAILED', `invalid arg '${argument}' ${where}`);
}

export function notEmpty(queue: string, vhost: string): AmqpError {
  return new AmqpError('PRECONDITION_FAILED', `queue '${queue}' in vhost '${vhost}' not empty`);
}

/** For who wants messages of it. Beyond what RabbitMQ has, which knows queues that crashed and will not restart. */
export function stopped(queue: string, vhost: string): AmqpError {
  return new AmqpError(
    'PRECONDITION_FAILED',
    `queue '${queue}' in vhost '${vhost}' is stopped: a message of it cannot be read; the log of the broker says more`,
  );
}

/** Queue types that count each consumer's credit by themselves know no limit of a whole channel. */
export function noGlobalPrefetch(queue: string, vhost: string): AmqpError {
  return new AmqpError('NOT_IMPLEMENTED', `queue '${queue}' in vhost '${vhost}' does not support global qos`);
}

export function locked(queue: string, vhost: string): AmqpError {
  return new AmqpError(
    'RESOURCE_LOCKED',
    `cannot obtain exclusive access to locked queue '${queue}' in vhost '${vhost}'. ` +
      'It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.',
  );
}

/** Of queues that let one consumer have their messages, only classic ones give any to others. */
export function noGetBesideConsumer(queue: string, vhost: string): AmqpError {
  return new AmqpError(
    'RESOURCE_LOCKED',
    `cannot obtain access to locked queue '${queue}' in vhost '${vhost}'. ` +
      'basic.get operations are not supported by quorum queues with single active consumer',
  );
}

export function defaultExchangeRefused(): AmqpError {
  return new AmqpError('ACCESS_REFUSED', 'operation not permitted on the default exchange');
}

/** A redeclaration that differs in one of the entity's own properties. */
export function checkEquivalent(
  kind: EntityKind,
  name: string,
  vhost: string,
  property: string,
  received: string | boolean,
  current: string | boolean,
): void {
  if (received === current) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `inequivalent arg '${property}' for ${kind} '${name}' in vhost '${vhost}': received '${received}' but current is '${current}'`,
  );
}

/** A redeclaration that differs in one of its arguments. */
export function checkEquivalentArgument(
  kind: EntityKind,
  name: string,
  vhost: string,
  argument: string,
  received: FieldTable,
  current: FieldTable,
): void {
  const now = received.get(argument);
  const then = current.get(argument);
  if (now === undefined && then === undefined) return;
  if (now !== undefined && then !== undefined && sameValue(now, then)) return;
  const subject = `inequivalent arg '${argument}' for ${kind} '${name}' in vhost '${vhost}'`;
  if (now !== undefined && then !== undefined && (now.type === then.type || (isInteger(now) && isInteger(then)))) {
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `${subject}: received '${plainFieldValue(now)}' but current is '${plainFieldValue(then)}'`,
    );
  }
  const describe = (field: typeof now): string =>
    field === undefined ? 'none' : `the value '${plainFieldValue(field)}' of type '${field.type}'`;
  throw new AmqpError('PRECONDITION_FAILED', `${subject}: received ${describe(now)} but current is ${describe(then)}`);
}
