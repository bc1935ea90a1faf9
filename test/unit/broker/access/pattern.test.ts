import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../../src/broker/access/pattern.ts';

describe("an operator's pattern", () => {
  test.each([
    ['orders', 'my-orders-1', true],
    ['^orders$', 'my-orders', false],
    ['^a\\-b\\_c$', 'a-b_c', true],
    ['(?i)^orders', 'ORDERS.new', true],
    ['\\Aorders\\z', 'orders', true],
    ['\\Aorders\\z', 'orders.new', false],
    ['^[[:alpha:]_]+$', 'ab_c', true],
    ['^[[:digit:]]+$', 'ab', false],
    ['^\\p{L}+$', 'größe', true],
    ['^(?!amq\\.).*', 'amq.direct', false],
    ['^(?!amq\\.).*', 'mine', true],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(compilePattern(pattern).test(name)).toBe(expected);
  });

  test.each([
    ['(', '{"missing )",1}'],
    ['a[b', '{"missing terminating ] for character class",3}'],
    ['*', '"nothing to repeat"'],
    ['a)', '"unmatched \')\'"'],
  ])('%s is refused with what is wrong', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ kind: 'invalid', message }) as Error);
  });
});
