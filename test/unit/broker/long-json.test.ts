/** Definitions with very long lists are read as JSON.parse reads them, but not all at once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonText } from '../../../src/broker/definitions/json-text.ts';
import { parseLongJson } from '../../../src/broker/definitions/long-json.ts';
import { atOnce } from '../../../src/util/steps.ts';

const filler = 'x'.repeat(5000);
/** Items long enough that a few are a piece. */
const item = fc.oneof(
  fc.constant({ name: filler }),
  fc.constant([filler, { a: '],[{}' }]),
  fc.jsonValue(),
  fc.constantFrom('"', '\\', '\\"', `${filler}"]`, '__proto__'),
);
const document = fc.oneof(
  fc.dictionary(fc.string(), fc.oneof(fc.array(item, { maxLength: 30 }), fc.jsonValue())),
  fc.array(item),
);

test('a text is read as JSON.parse reads it, whatever its lists hold', () => {
  const property = fc.property(document, fc.constantFrom(0, 2), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    expect(atOnce(parseLongJson(text))).toEqual(JSON.parse(text));
  });
  fc.assert(property);
});

test('a long list is read in pieces', () => {
  const queues = Array.from({ length: 2000 }, (_, n) => ({ name: `q${n}`, vhost: '/', arguments: {} }));
  const steps = parseLongJson(JSON.stringify({ queues, vhosts: [] }));
  let pauses = 0;
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) pauses++;
  expect(next.value).toEqual({ queues, vhosts: [] });
  expect(pauses).toBeGreaterThan(4);
});

test.each([
  ['an item', `{"a":[${'"b",'.repeat(9000)},"c"]}`],
  ['a bracket', `{"a":[${'"b",'.repeat(9000)}"c"}`],
  ['an end', `{"a":[${'"b",'.repeat(9000)}"c"]`],
  // It would take minutes if its end were looked for from each of its quotes.
  ['the end of a text', `{"a":"${'\\"'.repeat(150_000)}`],
  ['the end of a text, and of an escape in it', `{"a":"${'\\"'.repeat(150_000)}\\`],
])('a text that lacks %s is no JSON', (_what, text) => {
  expect(() => atOnce(readJsonText(text))).toThrow(SyntaxError);
});

test('a text of millions of characters may stand before a comma too many', () => {
  const { document: read } = atOnce(readJsonText(`{"a":"${filler.repeat(2000)}",}`));
  expect(read).toEqual({ a: filler.repeat(2000) });
});

test('a long list may have a comma behind its last item', () => {
  const { document: read, warnings } = atOnce(readJsonText(`{"a":[${'"b",'.repeat(9000)}]}`));
  expect(read).toEqual({ a: Array(9000).fill('b') });
  expect(warnings).toHaveLength(1);
});
