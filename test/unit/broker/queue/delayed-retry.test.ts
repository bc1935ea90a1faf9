import { expect, test } from 'vitest';
import { type RequeueCause, retryDelay } from '../../../../src/broker/queue/delayed-retry.ts';
import { readSettings } from '../../../../src/broker/queue/queue-settings.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';

const retryOf = (args: Record<string, unknown>) => readSettings(toFieldTable(args)).delayedRetry;

/** The delays of the first six returns. */
function delays(args: Record<string, unknown>, how: RequeueCause = 'failed'): number[] {
  return [1, 2, 3, 4, 5, 6].map((count) => retryDelay(retryOf(args), how, count));
}

test.each<[string, Record<string, unknown>, number[]]>([
  ['grow by the first one, as in RabbitMQ', { min: 100, max: 450 }, [100, 200, 300, 400, 450, 450]],
  ['are all the same without a maximum, as in RabbitMQ', { min: 100 }, [100, 100, 100, 100, 100, 100]],
  ['are a second where nothing is said', {}, [1000, 1000, 1000, 1000, 1000, 1000]],
  ['double', { min: 100, multiplier: 2, max: 1000 }, [100, 200, 400, 800, 1000, 1000]],
  ['grow without end by a multiplier', { min: 100, multiplier: 10 }, [1e2, 1e3, 1e4, 1e5, 1e6, 1e7]],
  ['take parts of a multiplier, and no part of a millisecond', { min: 3, multiplier: 1.5 }, [3, 4, 6, 10, 15, 22]],
  ['stay the same by a multiplier of one', { min: 50, multiplier: 1 }, [50, 50, 50, 50, 50, 50]],
  ['are never longer than the maximum', { min: 500, max: 100 }, [100, 100, 100, 100, 100, 100]],
  ['may be none', { min: 0, max: 1000 }, [0, 0, 0, 0, 0, 0]],
])('delays %s', (_how, said, expected) => {
  const args = Object.fromEntries(Object.entries(said).map(([name, value]) => [`x-delayed-retry-${name}`, value]));
  expect(delays({ ...args, 'x-delayed-retry-type': 'all' })).toEqual(expected);
});

test('the longest delay is ten years', () => {
  const retry = retryOf({ 'x-delayed-retry-type': 'all', 'x-delayed-retry-multiplier': 1000 });
  expect(retryDelay(retry, 'failed', 1_000_000)).toBe(315_360_000_000);
});

test('no delay stays none, however often it is multiplied', () => {
  const retry = retryOf({
    'x-delayed-retry-type': 'all',
    'x-delayed-retry-min': 0,
    'x-delayed-retry-multiplier': 2,
  });
  expect([1, 1024, 1025, 100_000].map((count) => retryDelay(retry, 'failed', count))).toEqual([0, 0, 0, 0]);
});

test('the type says what is delayed', () => {
  const delayed = (type: string) =>
    (['failed', 'returned'] as const).filter((how) => delays({ 'x-delayed-retry-type': type }, how)[0] > 0);
  expect(delayed('all')).toEqual(['failed', 'returned']);
  expect(delayed('failed')).toEqual(['failed']);
  expect(delayed('returned')).toEqual(['returned']);
  expect([retryOf({ 'x-delayed-retry-type': 'disabled' }), retryOf({ 'x-delayed-retry-min': 5 })]).toEqual([
    undefined,
    undefined,
  ]);
});

test('returns are counted where they are delayed or limited', () => {
  const counts = (args: Record<string, unknown>) => readSettings(toFieldTable(args)).countsRetries;
  expect(counts({ 'x-delayed-retry-type': 'failed' })).toBe(true);
  expect(counts({ 'x-queue-type': 'quorum' })).toBe(true);
  expect(counts({ 'x-delayed-retry-type': 'disabled' })).toBe(false);
  expect(counts({})).toBe(false);
});
