import { describe, expect, test } from 'vitest';
import { checkQueueArguments, checkSameQueueArguments } from '../../../../src/broker/arguments/queue-arguments.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import type { AmqpError } from '../../../../src/protocol/amqp-error.ts';

/** The reply text of a refusal; undefined where there is none. */
function refusal(check: () => void): string | undefined {
  try {
    check();
  } catch (error) {
    expect((error as AmqpError).replyName).toBe('PRECONDITION_FAILED');
    return (error as AmqpError).replyText;
  }
  return undefined;
}

const declare = (args: Record<string, unknown>) => refusal(() => checkQueueArguments(toFieldTable(args), 'q', '/'));
const redeclare = (received: Record<string, unknown>, current: Record<string, unknown>) =>
  refusal(() => checkSameQueueArguments(toFieldTable(received), toFieldTable(current), 'q', '/'));

describe('queue.declare refuses', () => {
  // RabbitMQ 3.10, seen on the wire.
  test.each([
    ['x-message-ttl', -1, '{value_negative,-1}'],
    ['x-message-ttl', 315_360_000_001, '{value_too_large,315360000001}'],
    ['x-message-ttl', 'foo', '"expected integer, got longstr"'],
    ['x-message-ttl', true, '"expected integer, got bool"'],
    ['x-expires', 0, '{value_zero,0}'],
    ['x-expires', -1, '{value_negative,-1}'],
    ['x-expires', 315_360_000_001, '{value_too_large,315360000001}'],
    ['x-max-length', -1, '{value_negative,-1}'],
    ['x-max-length-bytes', 'foo', '"expected integer, got longstr"'],
    ['x-max-priority', 256, '{max_value_exceeded,256}'],
    ['x-max-priority', -1, '{value_negative,-1}'],
    ['x-overflow', 'foo', 'invalid_overflow'],
    ['x-overflow', 5, '{unacceptable_type,signedint}'],
    ['x-dead-letter-routing-key', 'k', 'routing_key_but_no_dlx_defined'],
    ['x-single-active-consumer', 'yes', '{unacceptable_type,longstr}'],
    ['x-queue-mode', 'foo', '"unsupported queue mode \'foo\'"'],
    ['x-queue-version', 3, '"unsupported queue version \'3\'"'],
    ['x-queue-type', 'foo', '"unsupported queue type \'foo\'"'],
    ['x-queue-leader-locator', 'foo', 'invalid_queue_locator_arg'],
  ])('%s = %j', (name, value, detail) => {
    expect(declare({ [name]: value })).toBe(
      `PRECONDITION_FAILED - invalid arg '${name}' for queue 'q' in vhost '/': ${detail}`,
    );
  });

  test('a dead-letter exchange that is no name, with a text of its own', () => {
    expect(declare({ 'x-dead-letter-exchange': 5 })).toBe(
      "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'",
    );
  });
});

test.each([
  [{ 'x-message-ttl': 0, 'x-expires': 1, 'x-max-length': 0, 'x-max-priority': 255 }],
  [{ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'k' }],
  [{ 'x-overflow': 'reject-publish-dlx', 'x-queue-mode': 'lazy', 'x-queue-version': 2, 'x-queue-type': 'classic' }],
  [{ 'x-single-active-consumer': true, 'x-own': [1, { a: 'b' }], other: 'anything' }],
])('queue.declare takes %j', (args) => {
  expect(declare(args)).toBeUndefined();
});

describe('a redeclaration', () => {
  const inequivalent = (name: string) =>
    `PRECONDITION_FAILED - inequivalent arg '${name}' for queue 'q' in vhost '/': `;

  test('is refused where an argument that counts has another value, is missing or is new', () => {
    const ttl = 'x-message-ttl';
    expect(redeclare({ [ttl]: 2000 }, { [ttl]: 1000 })).toBe(
      `${inequivalent(ttl)}received '2000' but current is '1000'`,
    );
    expect(redeclare({}, { [ttl]: 1000 })).toBe(
      `${inequivalent(ttl)}received none but current is the value '1000' of type 'signedint'`,
    );
    expect(redeclare({ [ttl]: 1000 }, {})).toBe(
      `${inequivalent(ttl)}received the value '1000' of type 'signedint' but current is none`,
    );
  });

  test('may say the same number as another type of integer', () => {
    const long = new Map([['x-message-ttl', { type: 'long', value: 1000 } as const]]);
    expect(
      refusal(() => checkSameQueueArguments(long, toFieldTable({ 'x-message-ttl': 1000 }), 'q', '/')),
    ).toBeUndefined();
  });

  test('may differ in arguments that nobody knows', () => {
    expect(redeclare({ 'x-own': 1 }, { 'x-own': 2, other: true })).toBeUndefined();
  });

  test('may differ in arguments of other queue types', () => {
    const quorum = { 'x-queue-type': 'quorum' };
    expect(redeclare({ 'x-delivery-limit': 1, 'x-max-age': '1h' }, {})).toBeUndefined();
    expect(redeclare({ ...quorum, 'x-max-priority': 4, 'x-queue-mode': 'lazy' }, quorum)).toBeUndefined();
    expect(redeclare({ ...quorum, 'x-delivery-limit': 1 }, quorum)).toContain(inequivalent('x-delivery-limit'));
  });

  test('may say the type that is the default, or leave it out', () => {
    expect(redeclare({ 'x-queue-type': 'classic' }, {})).toBeUndefined();
    expect(redeclare({}, { 'x-queue-type': 'classic' })).toBeUndefined();
    expect(redeclare({ 'x-queue-type': 'quorum' }, {})).toBe(
      `${inequivalent('x-queue-type')}received 'quorum' but current is 'classic'`,
    );
  });
});
