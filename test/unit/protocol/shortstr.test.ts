import { expect, test } from 'vitest';
import { beginningOf } from '../../../src/protocol/shortstr.ts';

test('of a text that is too long its beginning is left, up to the last octet that a whole character ends with', () => {
  expect(beginningOf('a'.repeat(255))).toBe('a'.repeat(255));
  expect(beginningOf('a'.repeat(256))).toBe('a'.repeat(255));
  expect(beginningOf(`${'a'.repeat(253)}éé`)).toBe(`${'a'.repeat(253)}é`);
  expect(beginningOf(`${'a'.repeat(252)}🐇`)).toBe('a'.repeat(252));
  expect(beginningOf(`${'a'.repeat(252)}\ufffdb`)).toBe(`${'a'.repeat(252)}\ufffd`);
  expect(beginningOf('héh', 2)).toBe('h');
});
