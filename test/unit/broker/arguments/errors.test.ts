import { expect, test } from 'vitest';
import * as errors from '../../../../src/broker/arguments/errors.ts';

// RabbitMQ 3.10, seen on the wire.
test.each([
  [errors.notFound('queue', 'q', 'v'), 404, false, "NOT_FOUND - no queue 'q' in vhost 'v'"],
  [errors.notFound('exchange', 'x', '/'), 404, false, "NOT_FOUND - no exchange 'x' in vhost '/'"],
  [errors.inUse('queue', 'q', '/'), 406, false, "PRECONDITION_FAILED - queue 'q' in vhost '/' in use"],
  [
    errors.reservedName('queue', 'amq.x'),
    403,
    false,
    "ACCESS_REFUSED - queue name 'amq.x' contains reserved prefix 'amq.*'",
  ],
  [errors.exclusiveUse('q', '/'), 403, false, "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use"],
  [errors.defaultExchangeRefused(), 403, false, 'ACCESS_REFUSED - operation not permitted on the default exchange'],
  [
    errors.locked('q', '/'),
    405,
    false,
    "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on " +
      'another connection or the exclusive property value does not match that of the original declaration.',
  ],
])('%s', (error, code, hard, text) => {
  expect([error.replyCode, error.hard, error.replyText]).toEqual([code, hard, text]);
});

test('a redeclaration that differs in a property is told what it said and what holds', () => {
  const check = (received: boolean, current: boolean) => () =>
    errors.checkEquivalent('queue', 'q', '/', 'durable', received, current);
  expect(check(false, true)).toThrow(
    "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'",
  );
  expect(check(true, true)).not.toThrow();
});
