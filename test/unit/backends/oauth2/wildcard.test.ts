/** The patterns of scopes, as RabbitMQ's own tests of them have it. */
import { describe, expect, it } from 'vitest';
import { literally, wildcard } from '../../../../src/backends/oauth2/wildcard.ts';

describe('a wildcard', () => {
  it.each([
    ['value', 'value', true],
    ['value', 'values', false],
    ['value', 'Value', false],
    ['', '', true],
    ['', 'x', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['pre*', 'prefix', true],
    ['pre*', 'pr', false],
    ['*fix', 'suffix', true],
    ['*fix', 'fixfix', true],
    ['*fix', 'fixed', false],
    ['a*b*c', 'aXbXc', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['**', 'x', true],
    ['a%2Ab', 'a*b', true],
    ['a%2Ab', 'axb', false],
    ['%2F', '/', true],
    ['a+b', 'a b', true],
    ['%E4%BD%A0*', '你好', true],
    ['%zz', '%zz', false],
  ])('%j and %j: %j', (pattern, text, matches) => {
    expect(wildcard(pattern)(text)).toBe(matches);
  });

  it('of a text that stands for itself matches that alone', () => {
    for (const text of ['a*b', '%2F', 'a/b+c', 'ä ']) {
      expect(wildcard(literally(text))(text)).toBe(true);
      expect(wildcard(literally(text))(`${text}x`)).toBe(false);
    }
    expect(wildcard(literally('*'))('x')).toBe(false);
  });

  it('takes no long time for texts that are nearly right', () => {
    const pattern = `${'*a'.repeat(2000)}*b`;
    const before = process.cpuUsage();
    expect(wildcard(pattern)('a'.repeat(60_000))).toBe(false);
    const { user } = process.cpuUsage(before);
    expect(user).toBeLessThan(5_000_000);
  });
});
