/** Numbers as the page writes them: those of Intl, without what it costs to load. */
import { expect, it } from 'vitest';
import { brief, count, timeOfDay } from '../../../web/src/format.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

const NUMBERS = [
  0, 7, 999, 1000, 9999, 10_000, 12_345, 99_949, 99_950, 123_456, 999_949, 999_950, 1_234_567, 1e9, 5.5e12,
].flatMap((value) => [value, -value]);

it.each(NUMBERS)('writes %d whole and in brief', (value) => {
  expect(count(value)).toBe(whole.format(value === 0 ? 0 : value));
  expect(brief(value)).toBe((Math.abs(value) < 10_000 ? whole : compact).format(value === 0 ? 0 : value));
});

it('writes the time of a day', () => {
  const at = new Date(2026, 0, 31, 4, 5, 9).getTime();
  expect([timeOfDay(at, false), timeOfDay(at, true)]).toEqual(['04:05', '04:05:09']);
});
