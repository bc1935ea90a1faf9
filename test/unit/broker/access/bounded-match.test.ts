import { describe, expect, test } from 'vitest';
import { matches } from '../../../../src/broker/access/bounded-match.ts';

const LONG = 'a'.repeat(254);

describe('a match', () => {
  test.each([
    [/^orders/, 'orders.new', true],
    [/^(?!amq\.).*/, 'amq.direct', false],
    [/^(a|b)+\.[cd]*$/, 'abba.dc', true],
    [/^(a|b)+\.[cd]*$/, 'abba.dx', false],
    [/^(a+)+$/, LONG, true],
  ])('of %s and %s is what it is: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test.each([/^(a+)+$/, /^(a|aa)*$/, /^(a?){200}b?c$/, /.*.*.*.*.*x/])('of %s that has no end is none', (pattern) => {
    expect(matches(pattern, `${LONG}b`)).toBe(false);
    expect(matches(pattern, 'b')).toBe(false);
  });
});
