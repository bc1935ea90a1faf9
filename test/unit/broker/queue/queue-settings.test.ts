import { expect, test } from 'vitest';
import { readSettings } from '../../../../src/broker/queue/queue-settings.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';

test('a queue without arguments is a classic one without limits', () => {
  expect(readSettings(EMPTY_TABLE)).toEqual({
    type: 'classic',
    messageTtl: undefined,
    expires: undefined,
    maxLength: undefined,
    maxLengthBytes: undefined,
    overflow: 'drop-head',
    deadLetterExchange: undefined,
    deadLetterRoutingKey: undefined,
    atLeastOnce: false,
    fallsBackToAtMostOnce: false,
    maxPriority: 0,
    defaultPriority: 0,
    singleActiveConsumer: false,
    deliveryLimit: undefined,
    delayedRetry: undefined,
    countsRetries: false,
    returnsCount: true,
  });
});

test('each argument becomes the setting of its name', () => {
  const settings = readSettings(
    toFieldTable({
      'x-queue-type': 'quorum',
      'x-message-ttl': 1,
      'x-expires': 2,
      'x-max-length': 3,
      'x-max-length-bytes': 4,
      'x-overflow': 'reject-publish',
      'x-dead-letter-exchange': 'dlx',
      'x-dead-letter-routing-key': 'key',
      'x-dead-letter-strategy': 'at-least-once',
      'x-single-active-consumer': true,
      'x-delivery-limit': 6,
      'x-delayed-retry-type': 'failed',
      'x-delayed-retry-min': 7,
      'x-delayed-retry-max': 8,
      'x-delayed-retry-multiplier': 1.5,
    }),
  );
  expect(settings).toEqual({
    type: 'quorum',
    messageTtl: 1,
    expires: 2,
    maxLength: 3,
    maxLengthBytes: 4,
    overflow: 'reject-publish',
    deadLetterExchange: 'dlx',
    deadLetterRoutingKey: 'key',
    atLeastOnce: true,
    fallsBackToAtMostOnce: false,
    maxPriority: 0,
    defaultPriority: 0,
    singleActiveConsumer: true,
    deliveryLimit: 6,
    delayedRetry: { type: 'failed', min: 7, max: 8, multiplier: 1.5 },
    countsRetries: true,
    returnsCount: true,
  });
});

test('a classic queue has as many priorities as are asked for', () => {
  expect(readSettings(toFieldTable({ 'x-max-priority': 5 }))).toMatchObject({ maxPriority: 5, defaultPriority: 0 });
});

test('zeros and empty names are values, not absence', () => {
  const args = { 'x-message-ttl': 0, 'x-max-length': 0, 'x-delivery-limit': 0, 'x-dead-letter-exchange': '' };
  const expected = { messageTtl: 0, maxLength: 0, deliveryLimit: 0, deadLetterExchange: '' };
  expect(readSettings(toFieldTable(args))).toMatchObject(expected);
});

test('integers of 64 bits are numbers like any other', () => {
  const args = new Map([['x-message-ttl', { type: 'long', value: 315_360_000_000n } as const]]);
  expect(readSettings(args).messageTtl).toBe(315_360_000_000);
});

test('a negative delivery limit is none', () => {
  expect(readSettings(toFieldTable({ 'x-delivery-limit': -1 })).deliveryLimit).toBeUndefined();
});

test('x-single-active-consumer false is what a queue without it is', () => {
  expect(readSettings(toFieldTable({ 'x-single-active-consumer': false })).singleActiveConsumer).toBe(false);
});
